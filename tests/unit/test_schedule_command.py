"""`kit schedule`: each due time with its date and its command, from the kit.yml that a user writes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kit.cli import app
from kit.errors import ConfigError
from kit.new import new_project

UTC = dt.timezone.utc
BERLIN = "Europe/Berlin"


def test_a_day_that_never_comes_is_never_due(tmp_path: Path) -> None:
    folder = scheduled(tmp_path, "cron: '0 6 30 2 *'")
    with pytest.raises(ConfigError, match="cron"):
        CliRunner().invoke(app, ["schedule", str(folder)], catch_exceptions=False)


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
