"""A moment becomes a slot and back for every unit of time, on Spark and in Python alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from kit.runtime.errors import KitError
from PACKAGE import steps

MOMENTS = [dt.datetime(2023, 12, 31, 23, 44), dt.datetime(2024, 2, 29, 8, 16), dt.datetime(1965, 3, 7, 0, 0)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("30 minutes", ["2023-12-31 23:30", "2024-02-29 08:30", "1965-03-07 00:00"]),
        ("hour", ["2024-01-01 00:00", "2024-02-29 08:00", "1965-03-07 00:00"]),
        ("day", ["2023-12-31", "2024-02-29", "1965-03-07"]),
        ("week", ["2023-12-25", "2024-02-26", "1965-03-01"]),
        ("month", ["2023-12-01", "2024-02-01", "1965-03-01"]),
        ("quarter", ["2023-10-01", "2024-01-01", "1965-01-01"]),
        ("year", ["2023-01-01", "2024-01-01", "1965-01-01"]),
    ],
)
def test_a_moment_goes_to_its_step_and_back(spark: Any, text: str, wanted: list[str]) -> None:
    step = steps.parse(text)
    moments = spark.createDataFrame([(place, one) for place, one in enumerate(MOMENTS)], "place int, at timestamp")
    slots = moments.selectExpr("place", f"{step.slot_sql('at')} as slot")
    again = slots.selectExpr("place", "slot", f"{step.time_sql()} as at")
    rows = again.selectExpr("*", f"{step.slot_sql('at')} as twice").orderBy("place").collect()
    assert [pd.Timestamp(row["at"]) for row in rows] == [pd.Timestamp(one) for one in wanted]
    assert [step.time_of(row["slot"]) for row in rows] == [pd.Timestamp(one) for one in wanted]
    assert all(row["slot"] == row["twice"] for row in rows)


def test_a_total_belongs_to_the_step_in_which_it_lies(spark: Any) -> None:
    hour = steps.parse("hour")
    row = spark.createDataFrame([(MOMENTS[0],)], "at timestamp").selectExpr(
        f"{hour.slot_sql('at')} as near", f"{hour.slot_sql('at', is_total=True)} as inside"
    )
    near, inside = row.first()
    assert near == inside + 1


@pytest.mark.parametrize(
    ("text", "seasons"),
    [("30 minutes", [48, 336]), ("hour", [24, 168]), ("day", [7]), ("week", [52]), ("month", [12]), ("year", [])],
)
def test_a_step_has_its_usual_seasons(text: str, seasons: list[int]) -> None:
    assert steps.usual_seasons(steps.parse(text)) == seasons


def test_what_is_no_step_is_refused() -> None:
    with pytest.raises(KitError, match="fortnight"):
        steps.parse("fortnight")
