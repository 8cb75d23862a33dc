"""The logical times of a schedule: when it falls due, read for people, and the date that each of them runs for.

What fires on time is a scheduler's business; which moments are meant is decided here alone, for all schedulers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim

from kit.spec_schedule import Schedule

_EVERY = {"hour": "hour", "day": "day", "weekday": "weekday (Monday to Friday)"}
_LOOK_BACK_DAYS = (1, 8, 63, 400, 3000)
"""How far back the newest time is looked for, step by step; 29 February may lie eight years back."""


def times(schedule: Schedule, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the times after a moment, increasing, in the schedule's zone; `after` has to be aware.

    Hours that the clock skips or repeats are handled as Debian's cron does: of a schedule at fixed times, one in the
    gap falls due once, when the gap is over, and one in the repeated hour once, the first time. A schedule whose minute
    or hour begins with `*` goes by elapsed time.
    """
    zone = ZoneInfo(schedule.time_zone)
    if schedule.start is not None:
        eve = dt.datetime.combine(schedule.start, dt.time(), zone).astimezone(dt.timezone.utc) - dt.timedelta(seconds=1)
        after = max(after, eve)
    last = after.astimezone(dt.timezone.utc)
    # The library loses its way when it begins inside a gap or a repeated hour: it begins a day before.
    for found in CronSim(schedule.expression, (last - dt.timedelta(days=1)).astimezone(zone)):
        moment = found.astimezone(dt.timezone.utc)
        if moment > last:
            last = moment
            yield moment.astimezone(zone)


def next_times(schedule: Schedule, after: dt.datetime, count: int) -> list[dt.datetime]:
    """Return the next times after a moment, in the schedule's zone."""
    return list(islice(times(schedule, after), count))


def times_until(schedule: Schedule, after: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
    """Return the times after a moment, up to and including another one."""
    return list(takewhile(lambda one: _utc(one) <= _utc(until), times(schedule, after)))


def newest_time(schedule: Schedule, now: dt.datetime) -> dt.datetime | None:
    """Return the last time that is not in the future; none where the schedule has not begun yet."""
    for days in _LOOK_BACK_DAYS:
        found = times_until(schedule, _utc(now) - dt.timedelta(days=days), now)
        if found:
            return found[-1]
    return None


def reading(schedule: Schedule) -> str:
    """Return the rhythm as a person says it: `every weekday (Monday to Friday) at 06:00 (Europe/Berlin)`."""
    zone = f" ({schedule.time_zone})"
    if schedule.every is None:
        said = CronSim(schedule.expression, dt.datetime(2026, 1, 1)).explain()
        return said[0].lower() + said[1:] + zone
    if schedule.every == "hour":
        return f"every hour at minute {schedule.at[3:]}{zone}"
    if schedule.every in _EVERY:
        return f"every {_EVERY[schedule.every]} at {schedule.at}{zone}"
    if schedule.every == "week":
        return f"every {(schedule.day or 'monday').capitalize()} at {schedule.at}{zone}"
    day = "last day" if schedule.day == "last" else f"day {schedule.day or '1'}"
    whole = f"{'last month of every ' if schedule.day == 'last' else 'first month of every '}quarter"
    return f"{day} of {'every month' if schedule.every == 'month' else f'the {whole}'} at {schedule.at}{zone}"


def _utc(moment: dt.datetime) -> dt.datetime:
    """Two moments of one zone are compared by their clocks, which a repeated hour turns back; those of UTC are not."""
    return moment.astimezone(dt.timezone.utc)
