"""Where every gate of a project stands, who has to act and by when: what `kit status` and `kit check` tell of gates."""

from __future__ import annotations

from typing import Any

from kit.handovers import handover_of
from kit.hearing import gate_record, judge, known_now
from kit.ownership import deciders
from kit.project import Project


def gate_standings(project: Project, runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a gate after the other, each in the environment of the newest run that reached it.

    `missing` says by the title of a role that has to sign who can; `reasons` why the gate is not open.
    """
    today = known_now(project).date()
    found = []
    for stage, info in project.catalog.flow.stages.items():
        environment = _environment(runs, stage)
        state = judge(project, stage, environment, gate_record(runs, stage, environment))
        settings = project.spec.gates.get(info.gate)  # type: ignore[call-overload]
        due = settings.due if settings else None
        missing = {
            project.catalog.roles[role].title: [one.name for one in deciders(project.spec, role)]
            for role in state.missing
        }
        found.append(
            {
                "gate": info.gate,
                "title": state.title,
                "stage": stage,
                "environment": environment,
                "status": state.status,
                "enforcement": project.enforcement(environment),
                "missing": missing,
                "reasons": state.reasons,
                "due": str(due) if due else None,
                "handover": _handover(project, runs, stage, environment),
                "is_overdue": due is not None and due < today and not state.is_open,
            }
        )
    return found


def _handover(project: Project, runs: list[dict[str, Any]], stage: str, environment: str) -> dict[str, Any] | None:
    record = gate_record(runs, stage, environment)
    if record is None:
        return None
    found = handover_of(project, stage, environment, record)
    return {"to": found["to"]["title"], **{key: found[key] for key in ("state", "by", "at", "note", "due")}}


def _environment(runs: list[dict[str, Any]], stage: str) -> str:
    for run in reversed(runs):
        if any(one["name"] == stage and one["status"] in {"succeeded", "skipped"} for one in run["stages"]):
            return str(run["environment"])
    return str(runs[-1]["environment"]) if runs else "local"
