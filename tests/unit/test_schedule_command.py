"""When a schedule is due: month ends, leap years, clocks that change, and the command for each date."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from kit.cli import app
from kit.errors import ConfigError
from kit.new import new_project
from kit.rhythm import reading, times
from kit.spec_parts import Schedule

UTC = dt.timezone.utc
BERLIN = "Europe/Berlin"


def due(count: int, after: str, **said: Any) -> list[str]:
    moment = dt.datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [one.isoformat() for one in itertools.islice(times(Schedule(**said), moment), count)]


@pytest.mark.parametrize("day", ["2026-03-28T20:00", "2026-10-24T20:00"])
@pytest.mark.parametrize("said", [{"every": "hour", "at": "00:20"}, {"cron": "*/20 * * * *"}])
def test_every_hour_leaves_none_out_and_doubles_none_when_clocks_change(day: str, said: dict[str, str]) -> None:
    schedule = Schedule.model_validate({**said, "time_zone": BERLIN})
    after = dt.datetime.fromisoformat(day).replace(tzinfo=UTC)
    found = [one.astimezone(UTC) for one in itertools.islice(times(schedule, after), 40)]
    steps = {later - earlier for earlier, later in itertools.pairwise(found)}
    assert steps == {dt.timedelta(hours=1) if "every" in said else dt.timedelta(minutes=20)}


def test_the_last_day_of_a_month_knows_leap_years() -> None:
    found = due(3, "2028-01-01T00:00", every="month", day="last")
    assert [one[:10] for one in found] == ["2028-01-31", "2028-02-29", "2028-03-31"]


def test_a_day_that_never_comes_is_never_due(tmp_path: Path) -> None:
    folder = scheduled(tmp_path, "cron: '0 6 30 2 *'")
    with pytest.raises(ConfigError, match="cron"):
        CliRunner().invoke(app, ["schedule", str(folder)], catch_exceptions=False)


ZONES = st.sampled_from(["UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "America/Asuncion", "Pacific/Apia"])
TIMES = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1), timezones=st.just(UTC))


@given(ZONES, TIMES, st.sampled_from(["hour", "day", "week", "month"]), st.times())
def test_times_grow_and_lie_after_the_moment(zone: str, after: dt.datetime, every: str, at: dt.time) -> None:
    schedule = Schedule.model_validate({"every": every, "at": at.strftime("%H:%M"), "time_zone": zone})
    found = [one.astimezone(UTC) for one in itertools.islice(times(schedule, after), 30)]
    assert all(earlier < later for earlier, later in itertools.pairwise([after, *found]))


def test_a_cron_expression_is_explained() -> None:
    assert "04:30" in reading(Schedule(cron="30 4 1 * *"))


def scheduled(tmp_path: Path, *lines: str) -> Path:
    folder = tmp_path / "project"
    new_project(folder, "flight_delay", {})
    path = folder / "kit.yml"
    path.write_text(path.read_text() + "\nschedule:\n" + "".join(f"  {line}\n" for line in lines))
    return folder


def test_the_command_line_shows_each_date_with_its_command(tmp_path: Path) -> None:
    folder = scheduled(tmp_path, "every: weekday", "time_zone: Asia/Tokyo")
    done = CliRunner().invoke(app, ["schedule", str(folder), "--next", "2", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [one["at"][10:] for one in found["next"]] == ["T06:00:00+09:00"] * 2
    for one in found["next"]:
        assert one["command"].endswith(f"--from data_engineering --env prod --date {one['date']}")
        assert one["at"].startswith(one["date"])
    text = CliRunner().invoke(app, ["schedule", str(folder)]).stdout
    assert text.startswith("every weekday (Monday to Friday) at 06:00 (Asia/Tokyo), in prod\n")


def test_a_project_without_a_schedule_is_told_what_to_add(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    new_project(folder, "flight_delay", {})
    with pytest.raises(ConfigError, match="has no schedule"):
        CliRunner().invoke(app, ["schedule", str(folder)], catch_exceptions=False)


def test_a_day_is_read_from_the_file(tmp_path: Path) -> None:
    # A key `on` would be read as a boolean: YAML 1.1 takes it for true.
    folder = scheduled(tmp_path, "every: month", "day: last", "start: 2028-02-01")
    done = CliRunner().invoke(app, ["schedule", str(folder), "--next", "1", "--json"], catch_exceptions=False)
    assert json.loads(done.stdout)["next"][0]["date"] == "2028-02-29"
