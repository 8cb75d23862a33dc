"""A model that got worse becomes an alert; one that did not stays silent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from PACKAGE import performance, results, scatter

ACCEPTED = {"mae": 10.0, "wape": 0.1, "rmse": 12.0, "r2": 0.9, "bias": 0.0, "rows": 1000.0}
BOUNDS = {"growth": 0.1, "bias": 0.5}
GOOD = {"mae": 10.5, "mae_low": 9.0, "bias": 1.0}


@pytest.mark.parametrize(
    ("recent", "subjects"),
    [
        (GOOD, []),
        ({**GOOD, "mae": 15.0, "mae_low": 12.0}, ["mae"]),
        ({**GOOD, "mae": 15.0}, []),
        ({**GOOD, "bias": -6.0}, ["bias"]),
    ],
)
def test_only_what_is_surely_worse_is_an_alert(recent: dict[str, float], subjects: list[str]) -> None:
    found = performance.performance_breaches(recent, ACCEPTED, "data_scientist_lead", BOUNDS)
    assert [one.subject for one in found] == subjects
    assert performance.performance_breaches(recent, {}, "data_scientist_lead", BOUNDS) == []


def test_the_acceptance_is_the_first_evaluation_of_the_champions_run(spark: Any) -> None:
    day = dt.date(2020, 1, 1)
    schema = "model string, slice string, value string, mae double, wape double, rmse double, r2 double, bias double,"
    schema += " rows double, run_date date, mlflow_run_id string"
    values = (0.1, 12.0, 0.9, 0.0, 1000.0)
    rows = [("model", "all", "all", 11.0, *values, day + dt.timedelta(days=1), "ours"),
            ("model", "all", "all", 10.0, *values, day, "ours"), ("model", "month", "a", 1.0, *values, day, "ours"),
            ("simple rule", "all", "all", 2.0, *values, day, "ours"),
            ("model", "all", "all", 3.0, *values, day, "other")]  # fmt: skip
    evaluation = spark.createDataFrame(rows, schema)
    assert results.accepted(evaluation, "ours", list(ACCEPTED)) == ACCEPTED
    assert results.accepted(evaluation, "nobody's", list(ACCEPTED)) == {}


def test_a_period_is_told_under_the_acceptance_if_there_was_one() -> None:
    periods = pd.DataFrame([{**ACCEPTED, "mae": 11.0}], index=["recent"])
    assert performance.table(periods, ACCEPTED).index.tolist() == ["at the acceptance", "recent"]
    assert performance.table(periods, {})["mae"].tolist() == [11.0]


def test_cells_and_bars_hold_every_known_case(spark: Any) -> None:
    rows = spark.range(1000).selectExpr("if(id < 10, null, double(id)) as label", "double(id) + 1 as score")
    cells = scatter.cells(rows)
    assert cells["rows"].sum() == 990
    assert (cells["predicted"] - cells["observed"]).abs().max() < 2 * 1000 / scatter.CELLS
    bars = scatter.bars(rows, rows.where("label is not null"))
    assert (bars["predictions"].sum(), bars["outcomes"].sum(), len(bars)) == (1000, 990, 50)
