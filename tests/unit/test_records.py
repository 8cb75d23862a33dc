"""The record of a run stays true when the process that wrote it does not live to finish it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kit.records import RunUnderWay, facts_of, is_locked, last_success, read_runs, run_lock, write_json
from kit.runtime.facts import FactLog, read_facts


def record(run_id: str, status: str, **stages: str) -> dict[str, Any]:
    """A record with the given states of stages."""
    told = [{"name": name, "status": state} for name, state in stages.items()]
    return {"run_id": run_id, "status": status, "environment": "local", "stages": told}


def save(project: Path, value: dict[str, Any]) -> None:
    """Put a record where runs lie."""
    folder = project / "runs" / value["run_id"]
    folder.mkdir(parents=True)
    write_json(folder / "run.json", value)


def test_a_run_whose_process_is_gone_is_read_as_died(tmp_path: Path) -> None:
    save(tmp_path, record("1", "running", definition="succeeded", modeling="running", monitoring="pending"))
    (run,) = read_runs(tmp_path)
    assert run["status"] == "died"
    assert [one["status"] for one in run["stages"]] == ["succeeded", "died", "pending"]


def test_a_run_under_way_is_read_as_running_and_shuts_out_another(tmp_path: Path) -> None:
    save(tmp_path, record("1", "running", modeling="running"))
    with run_lock(tmp_path):
        assert read_runs(tmp_path)[0]["status"] == "running"
        with pytest.raises(RunUnderWay, match="another run is under way"), run_lock(tmp_path):
            pass
    assert not is_locked(tmp_path)


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from kit.records import run_lock\n"
        f"with run_lock(Path({str(tmp_path)!r})):\n  print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    assert is_locked(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not is_locked(tmp_path)


def test_the_last_success_passes_over_failures_skips_and_other_environments(tmp_path: Path) -> None:
    runs = [
        record("1", "succeeded", modeling="succeeded"),
        {**record("2", "succeeded", modeling="succeeded"), "environment": "prod"},
        record("3", "failed", modeling="failed"),
        record("4", "succeeded", modeling="skipped"),
    ]
    found = last_success(runs, "modeling", "local")
    assert found is not None
    assert found["run_id"] == "1"
    assert last_success(runs, "definition", "local") is None


def test_a_write_that_fails_leaves_the_old_record(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_json(path, {"status": "running"})
    with pytest.raises(ValueError, match="Out of range float"):
        write_json(path, {"status": float("nan")})
    assert json.loads(path.read_text()) == {"status": "running"}


def test_a_fact_cut_by_a_crash_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    log = FactLog(tmp_path / "modeling.facts.jsonl")
    log.add("metrics", values={"test.auc": 0.7})
    with log.path.open("a") as file:
        file.write('{"fact": "metr')
    assert [one["fact"] for one in read_facts(log.path)] == ["metrics"]


def test_facts_are_gathered_into_tables_metrics_and_decision(tmp_path: Path) -> None:
    log = FactLog(tmp_path / "modeling.facts.jsonl")
    log.add("read", table="gold.features", version=3)
    log.add("read", table="gold.features", version=3)
    log.add("write", table="modeling.evaluation", version=0, mode="overwrite", rows=12)
    log.add("metrics", values={"test.auc": 0.6})
    log.add("metrics", values={"test.auc": 0.7, "benchmark.auc": 0.6})
    log.add("decision", outcome="accept", reason="better")
    gathered = facts_of(tmp_path, "modeling")
    assert gathered["tables_read"] == [{"table": "gold.features", "version": 3}]
    assert gathered["tables_written"][0]["rows"] == 12
    assert gathered["metrics"] == {"test.auc": 0.7, "benchmark.auc": 0.6}
    assert gathered["decision"]["outcome"] == "accept"
    assert gathered["is_finished"] is False
