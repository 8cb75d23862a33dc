"""`kit run-due`: the dates that are owed and no others, tried again by resuming, ended at the deadline."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kit.attempts import Clock, Tries, attempt, run_kit
from kit.cli import app
from kit.due import is_time, owed_times
from kit.new import new_project
from kit.project import Project, open_project
from kit.run_due import Due, run_due
from kit.spec_schedule import Schedule

UTC = dt.timezone.utc
STAGES = ["data_engineering", "modeling", "deployment", "monitoring"]
NOW = dt.datetime(2026, 3, 10, 6, 5, tzinfo=UTC)


def record(date: str, started: str, status: str = "succeeded", stages: Sequence[str] = STAGES) -> dict[str, Any]:
    names = [{"name": one} for one in stages]
    return {"status": status, "started": started, "parameters": {"run_date": date}, "stages": names}


def owed(runs: Sequence[dict[str, Any]], now: dt.datetime = NOW, **said: Any) -> list[str]:
    schedule = Schedule.model_validate({"every": "day", **said})
    return [one.date().isoformat() for one in owed_times(schedule, runs, STAGES, now)]


@pytest.mark.parametrize("status", ["succeeded", "waiting", "refused"])
def test_a_date_is_done_by_a_run_that_began_at_its_time_or_later(status: str) -> None:
    assert owed([record("2026-03-10", "2026-03-10T06:00:00Z", status)]) == []
    assert owed([record("2026-03-10", "2026-03-10T05:59:00Z", status)]) == ["2026-03-10"]


@pytest.mark.parametrize("status", ["failed", "died", "interrupted"])
def test_a_run_that_did_not_come_to_its_end_leaves_its_date_owed(status: str) -> None:
    assert owed([record("2026-03-10", "2026-03-10T06:00:00Z", status)]) == ["2026-03-10"]


def test_a_run_of_some_stages_or_for_another_date_does_not_count() -> None:
    assert owed([record("2026-03-10", "2026-03-10T06:00:00Z", stages=["modeling"])]) == ["2026-03-10"]
    assert owed([record("2026-03-09", "2026-03-10T06:00:00Z")]) == ["2026-03-10"]


def test_catch_up_says_which_missed_dates_are_run() -> None:
    runs = [record("2026-03-07", "2026-03-07T06:00:01Z")]
    assert owed(runs, catch_up="all") == ["2026-03-08", "2026-03-09", "2026-03-10"]
    assert owed(runs, catch_up="last") == ["2026-03-10"]
    assert owed(runs, catch_up="none") == ["2026-03-10"]
    late = NOW + dt.timedelta(hours=5)
    assert owed(runs, late, catch_up="last") == ["2026-03-10"]
    assert owed(runs, late, catch_up="none") == []


def test_from_its_first_day_on_every_date_is_owed_where_all_are_caught_up() -> None:
    assert owed([], catch_up="all", start="2026-03-09") == ["2026-03-09", "2026-03-10"]
    assert owed([], catch_up="all") == ["2026-03-10"]
    assert owed([], start="2026-04-01") == []


def test_a_call_that_is_not_near_a_time_is_told_apart() -> None:
    schedule = Schedule(every="day")
    assert is_time(schedule, NOW, dt.timedelta(minutes=10))
    assert not is_time(schedule, NOW + dt.timedelta(minutes=6), dt.timedelta(minutes=10))


class Passing:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, list[float]()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.waits.append(seconds)

    def clock(self) -> Clock:
        """Return it as attempts take it."""
        return Clock(lambda: self.now, self.sleep)


def tried(codes: Sequence[int], tries: Tries) -> tuple[Any, list[float]]:
    left, passing = [*codes], Passing()
    done = attempt(lambda _: (left.pop(0), False), tries, passing.clock(), lambda code: code in {0, 2, 3})
    return done, passing.waits


def test_waits_double_and_end_with_the_retries() -> None:
    done, waits = tried([1, 1, 1, 1], Tries(3, 60, None))
    assert (done.code, done.tries, waits) == (1, 4, [60, 120, 240])
    done, waits = tried([1, 0], Tries(3, 60, None))
    assert (done.code, done.tries, waits) == (0, 2, [60])


@pytest.mark.parametrize("code", [0, 2, 3])
def test_what_a_retry_cannot_change_is_not_tried_again(code: int) -> None:
    done, waits = tried([code], Tries(3, 60, None))
    assert (done.code, done.tries, waits) == (code, 1, [])


def test_no_wait_goes_beyond_the_deadline() -> None:
    done, waits = tried([1, 1, 1], Tries(3, 60, 150))
    assert (done.tries, done.is_late, waits) == (2, True, [60])


def scheduled(tmp_path: Path, **said: Any) -> Project:
    folder = tmp_path / "project"
    new_project(folder, "flight_delay", {"schedule": {"every": "day", "environment": "staging", **said}})
    return open_project(folder)


class FakeKit:
    """Stands for the process: notes how it is called and leaves the record of a run, as `kit run` does."""

    def __init__(self, project: Project, *outcomes: tuple[str, int]) -> None:
        self.project, self.outcomes, self.calls = project, [*outcomes], list[list[str]]()

    def __call__(self, arguments: Sequence[str], left: float | None) -> tuple[int, bool]:
        """Do as `kit run` does: the exit code, and whether it ran out of time."""
        self.calls.append([*arguments[2:]])
        status, code = self.outcomes.pop(0)
        said = dict(itertools.pairwise(arguments))
        date = said.get("--date") or self._resumed(said["--run"])
        run_id = f"2026-{len(self.calls):04d}"
        folder = self.project.folder / "runs" / run_id
        folder.mkdir(parents=True)
        more = {"run_id": run_id, "environment": "staging", "ended": None}
        (folder / "run.json").write_text(json.dumps({**record(date, "2026-03-10T06:05:00Z", status), **more}))
        return code, False

    def _resumed(self, run_id: str) -> str:
        said = json.loads((self.project.folder / "runs" / run_id / "run.json").read_text())
        return str(said["parameters"]["run_date"])


def called(project: Project, kit: Callable[..., Any], **more: Any) -> Due:
    return run_due(project, now=lambda: NOW, kit=kit, clock=Passing().clock(), **more)


def test_what_is_owed_is_run_once_and_a_second_call_finds_nothing_to_do(tmp_path: Path) -> None:
    project = scheduled(tmp_path, start="2026-03-09", catch_up="all")
    kit = FakeKit(project, ("succeeded", 0), ("succeeded", 0))
    found = called(project, kit)
    assert [(one.date, one.status) for one in found.ran] == [("2026-03-09", "succeeded"), ("2026-03-10", "succeeded")]
    assert kit.calls[0] == ["--from", "data_engineering", "--date", "2026-03-09", "--env", "staging"]
    again = called(project, kit)
    assert (again.owed, again.ran, again.exit_code) == ([], [], 0)


def test_a_failed_run_is_resumed_and_not_begun_anew(tmp_path: Path) -> None:
    project = scheduled(tmp_path)
    kit = FakeKit(project, ("failed", 1), ("succeeded", 0))
    found = called(project, kit)
    assert kit.calls[1] == ["--resume", "--run", "2026-0001"]
    assert [(one.status, one.tries, one.exit_code) for one in found.ran] == [("succeeded", 2, 0)]


def test_a_date_that_fails_for_good_holds_up_the_later_ones_and_names_who_is_told(tmp_path: Path) -> None:
    project = scheduled(tmp_path, start="2026-03-08", catch_up="all", retries=1)
    found = called(project, FakeKit(project, ("failed", 1), ("failed", 1)))
    assert [(one.date, one.tries) for one in found.ran] == [("2026-03-08", 2)]
    assert found.exit_code == 1
    assert found.text().endswith("To be told: ML engineer lead (unfilled)")


def test_what_waits_at_a_gate_is_no_failure_and_not_tried_again(tmp_path: Path) -> None:
    project = scheduled(tmp_path)
    found = called(project, FakeKit(project, ("waiting", 3)))
    assert (found.exit_code, [one.tries for one in found.ran]) == (3, [1])


def test_a_dry_run_runs_nothing(tmp_path: Path) -> None:
    project = scheduled(tmp_path)
    found = called(project, FakeKit(project), dry_run=True)
    assert (found.owed, found.ran) == (["2026-03-10"], [])
    assert not (project.folder / "runs").exists()


def test_two_calls_do_not_work_at_once(tmp_path: Path) -> None:
    project = scheduled(tmp_path)
    inner: list[Due] = []

    def kit(arguments: Sequence[str], left: float | None) -> tuple[int, bool]:
        inner.append(called(project, FakeKit(project)))
        return FakeKit(project, ("succeeded", 0))(arguments, left)

    assert called(project, kit).exit_code == 0
    assert [one.note for one in inner] == ["another `kit run-due` of this project is at work"]


def test_the_command_line_says_what_is_owed(tmp_path: Path) -> None:
    project = scheduled(tmp_path)
    done = CliRunner().invoke(app, ["run-due", str(project.folder), "--dry-run"], catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stdout.startswith("owed in staging: 20")


def test_a_process_is_ended_at_its_deadline_and_its_exit_code_comes_through() -> None:
    assert run_kit(["no-such-command"], None, is_quiet=True) == (2, False)
    code, is_late = run_kit(["list"], 0.01, is_quiet=True)
    assert is_late
    assert code != 0


def test_who_is_terminated_ends_the_run_too(tmp_path: Path) -> None:
    script = tmp_path / "waits.py"
    script.write_text(
        "import subprocess, sys\nfrom kit import attempts\nreal = subprocess.Popen\n"
        "waits = 'import os, time; print(os.getpid(), flush=True); time.sleep(600)'\n"
        "attempts.subprocess.Popen = lambda _, **more: real([sys.executable, '-c', waits], **more)\n"
        "attempts.run_kit([], None, is_quiet=False)\n"
    )
    path = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    caller = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=path)
    assert caller.stderr
    child = int(caller.stderr.readline())
    caller.send_signal(signal.SIGTERM)
    _, said = caller.communicate(timeout=60)
    assert b"KeyboardInterrupt" in said
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
