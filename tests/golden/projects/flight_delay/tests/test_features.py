"""Features are what kit.yml declares, never what it closes, and the label is what counts as positive."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from kit.runtime.errors import KitError
from flight_delay.features import BLOCK, BLOCKS, DAY, calendar, feature_columns, labelled, order_of, slices

PROBLEM: dict[str, Any] = {
    "target": "late",
    "positive": "1",
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
    found = feature_columns(labelled(cases(spark), PROBLEM), PROBLEM)
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
        feature_columns(labelled(cases(spark), problem), problem)


@pytest.mark.parametrize(
    ("target", "positive", "wanted"),
    [("late", "1", [1.0, None]), ("double(late) as late", "1", [1.0, None]), ("late = 1 as late", "true", [1.0, None]),
     ("if(late = 1, 'yes', null) as late", "yes", [1.0, None]), ("late", "0", [0.0, None])],
)  # fmt: skip
def test_the_label_is_one_for_the_positive_value_and_null_while_unknown(
    spark: Any, target: str, positive: str, wanted: list[float | None]
) -> None:
    rows = cases(spark).selectExpr("id", "at", target)
    found = labelled(rows, {**PROBLEM, "positive": positive}).orderBy("id").collect()
    assert [one.label for one in found] == wanted
    assert found[0].event_day == dt.date(2020, 1, 1)


def test_results_are_not_cut_by_a_column_of_many_values(spark: Any) -> None:
    rows = spark.range(200).selectExpr("string(id) as many", "string(id % 3) as few")
    assert slices(rows, ["many", "few"]) == {"few": "`few`"}


def test_cases_without_a_time_are_dealt_into_blocks_by_their_key(spark: Any) -> None:
    problem = {**PROBLEM, "event_time": None, "key": ["id"]}
    df = spark.range(4_000).selectExpr("cast(id as string) as id", "cast(id % 2 as int) as late")
    found = labelled(df, problem, dt.date(2020, 5, 1))
    assert (order_of(problem), calendar(problem)) == (BLOCK, {})
    days, blocks = found.agg({DAY: "max"}).first()[0], [row[0] for row in found.select(BLOCK).distinct().collect()]
    assert days == dt.date(2020, 5, 1)
    assert min(blocks) >= 0
    assert max(blocks) < BLOCKS
    assert len(blocks) > 0.9 * BLOCKS
