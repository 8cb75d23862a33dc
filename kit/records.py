"""The record of a run: a folder `runs/<run_id>/` with `run.json`, a `<stage>.json` each and the executed notebooks.

Only the process that supervises a run writes it, atomically; whoever reads it derives the rest. A run whose supervisor
is gone while its record still says `running` has died, and is read as `died`.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kit.errors import KitError
from kit.runtime.facts import read_facts
from kit.runtime.handover import checklist_of

RUNS = "runs"
LOCK = ".lock"


class RunUnderWay(KitError):
    """Raised when another process runs this project."""


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader, or a crash, sees the old file or the new one and nothing between."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, sort_keys=True, allow_nan=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


@contextmanager
def lock_held(project: Path, name: str) -> Iterator[bool]:
    """Hold a lock file of the project's runs while the body runs; false, at once, where another process holds it.

    The system releases it when the process ends, however it ends.
    """
    runs = project / RUNS
    runs.mkdir(exist_ok=True)
    with (runs / name).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def run_lock(project: Path) -> Iterator[None]:
    """Hold the project's run lock; raises RunUnderWay when another process holds it."""
    with lock_held(project, LOCK) as is_ours:
        if not is_ours:
            raise RunUnderWay(
                f"{project}: another run is under way", "Wait for it (`kit status` shows it), or stop it."
            )
        yield


def is_locked(project: Path) -> bool:
    """Return whether some process runs this project now."""
    if not (project / RUNS / LOCK).exists():
        return False
    with lock_held(project, LOCK) as is_ours:
        return not is_ours


def read_runs(project: Path) -> list[dict[str, Any]]:
    """Return the records of all runs, oldest first; one that died is told as such."""
    alive = is_locked(project)
    files = sorted((project / RUNS).glob("*/run.json"))
    runs = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    newest = runs[-1]["run_id"] if runs else None
    return [_as_it_is(run, is_alive=alive and run["run_id"] == newest) for run in runs]


def moment(text: str) -> dt.datetime:
    """Return the moment that a record names: UTC, ISO 8601 with `Z`."""
    return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))


def last_success(runs: list[dict[str, Any]], stage: str, environment: str) -> dict[str, Any] | None:
    """Return the newest record of a stage that ran and succeeded in an environment."""
    for run in reversed(runs):
        for record in run["stages"]:
            if record["name"] == stage and record["status"] == "succeeded" and run["environment"] == environment:
                return {**record, "run_id": run["run_id"]}
    return None


def last_passed_commit(runs: list[dict[str, Any]], stage: str, environment: str) -> str | None:
    """Return the commit at which the gate of a stage was passed last in an environment, by decisions."""
    for run in reversed(runs):
        for record in run["stages"]:
            is_passed = record.get("gate", {}).get("status") == "passed"
            if record["name"] == stage and is_passed and run["environment"] == environment and run["git_commit"]:
                return str(run["git_commit"]).removesuffix("-dirty")
    return None


def facts_of(run_dir: Path, stage: str) -> dict[str, Any]:
    """Return what the notebook said of itself, gathered: tables, accounting, metrics, artefacts, decision."""
    facts = read_facts(run_dir / f"{stage}.facts.jsonl")
    by = {kind: [one for one in facts if one["fact"] == kind] for kind in {one["fact"] for one in facts}}
    return {
        "tables_read": _distinct(by.get("read", []), "table", "version"),
        "tables_written": _distinct(by.get("write", []), "table", "version", "mode", "rows", "updated", "inserted"),
        "sources": _distinct(by.get("source", []), "source", "fingerprint"),
        "expectations": _distinct(by.get("expectation", []), "table", "name", "action", "failed", "total"),
        "accounting": [_without(one, "fact", "at") for one in by.get("accounting", [])],
        "metrics": {name: value for one in by.get("metrics", []) for name, value in one["values"].items()},
        "artefacts": _distinct(by.get("artefact", []), "kind", "name", "version", "uri"),
        "decision": _without(by["decision"][-1], "fact") if "decision" in by else None,
        "checklist": checklist_of(facts),
        "open_points": by["finished"][-1]["open_points"] if "finished" in by else [],
        "is_finished": "finished" in by,
    }


def _as_it_is(run: dict[str, Any], *, is_alive: bool) -> dict[str, Any]:
    if run["status"] != "running" or is_alive:
        return run
    stages = [{**one, "status": "died"} if one["status"] == "running" else one for one in run["stages"]]
    return {**run, "status": "died", "stages": stages}


def _distinct(facts: list[dict[str, Any]], *keys: str) -> list[dict[str, Any]]:
    kept = [{key: one[key] for key in keys if key in one} for one in facts]
    return [one for index, one in enumerate(kept) if one not in kept[:index]]


def _without(values: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}
