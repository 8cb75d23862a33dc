"""`kit run`: plans, then has each stage that has something to do supervised to its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.errors import ConfigError
from kit.notices import stage_notices
from kit.ownership import deciders
from kit.plan import AS_OF, Plan, environment_kind, parameter_values, select_stages
from kit.progress import Progress
from kit.project import Project
from kit.records import RUNS, read_runs, run_lock
from kit.runtime.parameters import to_text
from kit.supervisor import Run
from kit.text import metrics_text, shown_path, table_text
from kit.yaml_source import nearest


def plan_run(
    project: Project,
    given: Mapping[str, Any],
    *,
    first: str | None = None,
    last: str | None = None,
    only: str | None = None,
    environment: str | None = None,
    date: str | None = None,
    spark: str | None = None,
) -> Plan:
    """Return what a run would do; raises ConfigError for whatever is wrong, before anything has been started."""
    if date is not None and AS_OF not in project.spec.parameters:
        raise ConfigError(f"--date sets the parameter '{AS_OF}', which this project does not have", "Declare it.")
    environment = environment or "local"
    kind = environment_kind(project.spec, project.catalog, environment, spark)
    stages = select_stages(project.catalog, first, last, only)
    missing = [project.notebook(stage) for stage in stages if not project.notebook(stage).is_file()]
    if missing:
        raise ConfigError(f"missing: {', '.join(map(str, missing))}", f"Run `kit check {project.folder} --fix`.")
    values = parameter_values(project.spec, {**given, **({AS_OF: date} if date is not None else {})})
    return Plan(project.folder, stages, values, environment, kind)


def plan_resumed(project: Project, run_id: str | None = None, more: Mapping[str, Any] | None = None) -> Plan:
    """Return the plan that goes on with a run that did not come to its end, the last one unless another is named.

    The same stages, parameters and environment; what is done and has not changed will be skipped. Raises ConfigError
    where there is no such run, or where `more` would change its plan.
    """
    said = sorted(name for name, value in (more or {}).items() if value is not None)
    if said:
        hint = "Leave them out, or start a new run without --resume."
        raise ConfigError(f"--resume goes on with the plan of a run; {', '.join(said)} cannot change it", hint)
    runs = {run["run_id"]: run for run in read_runs(project.folder)}
    if run_id is None and not runs:
        raise ConfigError(f"{project.folder}: there is no run to resume", "Start one with `kit run`.")
    if run_id is not None and run_id not in runs:
        raise ConfigError(f"there is no run '{run_id}'{nearest(run_id, runs)}", "`kit status` shows the last one.")
    run = runs[run_id or [*runs][-1]]
    if run["status"] in ("succeeded", "running"):
        raise ConfigError(f"run {run['run_id']} is not to be resumed: it is {run['status']}", "Start a new one.")
    stages = tuple(one["name"] for one in run["stages"])
    values = parameter_values(project.spec, run["parameters"])
    kind = environment_kind(project.spec, project.catalog, run["environment"], run["spark"])
    before = [run["run_id"]]
    while runs.get(before[-1], {}).get("resumes"):
        before.append(runs[before[-1]]["resumes"])
    return Plan(project.folder, stages, values, run["environment"], kind, tuple(before))


def run_stages(project: Project, plan: Plan, progress: Progress, *, is_forced: bool = False) -> dict[str, Any]:
    """Run the plan and return the record of the run, which also lies in `runs/<run_id>/run.json`.

    A failed stage ends the run; an interrupt leaves the record `interrupted` and raises KeyboardInterrupt.
    """
    with run_lock(project.folder):
        return Run(project, plan, progress, is_forced=is_forced).execute()


def exit_code(record: Mapping[str, Any]) -> int:
    """Return the exit code that a run's status means."""
    return {"succeeded": 0, "waiting": 3}.get(record["status"], 1)


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
    parts += [_gate_text(project, record, one) for one in record["stages"] if is_held(one)]
    return "\n\n".join(
        [*parts, f"Executed notebooks and record: {shown_path(project.folder / RUNS / record['run_id'])}"]
    )


def is_held(stage: Mapping[str, Any]) -> bool:
    """Return whether a stage's gate held the run up."""
    return "gate" in stage and not stage["gate"]["goes_on"]


def _gate_text(project: Project, record: dict[str, Any], stage: dict[str, Any]) -> str:
    gate, where = stage["gate"], shown_path(project.folder)
    head = f"Gate {gate['name']} ({gate['title']}) is {gate['status']} in {record['environment']}"
    lines = [f"  {one}" for one in gate["reasons"]]
    for role in gate["missing"]:
        people = ", ".join(one.name for one in deciders(project.spec, role)) or "nobody holds it"
        lines.append(f"  to be signed by {project.catalog.roles[role].title}: {people}")
    lines += [
        f"  see the evidence: kit review {stage['name']} {where}",
        f"  decide: kit approve {stage['name']} {where}",
        f"  then go on: kit run {where} --resume",
    ]
    return "\n".join([head, *lines])


def _failure_text(project: Project, stage: dict[str, Any]) -> str:
    told = stage_notices(project.catalog, project.chain, project.spec, stage["name"])["emails"]
    return (
        f"Stage {stage['name']} failed at {stage['error']}\n"
        f"  notebook: {shown_path(project.folder / stage['notebook'])}\n"
        f"  accountable: {stage['accountable']}\n"
        f"  to be told: {', '.join(told) or 'nobody: the roles are unfilled'}\n"
        f"  run again from here: kit run {shown_path(project.folder)} --from {stage['name']}"
    )
