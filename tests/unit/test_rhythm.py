"""When a schedule falls due: across changed clocks, ends of months and leap years, and how it reads."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.rhythm import newest_time, next_times, reading, times_until
from kit.spec_schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> dt.datetime:
    """Return a moment of UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.timezone.utc)


def in_utc(times: list[dt.datetime]) -> list[str]:
    return [f"{one.astimezone(dt.timezone.utc):%m-%d %H:%M}" for one in times]


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("30 2 * * *", "2026-03-28 00:00", ["03-28 01:30", "03-29 01:00", "03-30 00:30"]),  # 02:30 does not exist
        ("30 2 * * *", "2026-10-24 00:00", ["10-24 00:30", "10-25 00:30", "10-26 01:30"]),  # 02:30 exists twice
        ("30 2 * * *", "2026-10-25 00:45", ["10-26 01:30", "10-27 01:30", "10-28 01:30"]),  # between the two
        ("30 2 * * *", "2026-10-25 01:15", ["10-26 01:30", "10-27 01:30", "10-28 01:30"]),  # in the second
        ("30 2 * * *", "2026-03-29 01:00", ["03-30 00:30", "03-31 00:30", "04-01 00:30"]),  # at the end of the gap
        ("0,30 2 * * *", "2026-03-29 00:00", ["03-29 01:00", "03-30 00:00", "03-30 00:30"]),  # both in the gap: once
        ("0 * * * *", "2026-10-24 23:30", ["10-25 00:00", "10-25 01:00", "10-25 02:00"]),  # by elapsed time
        ("0 * * * *", "2026-03-28 23:30", ["03-29 00:00", "03-29 01:00", "03-29 02:00"]),
        ("0 6 L * *", "2028-01-31 06:00", ["02-29 05:00", "03-31 04:00", "04-30 04:00"]),
        ("0 6 31 * *", "2026-01-31 06:00", ["03-31 04:00", "05-31 04:00", "07-31 04:00"]),
        ("0 6 29 2 *", "2026-01-01 00:00", ["02-29 05:00", "02-29 05:00", "02-29 05:00"]),
    ],
)
def test_clocks_and_calendars_are_followed(cron: str, after: str, expected: list[str]) -> None:
    schedule = Schedule(cron=cron, time_zone="Europe/Berlin")
    assert in_utc(next_times(schedule, at(after), 3)) == expected


@given(
    after=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.timezone.utc)),
    cron=st.sampled_from(["30 2 * * *", "15 * * * *", "0 6 L * *", "0 0 * * 1-5", "*/20 1-3 * * *"]),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
def test_times_increase_strictly_and_do_not_depend_on_where_one_begins(
    after: dt.datetime, cron: str, zone: str
) -> None:
    schedule = Schedule(cron=cron, time_zone=zone)
    found = [one.astimezone(dt.timezone.utc) for one in next_times(schedule, after, 6)]
    assert found[0] > after
    assert all(one < two for one, two in pairwise(found))
    again = [one.astimezone(dt.timezone.utc) for one in next_times(schedule, found[0], 5)]
    assert again == found[1:]


def test_nothing_falls_due_before_the_first_day() -> None:
    schedule = Schedule(every="day", time_zone="Europe/Berlin", start=dt.date(2026, 6, 1))
    assert next_times(schedule, at("2026-01-01"), 1)[0].date() == dt.date(2026, 6, 1)
    assert newest_time(schedule, at("2026-05-31 23:00")) is None
    at_midnight = Schedule(every="day", at="00:00", time_zone="Europe/Berlin", start=dt.date(2026, 6, 1))
    assert next_times(at_midnight, at("2026-01-01"), 1) == [dt.datetime(2026, 6, 1, tzinfo=BERLIN)]


def test_the_newest_time_may_be_this_moment_or_years_ago() -> None:
    daily, leap = Schedule(every="day"), Schedule(cron="0 6 29 2 *")
    assert newest_time(daily, at("2026-05-05 06:00")) == at("2026-05-05 06:00")
    assert newest_time(daily, at("2026-05-05 05:59")) == at("2026-05-04 06:00")
    assert newest_time(leap, at("2027-12-31 06:00")) == at("2024-02-29 06:00")


def test_times_until_a_moment_include_it_and_not_the_one_begun_from() -> None:
    found = times_until(Schedule(every="day"), at("2026-05-05 06:00"), at("2026-05-07 06:00"))
    assert [one.day for one in found] == [6, 7]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"every": "hour", "at": "06:20"}, "every hour at minute 20 (UTC)"),
        ({"every": "day"}, "every day at 06:00 (UTC)"),
        (
            {"every": "weekday", "time_zone": "Europe/Berlin"},
            "every weekday (Monday to Friday) at 06:00 (Europe/Berlin)",
        ),
        ({"every": "week", "day": "friday"}, "every Friday at 06:00 (UTC)"),
        ({"every": "month", "day": "last", "at": "23:30"}, "last day of every month at 23:30 (UTC)"),
        ({"every": "quarter"}, "day 1 of the first month of every quarter at 06:00 (UTC)"),
        ({"every": "quarter", "day": "last"}, "last day of the last month of every quarter at 06:00 (UTC)"),
        ({"cron": "30 6 * * 1-5"}, "at 06:30 on Monday through Friday (UTC)"),
    ],
)
def test_a_rhythm_reads_as_people_say_it(said: dict[str, str], expected: str) -> None:
    assert reading(Schedule.model_validate(said)) == expected


def test_a_cron_expression_is_explained() -> None:
    assert "04:30" in reading(Schedule(cron="30 4 1 * *"))


@pytest.mark.parametrize("day", ["2026-03-28T20:00", "2026-10-24T20:00"])
@pytest.mark.parametrize("said", [{"every": "hour", "at": "00:20"}, {"cron": "*/20 * * * *"}])
def test_every_hour_leaves_none_out_and_doubles_none_when_clocks_change(day: str, said: dict[str, str]) -> None:
    schedule = Schedule.model_validate({**said, "time_zone": "Europe/Berlin"})
    found = [one.astimezone(dt.timezone.utc) for one in next_times(schedule, at(day), 40)]
    steps = {later - earlier for earlier, later in pairwise(found)}
    assert steps == {dt.timedelta(hours=1) if "every" in said else dt.timedelta(minutes=20)}


def test_the_last_day_of_a_month_knows_leap_years() -> None:
    found = next_times(Schedule(every="month", day="last"), at("2028-01-01"), 3)
    assert [one.date().isoformat() for one in found] == ["2028-01-31", "2028-02-29", "2028-03-31"]


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Asuncion", "Pacific/Apia"]
)
TIMES = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1), timezones=st.just(dt.timezone.utc))


@given(ZONES, TIMES, st.sampled_from(["hour", "day", "week", "month"]), st.times())
def test_times_grow_and_lie_after_the_moment(zone: str, after: dt.datetime, every: str, at: dt.time) -> None:
    schedule = Schedule.model_validate({"every": every, "at": at.strftime("%H:%M"), "time_zone": zone})
    found = [one.astimezone(dt.timezone.utc) for one in next_times(schedule, after, 30)]
    assert all(earlier < later for earlier, later in pairwise([after, *found]))
