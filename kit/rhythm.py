"""The moments at which a schedule is due, and how a person says its rhythm."""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterator

from cronsim import CronSim

from kit.spec_parts import Schedule

_A_DAY = dt.timedelta(days=1)


def due_times(schedule: Schedule, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the due times after a moment (which must know its zone), in order, in the schedule's zone.

    Where clocks go forward, a time that does not exist is moved by as much as they go. Where they go back, a time that
    comes twice counts once, the first time; a rhythm of every hour counts both.
    """
    zone = zoneinfo.ZoneInfo(schedule.time_zone)
    newest = after.astimezone(dt.timezone.utc)
    begin = (after.astimezone(zone) - _A_DAY).replace(tzinfo=None)
    for day, times in itertools.groupby(CronSim(schedule.expression, begin), key=dt.datetime.date):
        for moment in sorted({one for time in times for one in _moments(time, zone, schedule.expression)}):
            if moment > newest and (schedule.start is None or day >= schedule.start):
                newest = moment
                yield moment.astimezone(zone)


def rhythm_said(schedule: Schedule) -> str:
    """Return the rhythm as a person says it, with its time zone."""
    at, on = f"at {schedule.at}", schedule.day or "1"
    day = "the last day" if on == "last" else f"day {on}"
    said = {
        "hour": f"every hour at minute {int(schedule.at[3:])}",
        "day": f"every day {at}",
        "weekday": f"Monday to Friday {at}",
        "week": f"every {(schedule.day or 'monday').capitalize()} {at}",
        "month": f"on {day} of every month {at}",
        "quarter": f"on {day} of {'every quarter' if on == 'last' else 'the first month of every quarter'} {at}",
    }
    words = said[schedule.every] if schedule.every else CronSim(schedule.expression, dt.datetime(2026, 1, 1)).explain()
    return f"{words} ({schedule.time_zone})"


def _moments(time: dt.datetime, zone: zoneinfo.ZoneInfo, expression: str) -> Iterator[dt.datetime]:
    """Yield the moments in UTC of a time of day on the wall clock."""
    first, second = (time.replace(tzinfo=zone, fold=fold).astimezone(dt.timezone.utc) for fold in (0, 1))
    yield first
    if second > first and expression.split()[1].startswith("*"):  # of a skipped time the second reading is the earlier
        yield second
