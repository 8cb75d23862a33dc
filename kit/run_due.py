"""`kit run-due`: what every scheduler calls. Runs the dates that are owed by the schedule, and no others.

The scheduler only has to call often enough: which dates are due is told from the records, so that a call too many does
nothing, and a call that was missed is made up for by the next one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from kit.attempts import STOPPED, Attempt, Clock, Tries, attempt, run_kit
from kit.due import is_time, owed_times
from kit.plan import AS_OF, select_stages
from kit.project import Project
from kit.records import lock_held, read_runs
from kit.rhythm import next_times
from kit.scheduled import schedule_of, schedule_owner
from kit.spec_schedule import Schedule

FINAL = (0, 2, 3, STOPPED)
"""Exit codes after which a retry would change nothing."""
_LOCK = ".due.lock"
RunKit = Callable[[Sequence[str], float | None], tuple[int, bool]]


@dataclass(frozen=True)
class Ran:
    """A date that was run for."""

    date: str
    run_id: str | None
    """None where no run could even begin."""
    status: str
    tries: int
    exit_code: int


@dataclass
class Due:
    """What a call of `kit run-due` found and did."""

    environment: str
    owed: list[str]
    """The dates that were owed at the call, oldest first."""
    next: str | None
    owner: str
    """Who answers for the scheduled runs."""
    note: str = ""
    """Why nothing was run."""
    ran: list[Ran] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """That of the last date that did not succeed, or waits at a gate; 0 where there is none."""
        return next((one.exit_code for one in reversed(self.ran) if one.exit_code), 0)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {**asdict(self), "exit_code": self.exit_code}

    def text(self) -> str:
        """Return it for a person, one line for each date; the last line says whom it is about."""
        lines = [f"{one.date} in {self.environment}: {one.status}{_tries(one.tries)}" for one in self.ran]
        if self.exit_code not in {0, STOPPED}:
            lines.append(f"To be told: {self.owner}")
        if not self.ran:
            lines = [self.note or f"owed in {self.environment}: {', '.join(self.owed) or 'nothing'}"]
        return "\n".join(lines + ([f"next: {self.next}"] if self.next and self.exit_code == 0 else []))


def run_due(
    project: Project,
    *,
    environment: str | None = None,
    within_minutes: int | None = None,
    dry_run: bool = False,
    is_quiet: bool = False,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.timezone.utc),
    kit: RunKit | None = None,
    clock: Clock | None = None,
) -> Due:
    """Run each owed date, oldest first, as a process of its own, and return what came of it.

    Stops at the first date that fails, so that the order of dates holds. Raises ConfigError where there is no schedule
    or no such environment, and KeyboardInterrupt when it is interrupted, after the run was.
    """
    schedule = schedule_of(project)
    environment = environment or schedule.environment
    following = next_times(schedule, now(), 1)
    found = Due(environment, [], f"{following[0]:%Y-%m-%d %H:%M %Z}" if following else None,
                schedule_owner(project))  # fmt: skip
    if within_minutes is not None and not is_time(schedule, now(), dt.timedelta(minutes=within_minutes)):
        found.note = f"nothing falls due: no time of the schedule in the last {within_minutes} minutes"
        return found
    found.owed = _dates(project, schedule, environment, now())
    if dry_run:
        return found
    with lock_held(project.folder, _LOCK) as is_ours:
        if not is_ours:
            found.note = "another `kit run-due` of this project is at work"
            return found
        call = kit or (lambda arguments, left: run_kit(arguments, left, is_quiet=is_quiet))
        # Long runs: what falls due meanwhile is run for as well, each date once.
        while found.exit_code in {0, 3} and (dates := _left(found, _dates(project, schedule, environment, now()))):
            found.ran.append(_run_date(project, schedule, environment, dates[0], call, clock or Clock()))
    return found


def _run_date(project: Project, schedule: Schedule, environment: str, date: str, kit: RunKit, clock: Clock) -> Ran:
    before = {run["run_id"] for run in read_runs(project.folder)}
    fresh = ["run", str(project.folder), "--from", schedule.first, "--date", date, "--env", environment]

    def newest() -> dict[str, Any] | None:
        made = [run for run in read_runs(project.folder) if run["run_id"] not in before]
        ours = [run for run in made if run["environment"] == environment and run["parameters"].get(AS_OF) == date]
        return ours[-1] if ours else None

    def start(left: float | None) -> tuple[int, bool]:
        last = newest()
        is_begun = last is not None and last["status"] not in {"succeeded", "running"}
        resumed = ["run", str(project.folder), "--resume", "--run", last["run_id"]] if last and is_begun else fresh
        return kit(resumed, left)

    def is_final(code: int) -> bool:
        last = newest()
        return code in FINAL or (last is not None and last["status"] == "refused")

    deadline = schedule.deadline_minutes
    tries = Tries(schedule.retries, schedule.retry_minutes * 60, None if deadline is None else deadline * 60)
    return _ran(date, newest, attempt(start, tries, clock, is_final))


def _ran(date: str, newest: Callable[[], dict[str, Any] | None], done: Attempt) -> Ran:
    last = newest()
    status = last["status"] if last else "did not start"
    if done.is_late:
        return Ran(date, last["run_id"] if last else None, f"{status}, ended at its deadline", done.tries, 1)
    code = done.code if done.code >= 0 else 1
    return Ran(date, last["run_id"] if last else None, status, done.tries, code)


def _dates(project: Project, schedule: Schedule, environment: str, now: dt.datetime) -> list[str]:
    runs = [run for run in read_runs(project.folder) if run["environment"] == environment]
    stages = select_stages(project.catalog, schedule.first)
    return [time.date().isoformat() for time in owed_times(schedule, runs, stages, now)]


def _left(found: Due, dates: list[str]) -> list[str]:
    run_for = {one.date for one in found.ran}
    return [date for date in dates if date not in run_for]


def _tries(tries: int) -> str:
    return f" after {tries} tries" if tries > 1 else ""
