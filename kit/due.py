"""Which dates a project owes by its schedule, told from the records of its runs alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kit.plan import AS_OF
from kit.records import moment
from kit.rhythm import newest_time, times_until
from kit.spec_schedule import Schedule

DONE = ("succeeded", "waiting", "refused")
"""What a run has come to that has nothing left to do by itself: what a gate holds up goes on when people decide."""
ON_TIME = dt.timedelta(minutes=60)
"""How late a date may be that counts as on time, where a schedule catches nothing up."""


def owed_times(
    schedule: Schedule, runs: Sequence[Mapping[str, Any]], stages: Iterable[str], now: dt.datetime
) -> list[dt.datetime]:
    """Return the times to run for now, oldest first, one for each date, in the schedule's zone.

    `runs` are the records of the schedule's environment, `stages` those that a scheduled run has. The date of a time is
    done when a run for it began at that time or later and came to its end or to a gate. What was missed is owed by
    `catch_up`; without a `start` nothing is from before the first run of the environment.
    """
    newest = newest_time(schedule, now)
    if newest is None or _is_done(newest, runs, stages):
        return []
    if schedule.catch_up == "none":
        return [newest] if now - newest <= ON_TIME else []
    if schedule.catch_up == "last":
        return [newest]
    return _missed(schedule, runs, stages, newest)


def is_time(schedule: Schedule, now: dt.datetime, within: dt.timedelta) -> bool:
    """Return whether a time of the schedule lies at most so far back: it is not one of a scheduler's other calls."""
    newest = newest_time(schedule, now)
    return newest is not None and now - newest <= within


def _missed(
    schedule: Schedule, runs: Sequence[Mapping[str, Any]], stages: Iterable[str], newest: dt.datetime
) -> list[dt.datetime]:
    """Return the last time of each date since the last one that is done."""
    started = [moment(run["started"]) for run in runs]
    if schedule.start is None and not started:
        return [newest]
    after = min(started) if schedule.start is None else _day_before(schedule.start)
    owed: dict[dt.date, dt.datetime] = {}
    for time in times_until(schedule, after, newest):
        if _is_done(time, runs, stages):
            owed.clear()
        else:
            owed[time.date()] = time
    return list(owed.values()) or [newest]


def _day_before(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.timezone.utc) - dt.timedelta(days=1)


def _is_done(time: dt.datetime, runs: Sequence[Mapping[str, Any]], stages: Iterable[str]) -> bool:
    return any(
        run["status"] in DONE
        and run["parameters"].get(AS_OF) == time.date().isoformat()
        and moment(run["started"]) >= time.astimezone(dt.timezone.utc)
        and {*stages} <= {one["name"] for one in run["stages"]}
        for run in runs
    )
