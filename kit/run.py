"""`kit run`: plans, then has each stage that has something to do supervised to its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.errors import ConfigError
from kit.plan import AS_OF, Plan, environment_kind, parameter_values, select_stages
from kit.progress import Progress
from kit.project import Project
from kit.records import RUNS, run_lock
from kit.runtime.parameters import to_text
from kit.supervisor import Run
from kit.text import metrics_text, shown_path, table_text


def plan_run(
    project: Project,
    given: Mapping[str, Any],
    *,
    first: str | None = None,
    last: str | None = None,
    only: str | None = None,
    environment: str = "local",
    date: str | None = None,
    spark: str | None = None,
) -> Plan:
    """Return what a run would do; raises ConfigError for whatever is wrong, before anything has been started."""
    if date is not None and AS_OF not in project.spec.parameters:
        raise ConfigError(f"--date sets the parameter '{AS_OF}', which this project does not have", "Declare it.")
    kind = environment_kind(project.spec, project.catalog, environment, spark)
    stages = select_stages(project.catalog, first, last, only)
    missing = [project.notebook(stage) for stage in stages if not project.notebook(stage).is_file()]
    if missing:
        raise ConfigError(f"missing: {', '.join(map(str, missing))}", f"Run `kit check {project.folder} --fix`.")
    values = parameter_values(project.spec, {**given, **({AS_OF: date} if date is not None else {})})
    return Plan(project.folder, stages, values, environment, kind)


def run_stages(project: Project, plan: Plan, progress: Progress, *, is_forced: bool = False) -> dict[str, Any]:
    """Run the plan and return the record of the run, which also lies in `runs/<run_id>/run.json`.

    A failed stage ends the run; an interrupt leaves the record `interrupted` and raises KeyboardInterrupt.
    """
    with run_lock(project.folder):
        return Run(project, plan, progress, is_forced=is_forced).execute()


def plan_text(plan: Plan) -> str:
    """Return the plan for a person: where, with which parameters, and the stages in order."""
    lines = [f"Environment {plan.environment}, Spark {plan.spark}"]
    lines += [
        f"  {name} = {to_text(value) if value is not None else '(none)'}" for name, value in plan.parameters.items()
    ]
    return "\n".join([*lines, "Stages: " + " -> ".join(plan.stages)])


def run_text(project: Project, record: dict[str, Any]) -> str:
    """Return the end of a run for a person: the stages, what went wrong and for whom, and where the record lies."""
    rows = [["stage", "status", "seconds", "key metrics", "accountable"]]
    for one in record["stages"]:
        seconds = f"{one['seconds']:.1f}" if one["seconds"] is not None else ""
        rows.append([one["name"], one["status"], seconds, metrics_text(one["metrics"]), one["accountable"]])
    parts = [f"Run {record['run_id']}: {record['status']}", table_text(rows)]
    parts += [_failure_text(project, one) for one in record["stages"] if one["status"] == "failed"]
    return "\n\n".join(
        [*parts, f"Executed notebooks and record: {shown_path(project.folder / RUNS / record['run_id'])}"]
    )


def _failure_text(project: Project, stage: dict[str, Any]) -> str:
    return (
        f"Stage {stage['name']} failed at {stage['error']}\n"
        f"  notebook: {shown_path(project.folder / stage['notebook'])}\n"
        f"  accountable: {stage['accountable']}\n"
        f"  run again from here: kit run {shown_path(project.folder)} --from {stage['name']}"
    )
