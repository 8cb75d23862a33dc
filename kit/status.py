"""`kit status`: each stage's last state, when, how long, its key metrics and who is accountable; a function of the records."""

from __future__ import annotations

from typing import Any

from kit.project import Project
from kit.records import is_locked, read_runs
from kit.text import table_text

KEY_METRICS = 3


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


def metrics_text(metrics: dict[str, float]) -> str:
    """Return the few metrics that matter most: those on the hold-out, then the benchmark's, then the others."""
    order = sorted(metrics, key=lambda name: (not name.startswith("test."), not name.startswith("benchmark."), name))
    names = [name for name in order if name in _FIRST] or order
    return ", ".join(f"{name} {metrics[name]:.4g}" for name in names[:KEY_METRICS])


_FIRST = ("test.auc", "test.mae", "test.wape", "benchmark.auc", "benchmark.mae", "benchmark.wape")


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
