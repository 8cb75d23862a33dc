"""Rows are loaded by day, kept once per key, counted, and described."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from flight_delay import quality

D = dt.date
PROBLEM = {"target": "y", "positive": "1", "event_time": "at", "key": ["id"], "leaks": {"z": "later"}, "unused": {}}
PROBLEM["features"] = {"numeric": ["x"], "categorical": []}


@pytest.mark.parametrize(
    ("loaded", "start", "end", "expected"),
    [
        (None, D(2013, 1, 1), D(2013, 1, 31), (D(2013, 1, 1), D(2013, 1, 31))),
        ((D(2013, 1, 1), D(2013, 1, 31)), D(2013, 1, 1), D(2013, 2, 2), (D(2013, 1, 29), D(2013, 2, 2))),
        ((D(2013, 1, 1), D(2013, 1, 31)), D(2013, 1, 1), D(2013, 1, 10), (D(2013, 1, 8), D(2013, 1, 10))),
        ((D(2013, 1, 5), D(2013, 1, 31)), D(2013, 1, 1), D(2013, 2, 2), (D(2013, 1, 1), D(2013, 2, 2))),
        ((D(2013, 1, 1), D(2013, 1, 2)), D(2013, 1, 1), D(2013, 1, 2), (D(2013, 1, 1), D(2013, 1, 2))),
    ],
    ids=["nothing there", "newer days", "an earlier as-of day", "an earlier start", "lookback ends at the start"],
)
def test_only_the_days_that_are_needed_are_loaded(loaded: Any, start: dt.date, end: dt.date, expected: Any) -> None:
    assert quality.days_to_load(loaded, start, end, lookback=3) == expected


def test_a_day_condition_includes_both_ends_and_may_be_unbounded(spark: Any) -> None:
    df = spark.sql("select explode(sequence(date'2013-01-01', date'2013-01-05')) as event_date")
    assert df.where(quality.day_condition(D(2013, 1, 2), D(2013, 1, 4))).count() == 3
    assert df.where(quality.day_condition(None, None)).count() == 5


def test_one_row_per_key_is_kept_and_always_the_same(spark: Any) -> None:
    rows = [(1, "a"), (1, "b"), (2, "c")]
    kept = [
        sorted(
            map(
                tuple, quality.without_duplicates(spark.createDataFrame(order, "id int, v string"), ["id"], 1).collect()
            )
        )
        for order in (rows, rows[::-1])
    ]
    assert kept[0] == kept[1]
    assert [row[0] for row in kept[0]] == [1, 2]


def test_rows_and_repetitions_are_counted_by_key(spark: Any) -> None:
    assert quality.count_rows(spark.createDataFrame([(1,), (1,), (2,)], "id int"), ["id"]) == (3, 1)
    assert quality.count_rows(spark.createDataFrame([], "id int"), ["id"]) == (0, 0)


@pytest.fixture(scope="module")
def days(spark: Any) -> pd.DataFrame:
    rows = [("2013-01-31 10:00:00", 1, 0.5), ("2013-01-31 11:00:00", 0, None), ("2013-02-02 09:00:00", None, None)]
    df = spark.createDataFrame(rows, "at string, y int, x double").selectExpr("cast(at as timestamp) as at", "y", "x")
    return quality.by_day(df, PROBLEM)


def test_outcomes_are_counted_by_day(days: pd.DataFrame) -> None:
    assert days[["rows", "negative", "positive", "outcome unknown"]].to_numpy().tolist() == [[2, 1, 1, 0], [1, 0, 0, 1]]


def test_gaps_are_shares_of_the_rows_of_a_month(days: pd.DataFrame) -> None:
    assert quality.gaps_by_month(days)["x"].tolist() == [0.5, 1.0]


def test_a_day_without_rows_is_found(days: pd.DataFrame) -> None:
    assert quality.silent_days(days) == [D(2013, 2, 1)]


def test_an_empty_feature_asks_for_more_data(days: pd.DataFrame) -> None:
    columns = pd.DataFrame(
        {
            "column": ["x"],
            "type": ["double"],
            "rows": [3],
            "nulls": [3],
            "distinct": [0],
            "smallest": [""],
            "largest": [""],
        }
    )
    described = quality.dictionary(columns, {}, quality.column_roles(PROBLEM, ["x"]))
    assert quality.recommendation([], described, days) == ("collect more", "feature x is empty")
    assert quality.recommendation([], described.assign(gaps=0.1), days)[0] == "proceed"
    assert quality.recommendation(["gold repeats a key"], described.assign(gaps=0.1), days)[0] == "collect more"


def test_what_is_broken_or_undescribed_is_an_open_point() -> None:
    result = SimpleNamespace(name="plausible", failed=2, total=10, action="warn", description="Said so.")
    described = pd.DataFrame({"column": ["x"], "role": ["feature"], "meaning": [quality.NOT_DESCRIBED], "gaps": [0.2]})
    assert quality.open_points({"silver.t": SimpleNamespace(results=[result])}, described) == [
        "silver.t: plausible is not met by 2 of 10 rows (warn). Said so.",
        "feature x is empty in 20.0% of rows",
        "not described in the dictionary: x",
    ]


def test_a_column_has_one_role() -> None:
    assert quality.column_roles(PROBLEM, ["id", "at", "y", "x", "z", "other"]) == {
        "id": "key", "at": "event time", "y": "target", "x": "feature", "z": "leak"
    }  # fmt: skip


def test_a_row_without_a_readable_time_keeps_its_place_among_the_days(spark: Any) -> None:
    df = spark.createDataFrame([("31/1/2013 10:00",), ("later",), (None,)], "at string")
    columns = {"at": {"type": "timestamp", "format": "d/M/yyyy H:mm"}}
    dated = quality.with_event_date(df, "at", columns)
    assert [row.event_date for row in dated.collect()] == [D(2013, 1, 31), quality.NO_DAY, quality.NO_DAY]
    assert dated.where(quality.day_condition(D(2013, 2, 1), None)).count() == 2
    assert quality.day_range(dated) == (D(2013, 1, 31), D(2013, 1, 31))
    assert quality.with_event_date(df, None).first().event_date == quality.NO_DAY


def test_columns_are_described_with_the_name_that_they_have_in_the_source() -> None:
    said = quality.declared_meanings({"a": {"original": "A (cm)"}, "b": {"description": "8 % empty"}, "c": {}})
    assert said["a"] == f"{quality.NOT_DESCRIBED}; in the source: A (cm)"
    assert (said["b"], said["c"]) == ("8 % empty", quality.NOT_DESCRIBED)
