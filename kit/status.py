"""`kit status`: each stage's last state, when, how long, its key metrics and who is accountable; a function of the
records.
"""

from __future__ import annotations

from typing import Any

from kit.project import Project
from kit.records import is_locked, read_runs
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
    return f"{status['title']} ({status['project']}), {head}\n\n{table_text(rows)}"


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
