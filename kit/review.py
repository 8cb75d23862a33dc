"""`kit review`: the evidence that a stage lays before its gate, and where its gate stands."""

from __future__ import annotations

from typing import Any

from kit.decisions import Decision, read_decisions
from kit.evidence import evidence_hash
from kit.handovers import checklist_parts, made_by
from kit.hearing import decided_environment, gate_record, hearing_of, judge
from kit.ownership import deciders
from kit.project import Project
from kit.records import read_runs
from kit.text import shown_path, table_text


def review_gate(project: Project, stage: str, environment: str | None = None) -> dict[str, Any]:
    """Return, as plain values, the evidence of a stage's last run in an environment, its gate's state and decisions."""
    environment = environment or decided_environment(project, stage)
    runs = read_runs(project.folder)
    record = gate_record(runs, stage, environment)
    hearing, state = hearing_of(project, stage, environment, record), judge(project, stage, environment, record)
    people = {role: [one.name for one in deciders(project.spec, role)] for role in hearing.gate.decided_by}
    due = project.spec.gates.get(hearing.name)  # type: ignore[call-overload]
    return {
        "gate": hearing.name,
        "title": hearing.gate.title,
        "stage": stage,
        "environment": environment,
        "outcomes": hearing.gate.outcomes,
        "status": state.status,
        "reasons": state.reasons,
        "due": str(due.due) if due and due.due else None,
        "roles": [
            {
                "role": role,
                "title": project.catalog.roles[role].title,
                "people": people[role],
                "outcome": state.signed[role].outcome if role in state.signed else None,
                "by": state.signed[role].by if role in state.signed else None,
            }
            for role in hearing.gate.decided_by
        ],
        "evidence": _evidence(project, record) if record else None,
        "kpis": _kpis(project, runs, environment),
        "decisions": [_decision(one) for one in read_decisions(project.folder).at(hearing.name, environment)],
    }


def review_text(found: dict[str, Any]) -> str:
    """Return the review for a person, what matters for the decision first."""
    head = f"Gate {found['gate']}, {found['title']}, of {found['stage']} in {found['environment']}: {found['status']}"
    parts = ["\n".join([head, *(f"  {one}" for one in found["reasons"])])]
    if found["due"]:
        parts[0] += f"\n  to be decided by {found['due']}"
    rows = [["decides", "people", "decided"]]
    for one in found["roles"]:
        decided = f"{one['outcome']} ({one['by']})" if one["outcome"] else "not yet"
        rows.append([one["title"], ", ".join(one["people"]) or "UNFILLED", decided])
    parts.append(table_text(rows))
    if found["kpis"]:
        parts.append(table_text([["KPI", "actual", "target", "met"], *(_kpi_row(one) for one in found["kpis"])]))
    evidence = found["evidence"]
    if evidence is not None:
        parts += _evidence_parts(evidence)
    for one in found["decisions"]:
        until = f" until {one['until']}" if one["until"] else ""
        note = f": {one['note']}" if one["note"] else ""
        parts.append(f"{one['at']}  {one['kind']} '{one['outcome']}'{until} by {one['by']}{note}")
    parts.append(f"Outcomes: {', '.join(found['outcomes'])}. Decide with kit approve {found['stage']} --outcome ...")
    return "\n\n".join(parts)


def _evidence(project: Project, record: dict[str, Any]) -> dict[str, Any]:
    failed = [one for one in record["expectations"] if one["failed"]]
    return {
        "hash": evidence_hash(record["evidence"]),
        "run": record["run_id"],
        "ended": record["evidence_at"],
        "commit": record["git_commit"],
        "changed_by": record["authors"],
        "notebook": shown_path(project.folder / record["notebook"]),
        "recommendation": record["decision"],
        "metrics": record["metrics"],
        "parameters": record["evidence"]["parameters"],
        "inputs": record["evidence"]["inputs"],
        "made": made_by(record),
        "checklist": record["checklist"],
        "expectations": {"checked": len(record["expectations"]), "not_met": failed},
        "open_points": record["open_points"],
    }


def _kpis(project: Project, runs: list[dict[str, Any]], environment: str) -> list[dict[str, Any]]:
    """Return each KPI with its newest measured value: monitoring's, else the baseline of definition."""
    measured: dict[str, float] = {}
    for stage, prefix in (("definition", "baseline"), ("monitoring", "kpi")):
        metrics = (gate_record(runs, stage, environment) or {"metrics": {}})["metrics"]
        named = {name.partition("."): value for name, value in metrics.items()}
        measured |= {name: value for (first, _, name), value in named.items() if first == prefix}
    found = []
    for kpi in project.spec.kpis:
        value = measured.get(kpi.name)
        is_met = None if value is None else value >= kpi.target if kpi.direction == "up" else value <= kpi.target
        found.append({"name": kpi.name, "actual": value, "target": kpi.target, "direction": kpi.direction,
                      "is_met": is_met})  # fmt: skip
    return found


def _kpi_row(kpi: dict[str, Any]) -> list[str]:
    actual = "not measured" if kpi["actual"] is None else f"{kpi['actual']:.4g}"
    bound = "at least" if kpi["direction"] == "up" else "at most"
    return [kpi["name"], actual, f"{bound} {kpi['target']:g}", {True: "yes", False: "no", None: ""}[kpi["is_met"]]]


def _evidence_parts(evidence: dict[str, Any]) -> list[str]:
    said = evidence["recommendation"]
    lines = [
        f"Executed notebook: {evidence['notebook']}",
        f"Run {evidence['run']}, ended {evidence['ended']}, commit {evidence['commit'] or 'none'}",
        f"Changed by: {', '.join(evidence['changed_by']) or 'unknown'}",
        f"Recommended by the notebook: {said['outcome']} - {said['reason']}" if said else "No recommendation.",
    ]
    parts = ["\n".join(lines)]
    if evidence["metrics"]:
        rows = [[name, f"{value:.5g}"] for name, value in sorted(evidence["metrics"].items())]
        parts.append(table_text([["figure", "value"], *rows]))
    if evidence["made"]:
        rows = [[one["kind"], one["name"], str(one["version"])] for one in evidence["made"]]
        parts.append(table_text([["made", "name", "version"], *rows]))
    return [*parts, *checklist_parts(evidence)]


def _decision(decision: Decision) -> dict[str, Any]:
    said = decision.model_dump(mode="json", include={"kind", "outcome", "by", "roles", "note", "until"})
    return {**said, "at": f"{decision.at:%Y-%m-%dT%H:%M:%SZ}"}
