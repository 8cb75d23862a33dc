"""Features are what kit.yml declares, never what it closes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from kit.runtime.errors import KitError
from flight_delay.features import (
    BLOCK,
    BLOCKS,
    DAY,
    Columns,
    apart_from_calendar,
    calendar,
    feature_bins,
    feature_columns,
    order_of,
    placed,
    slices,
    with_calendar,
)
from pyspark.sql import functions as F

PROBLEM: dict[str, Any] = {
    "target": "late",
    "key": ["id"],
    "event_time": "at",
    "features": {"numeric": [], "categorical": []},
    "leaks": {"delay": "known after arrival"},
    "unused": {"note": "a text of its own in most rows"},
}
SCHEMA = "id string, at timestamp, late int, delay double, distance int, carrier string, day date"


def cases(spark: Any) -> Any:
    at = dt.datetime(2020, 1, 1, 23, 30)
    rows = [("1", at, 1, 20.0, 100, "UA", at.date()), ("2", at, None, None, 200, "AA", at.date())]
    return spark.createDataFrame(rows, SCHEMA)


def test_all_open_columns_are_features_where_none_is_declared(spark: Any) -> None:
    found = feature_columns(placed(cases(spark), PROBLEM, F.col("late")), PROBLEM)
    assert (found.numeric, found.categorical) == (("distance",), ("carrier",))


@pytest.mark.parametrize(
    ("numeric", "said"),
    [
        (["delay"], "a leak"),
        (["late"], "the target"),
        (["id"], "part of the key"),
        (["at"], "the moment of the prediction"),
        (["label"], "the target"),
        (["distanc"], "not a column"),
        (["carrier"], "not a number but string"),
    ],
)
def test_a_closed_or_unfit_feature_is_refused_with_the_reason(spark: Any, numeric: list[str], said: str) -> None:
    problem = {**PROBLEM, "features": {"numeric": numeric, "categorical": []}}
    with pytest.raises(KitError, match=said):
        feature_columns(placed(cases(spark), problem, F.col("late")), problem)


def test_results_are_not_cut_by_a_column_of_many_values(spark: Any) -> None:
    rows = spark.range(200).selectExpr("string(id) as many", "string(id % 3) as few")
    assert slices(rows, ["many", "few"]) == {"few": "`few`"}


def test_cases_without_a_time_are_dealt_into_blocks_by_their_key(spark: Any) -> None:
    problem = {**PROBLEM, "event_time": None, "key": ["id"]}
    df = spark.range(4_000).selectExpr("cast(id as string) as id", "cast(id % 2 as int) as late")
    found = placed(df, problem, F.col("late"), dt.date(2020, 5, 1))
    assert (order_of(problem), calendar(problem)) == (BLOCK, {})
    days, blocks = found.agg({DAY: "max"}).first()[0], [row[0] for row in found.select(BLOCK).distinct().collect()]
    assert days == dt.date(2020, 5, 1)
    assert min(blocks) >= 0
    assert max(blocks) < BLOCKS
    assert len(blocks) > 0.9 * BLOCKS


def test_hour_and_weekday_are_added_where_they_can_be_told_and_each_has_a_bin(spark: Any) -> None:
    found = with_calendar(cases(spark), PROBLEM)
    row = found.first()
    assert (row.event_hour, row.event_weekday) == (23, 3)
    assert "event_hour" not in with_calendar(cases(spark), {**PROBLEM, "event_time": "day"}).columns
    assert with_calendar(cases(spark), {**PROBLEM, "event_time": None}).columns == cases(spark).columns
    hours, other = feature_bins(found, ["event_hour", "distance"], [])
    assert (hours.edges, other.edges) == (tuple(map(float, range(1, 24))), (100.0, 200.0))


def test_the_calendar_alone_is_no_drift() -> None:
    assert apart_from_calendar(Columns(("event_hour", "x"), ("kind",))) == Columns(("x",), ("kind",))
    assert apart_from_calendar(Columns(("event_hour",), ())) == Columns(("event_hour",), ())
