"""Facts: what a notebook says of itself while it runs, one JSON line per event, appended and never changed.

The runner derives `<stage>.json` from them, so a stage that dies still tells what it had done.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any


class FactLog:
    """The open file `<run_dir>/<stage>.facts.jsonl`; each line is written whole or not at all (O_APPEND)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path

    def add(self, fact: str, **values: Any) -> None:
        """Append one fact; values must be JSON (non-finite numbers are refused by ValueError)."""
        line = json.dumps({"fact": fact, "at": utc_now(), **values}, sort_keys=True, allow_nan=False) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)


def read_facts(path: Path) -> list[dict[str, Any]]:
    """Return the facts of a file in their order; a last line that was cut by a crash is left out."""
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def newest_decision(runs: Path, stage: str, environment: str) -> dict[str, Any] | None:
    """Return what the newest run of a stage in an environment recommended: `outcome`, `reason`; None where none did."""
    for path in sorted(runs.glob(f"*/{stage}.facts.jsonl"), reverse=True):
        facts = read_facts(path)
        starts = [one for one in facts if one["fact"] == "started" and one.get("environment") == environment]
        decisions = [one for one in facts if one["fact"] == "decision"]
        if starts and decisions:
            return decisions[-1]
    return None


def utc_now() -> str:
    """Return now in UTC as ISO 8601 with seconds and `Z`."""
    return dt.datetime.now(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
