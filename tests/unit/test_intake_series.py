"""What intake finds of series in time: the columns that tell them apart, step, seasons, horizon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import ConfigError
from kit.intake.proposal import Proposal, Wishes, propose
from tests.unit.tiny import look_file

NEEDS = ["target", "event_time"]


def proposal(tmp_path: Path, rows: list[dict[str, Any]], wishes: Wishes) -> Proposal:
    """Write rows as a file and return what it proposes for forecasting."""
    path = tmp_path / "file.csv"
    lines = [",".join(rows[0]), *(",".join(str(one) for one in row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    return propose([look_file("file", path, wishes.time)], "forecasting", wishes, NEEDS, tmp_path / "project")


def days(count: int, apart: dt.timedelta = dt.timedelta(days=1)) -> list[str]:
    first = dt.datetime(2023, 1, 2, 8)
    return [str(first + apart * place) for place in range(count)]


def months(count: int) -> list[str]:
    return [f"{2000 + place // 12}-{place % 12 + 1:02}-01" for place in range(count)]


@pytest.mark.parametrize(
    ("moments", "step", "seasons", "horizon"),
    [
        (lambda: days(400), "day", [7], 14),
        (lambda: days(800, dt.timedelta(hours=1)), "hour", [24, 168], 24),
        (lambda: days(1200, dt.timedelta(minutes=30)), "30 minutes", [48, 336], 48),
        (lambda: days(200, dt.timedelta(hours=1)), "hour", [24], 24),
        (lambda: days(160, dt.timedelta(days=7)), "week", [52], 8),
        (lambda: months(144), "month", [12], 12),
        (lambda: days(104, dt.timedelta(days=7)), "week", [1], 8),
        (lambda: [f"{year}-01-01" for year in range(1900, 2010)], "year", [1], 3),
    ],
)
def test_one_series_has_its_step_and_what_usually_repeats(
    tmp_path: Path, moments: Callable[[], list[str]], step: str, seasons: list[int], horizon: int
) -> None:
    rows = [{"at": at, "sold": place % 50 + 0.5} for place, at in enumerate(moments())]
    said = proposal(tmp_path, rows, Wishes("sold")).fragment["problem"]
    assert (said["step"], said["seasons"], said["horizon"]) == (step, seasons, horizon)
    assert said["key"] == ["at"]
    assert "series" not in said


def test_the_fewest_columns_that_tell_rows_apart_name_the_series(tmp_path: Path) -> None:
    rows = [
        {"Store": f"s{store}", "item": item, "When": at.split()[0], "price": place % 7, "sold": place * 1.5}
        for place, at in enumerate(days(100))
        for store in range(3)
        for item in ("tea", "milk")
    ]
    found = proposal(tmp_path, rows, Wishes("sold"))
    said = found.fragment["problem"]
    assert sorted(said["series"]) == ["item", "store"]
    assert sorted(said["key"]) == ["item", "store", "when"]
    assert found.fragment["sources"]["file"]["key"] == said["key"]


def test_the_key_that_is_said_names_the_series(tmp_path: Path) -> None:
    rows = [
        {"Store": f"s{store}", "region": store % 2, "When": at.split()[0], "sold": place * 1.5}
        for place, at in enumerate(days(100))
        for store in range(4)
    ]
    said = proposal(tmp_path, rows, Wishes("sold", key=("Store", "When"))).fragment["problem"]
    assert said["series"] == ["store"]
    assert said["key"] == ["store", "when"]


def test_rows_that_were_recorded_twice_make_no_series(tmp_path: Path) -> None:
    rows = [{"at": at, "weather": f"w{place % 3}", "sold": place * 1.5} for place, at in enumerate(days(300))]
    rows += [{**row, "weather": "w9"} for row in rows[:30]]
    found = proposal(tmp_path, rows, Wishes("sold"))
    assert "series" not in found.fragment["problem"]
    assert any("repeat" in note for note in found.notes)


def test_other_columns_are_neither_leaks_nor_features(tmp_path: Path) -> None:
    rows = [{"at": at, "sold": place * 1.5, "copy": place * 3.0} for place, at in enumerate(days(200))]
    said = proposal(tmp_path, rows, Wishes("sold")).fragment["problem"]
    assert not {"leaks", "unused", "features"} & {*said}


@pytest.mark.parametrize(("target", "message"), [("name", "needs a number"), ("nobody", "has no column")])
def test_what_cannot_be_forecast_is_refused(tmp_path: Path, target: str, message: str) -> None:
    rows = [{"at": at, "name": f"n{place}", "sold": place} for place, at in enumerate(days(150))]
    with pytest.raises(ConfigError, match=message):
        proposal(tmp_path, rows, Wishes(target))


def test_a_file_without_a_time_is_refused(tmp_path: Path) -> None:
    rows = [{"store": f"s{place % 7}", "sold": place % 31 + 0.5} for place in range(150)]
    with pytest.raises(ConfigError, match="needs a time"):
        proposal(tmp_path, rows, Wishes("sold"))
