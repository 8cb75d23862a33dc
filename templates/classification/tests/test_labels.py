"""The label is what counts as positive, and null while the outcome is unknown."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from PACKAGE.labels import labelled

PROBLEM: dict[str, Any] = {"target": "late", "key": ["id"], "event_time": "at"}
AT = dt.datetime(2020, 1, 1, 23, 30)


@pytest.mark.parametrize(
    ("target", "positive", "wanted"),
    [("late", "1", [1.0, None]), ("double(late) as late", "1", [1.0, None]), ("late = 1 as late", "true", [1.0, None]),
     ("if(late = 1, 'yes', null) as late", "yes", [1.0, None]), ("late", "0", [0.0, None])],
)  # fmt: skip
def test_the_label_is_one_for_the_positive_value_and_null_while_unknown(
    spark: Any, target: str, positive: str, wanted: list[float | None]
) -> None:
    rows = spark.createDataFrame([("1", AT, 1), ("2", AT, None)], "id string, at timestamp, late int")
    rows = rows.selectExpr("id", "at", target)
    found = labelled(rows, {**PROBLEM, "positive": positive}).orderBy("id").collect()
    assert [one.label for one in found] == wanted
    assert found[0].event_day == dt.date(2020, 1, 1)
