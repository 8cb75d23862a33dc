"""Rhythms of cron as Quartz reads them: the same days, or a clear refusal."""

from __future__ import annotations

import datetime as dt

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import ConfigError
from kit.quartz import quartz_expression
from kit.spec_schedule import Schedule

NAMES = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


@pytest.mark.parametrize(
    ("cron", "quartz"),
    [
        ("30 6 * * *", "0 30 6 * * ?"),
        ("0 6 * * 1-5", "0 0 6 ? * MON-FRI"),
        ("0 6 * * 0", "0 0 6 ? * SUN"),
        ("0 6 * * 7", "0 0 6 ? * SUN"),
        ("0 6 L * *", "0 0 6 L * ?"),
        ("0 6 1 jan,apr *", "0 0 6 1 JAN,APR ?"),
        ("*/15 * * * mon,fri", "0 */15 * ? * MON,FRI"),
        ("0 6 * * */2", "0 0 6 ? * SUN,TUE,THU,SAT"),
        ("0 6 * * 0-6", "0 0 6 ? * SUN,MON,TUE,WED,THU,FRI,SAT"),
        ("0 6 * * 1#2", "0 0 6 ? * MON#2"),
        ("0 6 * * 5L", "0 0 6 ? * FRIL"),
    ],
)
def test_five_fields_become_six(cron: str, quartz: str) -> None:
    assert quartz_expression(cron) == quartz


def test_both_days_at_once_are_refused() -> None:
    with pytest.raises(ConfigError, match="a day of the month and a day of the week"):
        quartz_expression("0 6 13 * 5")


def ranges(bounds: tuple[int, int]) -> str:
    first, last = sorted(bounds)
    return str(first) if first == last else f"{first}-{last}"


items = st.one_of(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(ranges),
    st.integers(1, 6).map(lambda step: f"*/{step}"),
    st.tuples(st.integers(0, 3), st.integers(4, 6), st.integers(1, 3)).map(lambda one: f"{one[0]}-{one[1]}/{one[2]}"),
)


@given(st.lists(items, min_size=1, max_size=3).map(",".join))
def test_the_days_of_the_week_are_those_of_cron(weekday: str) -> None:
    when = CronSim(f"0 6 * * {weekday}", dt.datetime(2026, 1, 4))  # a Sunday
    expected = {next(when).strftime("%a").upper() for _ in range(7)}
    assert days_of(quartz_expression(f"0 6 * * {weekday}").split()[-1]) == expected


@pytest.mark.parametrize("every", ["hour", "day", "weekday", "week", "month", "quarter"])
def test_each_named_rhythm_has_six_fields_and_one_open_day(every: str) -> None:
    fields = quartz_expression(Schedule.model_validate({"every": every}).expression).split()
    assert len(fields) == 6
    assert [fields[3], fields[5]].count("?") == 1


def days_of(field: str) -> set[str]:
    """Return the days that Quartz takes from a list of names and ranges of names."""
    found: set[str] = set()
    for item in field.split(","):
        first, _, last = item.partition("-")
        start, end = NAMES.index(first), NAMES.index(last or first)
        found |= set(NAMES[start : end + 1])
    return found
