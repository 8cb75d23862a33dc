"""`kit status`: each stage's last state, when, how long, its key metrics and who is accountable; a function of the
records.
"""

from __future__ import annotations

from typing import Any

from kit.policy import breaches
from kit.project import Project
from kit.records import is_locked, read_runs
from kit.standings import gate_standings
from kit.text import metrics_text, table_text


def project_status(project: Project) -> dict[str, Any]:
    """Return the state of a project: its last run and, for each stage, the newest record that says something of it."""
    runs = read_runs(project.folder)
    return {
        "project": project.spec.name,
        "title": project.spec.title,
        "is_running": is_locked(project.folder),
        "last_run": _head(runs[-1]) if runs else None,
        "stages": [_stage(project, runs, stage) for stage in project.catalog.flow.stages],
        "gates": gate_standings(project, runs),
        "unfilled": [
            one.message
            for one in breaches(project.catalog, project.chain, project.spec)
            if one.check == "role-unfilled"
        ],
    }


def status_text(status: dict[str, Any]) -> str:
    """Return the status for a person: the last run, and a row for each stage."""
    rows = [["stage", "status", "ended (UTC)", "seconds", "key metrics", "accountable"]]
    for one in status["stages"]:
        seconds = f"{one['seconds']:.1f}" if one["seconds"] is not None else ""
        cells = [one["name"], one["status"], one["ended"] or "", seconds, metrics_text(one["metrics"])]
        rows.append([*cells, one["accountable"]])
    last = status["last_run"]
    head = f"last run {last['run_id']}: {last['status']}" if last else "never run"
    gates = [["gate", "of", "in", "status", "due", "handover", "who has to act"]]
    gates += [_gate_row(one) for one in status["gates"]]
    parts = [f"{status['title']} ({status['project']}), {head}", table_text(rows), table_text(gates)]
    parts += [f"Gate {one['gate']}: {'; '.join(one['reasons'])}" for one in status["gates"] if _is_in_doubt(one)]
    parts += ["Roles:\n" + "\n".join(f"  {one}" for one in status["unfilled"])] if status["unfilled"] else []
    return "\n\n".join(parts)


def _is_in_doubt(gate: dict[str, Any]) -> bool:
    return bool(gate["reasons"]) and gate["status"] != "not run"


def _gate_row(gate: dict[str, Any]) -> list[str]:
    due = f"{gate['due']} OVERDUE" if gate["is_overdue"] else gate["due"] or ""
    who = "; ".join(f"{role}: {', '.join(people) or 'UNFILLED'}" for role, people in gate["missing"].items())
    handover = gate["handover"]["state"] if gate["handover"] else ""
    is_open = gate["status"] in ("passed", "waived", "not run")
    status = gate["status"] if is_open else f"{gate['status']}, {_EFFECTS[gate['enforcement']]}"
    return [f"{gate['gate']} {gate['title']}", gate["stage"], gate["environment"], status, due, handover, who]


_EFFECTS = {"record": "only noted there", "warn": "warned of", "stop": "stops runs"}


def _head(run: dict[str, Any]) -> dict[str, Any]:
    return {key: run[key] for key in ("run_id", "status", "started", "ended", "environment")}


def _stage(project: Project, runs: list[dict[str, Any]], stage: str) -> dict[str, Any]:
    accountable = project.accountable(stage)
    for run in reversed(runs):
        for one in run["stages"]:
            if one["name"] == stage and one["status"] not in {"pending", "skipped"}:
                kept = {key: one.get(key) for key in ("status", "seconds", "ended", "notebook", "error", "decision")}
                return {
                    "name": stage,
                    "run_id": run["run_id"],
                    "metrics": one["metrics"],
                    "accountable": accountable,
                    **kept,
                }
    never = dict.fromkeys(("run_id", "seconds", "ended", "notebook", "error", "decision"))
    return {"name": stage, "status": "never run", "metrics": {}, "accountable": accountable, **never}
