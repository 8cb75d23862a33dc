"""The handover at the end of a stage: from one accountable role to the next, what passes, and whether it was taken.

Everything in it but the answer is what the run has found. The answer is a decision file at the stage's gate; where the
one who takes over has signed the gate, that is the answer already.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.decisions import Decision, Decisions, read_decisions
from kit.evidence import evidence_hash
from kit.gates import CLOCK_SLACK
from kit.hearing import commit_faults, hearing_of, judge, known_now
from kit.operating import stage_gate
from kit.ownership import deciders, people_holding, stage_ownership
from kit.project import Project
from kit.text import table_text

ACCEPTED, REJECTED = "accepted", "rejected"


def taking_role(project: Project, stage: str) -> str:
    """Return the role that takes over after a stage: the next one's accountable; the last hands over to the first."""
    stages = [*project.catalog.flow.stages]
    following = stages[(stages.index(stage) + 1) % len(stages)]
    return stage_ownership(project.catalog, project.chain, project.spec, following).accountable


def handover_of(project: Project, stage: str, environment: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the handover of a stage's record, as plain values: who, what, what was checked, and the answer.

    `state` is `open`, `accepted` or `rejected`; `by`, `at`, `note` and `due` say who answered.
    """
    giving = stage_ownership(project.catalog, project.chain, project.spec, stage).accountable
    answer = _answer(project, stage, environment, record)
    said = {"state": "open", "by": None, "at": None, "note": "", "due": None}
    if answer is not None:
        is_signed = answer.kind == "approval"
        said = {
            "state": ACCEPTED if is_signed else answer.outcome,
            "by": answer.by,
            "at": f"{answer.at:%Y-%m-%dT%H:%M:%SZ}",
            "note": answer.note,
            "due": str(answer.until) if answer.until else None,
        }
    return {
        "stage": stage,
        "environment": environment,
        "run": record["run_id"],
        "from": _role(project, giving),
        "to": _role(project, taking_role(project, stage)),
        "made": made_by(record),
        "checklist": record["checklist"],
        "open_points": record["open_points"],
        **said,
    }


def made_by(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a stage made: `kind`, `name`, `version`; tables first."""
    return [
        *({"kind": "table", "name": one["table"], "version": one["version"]} for one in record["tables_written"]),
        *({"kind": one["kind"], "name": one["name"], "version": one["version"]} for one in record["artefacts"]),
    ]


def checklist_parts(found: Mapping[str, Any]) -> list[str]:
    """Return checklist and open points for a person, each as a block of text; those that are empty are left out."""
    parts = []
    if found["checklist"]:
        rows = [[_mark(one), one["item"], one["measured"]] for one in found["checklist"]]
        parts.append(table_text([["", "checked", "found"], *rows]))
    if found["open_points"]:
        parts.append("\n".join(["Open points", *(f"  - {one}" for one in found["open_points"])]))
    return parts


def _mark(item: Mapping[str, Any]) -> str:
    return "ok" if item["is_met"] else "REQUIRED" if item["is_required"] else "open"


def _answer(project: Project, stage: str, environment: str, record: Mapping[str, Any]) -> Decision | None:
    """Return the newest valid answer to this evidence, or the signature at the gate of the role that takes over."""
    taking, decisions = taking_role(project, stage), read_decisions(project.folder)
    hearing = hearing_of(project, stage, environment, record)
    faults = commit_faults(project, hearing, decisions, is_patient=True)
    may = {one.email.lower() for one in deciders(project.spec, taking)}
    latest = known_now(project) + CLOCK_SLACK
    for one in reversed(_answers(decisions, hearing.name, environment, evidence_hash(record["evidence"]))):
        if one.by in may and one.at <= latest and one.seal not in faults:
            return one
    gate = stage_gate(project.catalog, project.spec, stage)
    signed = judge(project, stage, environment, record).signed.get(taking)
    return signed if signed is not None and signed.outcome == gate.outcomes[0] else None


def _answers(decisions: Decisions, gate: str, environment: str, hashed: str) -> list[Decision]:
    found = decisions.at(gate, environment)
    return [one for one in found if one.kind == "handover" and one.evidence_hash == hashed]


def _role(project: Project, role: str) -> dict[str, Any]:
    people = [{"name": one.name, "email": one.email} for one in people_holding(project.spec, role)]
    return {"role": role, "title": project.catalog.roles[role].title, "people": people}
