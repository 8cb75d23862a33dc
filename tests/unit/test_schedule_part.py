"""`schedule:` of kit.yml: the rhythm that is said is the rhythm that is meant."""

from __future__ import annotations

import datetime as dt

import pytest
from cronsim import CronSim
from pydantic import ValidationError

from kit.spec_schedule import Schedule

NEW_YEAR = dt.datetime(2026, 1, 1, 12)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"every": "day"}, ["2026-01-02", "2026-01-03", "2026-01-04"]),
        ({"every": "weekday"}, ["2026-01-02", "2026-01-05", "2026-01-06"]),
        ({"every": "week", "day": "sunday"}, ["2026-01-04", "2026-01-11", "2026-01-18"]),
        ({"every": "month"}, ["2026-02-01", "2026-03-01", "2026-04-01"]),
        ({"every": "month", "day": "last"}, ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ({"every": "quarter", "day": "15"}, ["2026-01-15", "2026-04-15", "2026-07-15"]),
        ({"every": "quarter", "day": "last"}, ["2026-03-31", "2026-06-30", "2026-09-30"]),
        ({"cron": "30 4 1 * *"}, ["2026-02-01", "2026-03-01", "2026-04-01"]),
    ],
)
def test_a_rhythm_falls_on_its_days(said: dict[str, str], days: list[str]) -> None:
    times = CronSim(Schedule.model_validate(said).expression, NEW_YEAR)
    assert [next(times).date().isoformat() for _ in days] == days


def test_every_hour_keeps_only_the_minute() -> None:
    assert Schedule(every="hour", at="06:20").expression == "20 * * * *"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({}, "either `cron` or `every`"),
        ({"cron": "0 6 * * *", "every": "day"}, "either `cron` or `every`"),
        ({"cron": "0 0 6 * * ?"}, "five fields"),
        ({"cron": "61 6 * * *"}, "not a cron expression"),
        ({"every": "week", "day": "last"}, "does not fit"),
        ({"every": "month", "day": "31"}, "does not fit"),
        ({"every": "day", "day": "monday"}, "does not fit"),
        ({"every": "day", "time_zone": "Berlin"}, "Europe/Berlin"),
        ({"every": "day", "at": "24:00"}, "at"),
    ],
)
def test_what_is_no_rhythm_is_refused(said: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Schedule.model_validate(said)
