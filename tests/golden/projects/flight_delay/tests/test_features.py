"""Features are what kit.yml declares, never what it closes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from kit.runtime.errors import KitError
from flight_delay.features import feature_columns, placed, slices
from pyspark.sql import functions as F

PROBLEM: dict[str, Any] = {
    "target": "late",
    "key": ["id"],
    "event_time": "at",
    "features": {"numeric": [], "categorical": []},
    "leaks": {"delay": "known after arrival"},
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
