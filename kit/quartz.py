"""Rhythms as Quartz writes them, in which Databricks reads schedules: seconds first, `?` for the day left open."""

from __future__ import annotations

import re

from kit.errors import ConfigError

_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
"""Names by cron's numbers; 7 is Sunday again. Quartz counts from 1, so that only names mean the same in both."""


def quartz_expression(cron: str) -> str:
    """Return five cron fields as six of Quartz: `30 6 * * 1-5` is `0 30 6 ? * MON-FRI`.

    Raises ConfigError where both days are restricted: cron takes either day, Quartz can say only one.
    """
    minute, hour, day, month, weekday = cron.upper().split()
    if day != "*" and weekday != "*":
        said = f"schedule.cron '{cron}' names a day of the month and a day of the week"
        raise ConfigError(said, "Quartz, and so Databricks, can say only one of them; leave one as *.")
    if weekday == "*":
        return f"0 {minute} {hour} {day} {month} ?"
    return f"0 {minute} {hour} ? {month} {','.join(map(_weekdays, weekday.split(',')))}"


def _weekdays(item: str) -> str:
    """Return one item of cron's last field by names.

    Quartz overlooks a step behind a range of names, and a range over the whole week is one day to it: both are listed.
    """
    special = re.fullmatch(r"(\w+?)(L|#\d)", item)
    if special:
        return _DAYS[_number(special[1]) % 7] + special[2]
    days, _, step = item.partition("/")
    first, _, last = ("0", "", "6") if days == "*" else days.partition("-")
    start, end = _number(first), _number(last or ("6" if step else first))
    taken = list(dict.fromkeys(_DAYS[one % 7] for one in range(start, end + 1, int(step or 1))))
    return ",".join(taken) if step or len(taken) in {1, 7} else f"{taken[0]}-{taken[-1]}"


def _number(day: str) -> int:
    return _DAYS.index(day) if day in _DAYS else int(day)
