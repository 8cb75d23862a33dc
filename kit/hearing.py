"""A project's gates as they are to be judged: who decides on which record, and the state that comes out.

The run, `kit status`, `kit review` and `kit approve` all judge through here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from kit.authorship import committed, has_git
from kit.decisions import Decisions, read_decisions
from kit.errors import ConfigError
from kit.gates import GateState, Hearing, Holder, gate_state
from kit.operating import stage_gate
from kit.ownership import people_holding, stage_ownership
from kit.policy import blockers
from kit.project import Project
from kit.records import moment, read_runs
from kit.yaml_source import nearest

Record = Mapping[str, Any]


def gate_record(runs: list[dict[str, Any]], stage: str, environment: str) -> dict[str, Any] | None:
    """Return the newest record of a stage that carries evidence, with the id of the run that made it."""
    for run in reversed(runs):
        for one in run["stages"]:
            is_evidence = one["name"] == stage and one["status"] in {"succeeded", "skipped"} and one.get("evidence")
            if is_evidence and run["environment"] == environment:
                return {**one, "run_id": one.get("unchanged_since") or run["run_id"], "git_commit": run["git_commit"]}
    return None


def hearing_of(project: Project, stage: str, environment: str, record: Record | None) -> Hearing:
    """Return the gate of a stage as it is to be judged on a record."""
    spec, catalog = project.spec, project.catalog
    gate = stage_gate(catalog, spec, stage)
    accountable = stage_ownership(catalog, project.chain, spec, stage).accountable
    holders = {
        role: [Holder(one.name, one.email.lower(), one.kind) for one in people_holding(spec, role)]
        for role in {accountable, *gate.decided_by}
    }
    return Hearing(
        name=catalog.flow.stages[stage].gate,
        stage=stage,
        environment=environment,
        gate=gate,
        accountable=accountable,
        holders=holders,
        evidence=record["evidence"] if record else None,
        authors=record["authors"] if record else [],
        ran_until=moment(record["evidence_at"]) if record else None,
        blockers=[*blockers(catalog, project.chain, spec), *unmet(record)],
    )


def unmet(record: Record | None) -> list[str]:
    """Return the items of a record's checklist that must be met and are not, a phrase each."""
    items = record.get("checklist", []) if record else []
    return [f"{one['item']}: {one['measured']}" for one in items if one["is_required"] and not one["is_met"]]


def judge(
    project: Project, stage: str, environment: str, record: Record | None, *, is_patient: bool = False
) -> GateState:
    """Return the state of a stage's gate on a record, now; with `is_patient` as if all decisions were committed."""
    hearing, decisions = hearing_of(project, stage, environment, record), read_decisions(project.folder)
    faults = commit_faults(project, hearing, decisions, is_patient=is_patient)
    return gate_state(hearing, decisions, faults, known_now(project))


def commit_faults(
    project: Project, hearing: Hearing, decisions: Decisions, *, is_patient: bool = False
) -> dict[str, str]:
    """Return by seal what is wrong with how the decisions of a gate were committed, where that matters.

    `is_patient` lets pass what is still to be committed.
    """
    if project.enforcement(hearing.environment) != "stop" or not has_git(project.folder):
        return {}
    faults: dict[str, str] = {}
    for one in decisions.at(hearing.name, hearing.environment):
        file = decisions.files[one.seal]
        known = committed(project.folder, file)
        if known.author is None and is_patient:
            continue
        if known.author is None:
            faults[one.seal] = f"{file} is not committed"
        elif known.author != one.by:
            faults[one.seal] = f"{file} was committed by {known.author}"
        elif known.is_touched:
            faults[one.seal] = f"{file} was changed after it was committed"
    return faults


def known_now(project: Project) -> dt.datetime:
    """Return the present moment, or the newest one that a record knows of: setting the clock back revives nothing."""
    ended = [run["ended"] or run["started"] for run in read_runs(project.folder)]
    return max([dt.datetime.now(dt.timezone.utc), *map(moment, ended)])


def decided_environment(project: Project, stage: str) -> str:
    """Return the environment of the newest run of a stage.

    Raises ConfigError for a stage that does not exist or has not run.
    """
    if stage not in project.catalog.flow.stages:
        names = project.catalog.flow.stages
        raise ConfigError(f"there is no stage '{stage}'{nearest(stage, names)}", f"Stages: {', '.join(names)}.")
    for run in reversed(read_runs(project.folder)):
        if any(one["name"] == stage and one["status"] in {"succeeded", "skipped"} for one in run["stages"]):
            return str(run["environment"])
    raise ConfigError(f"{stage} has not run yet", f"Run it first: kit run {project.folder} --to {stage}.")
