"""Spend is counted by its own day, and a forecast rests on what was known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from PACKAGE import rfm, spend

DAY = dt.date(2011, 6, 1)


def table(spark: Any, *rows: tuple[str, int, float]) -> Any:
    moved = [(who, DAY + dt.timedelta(days=after), amount) for who, after, amount in rows]
    return spark.createDataFrame(moved, "customer_id string, event_date date, amount double")


def test_what_came_back_counts_on_the_day_on_which_it_came_back(spark: Any) -> None:
    bought, back = (
        table(spark, ("a", 0, 50.0), ("a", 0, 10.0), ("a", 9, 5.0)),
        table(spark, ("a", 9, 20.0), ("a", 30, 8.0)),
    )
    rows = {(row.day - DAY).days: (row.amount, row.active) for row in spend.days_of(bought, back).collect()}
    assert rows == {0: (60.0, 1), 9: (-15.0, 1), 30: (-8.0, 0)}


def test_a_forecast_does_not_see_what_came(spark: Any) -> None:
    draw = np.random.default_rng(3)
    rows = [tuple(float(one) for one in draw.gamma(2, 50, size=len(spend.COLUMNS) + 1)) for _ in range(60)]
    names = [*spend.COLUMNS, rfm.NEXT_AMOUNT]
    learn = spark.createDataFrame(rows, ", ".join(f"{name} double" for name in names))
    other = learn.withColumn(rfm.NEXT_AMOUNT, learn[rfm.NEXT_AMOUNT] * 0)
    one, two = (spend.with_forecast(learn, part).select(spend.FORECAST).toPandas() for part in (learn, other))
    assert one.equals(two)


def test_who_says_what_comes_is_compared_by_ranks() -> None:
    actual = np.arange(300.0)
    sample = pd.DataFrame({
        spend.FORECAST: actual, rfm.RECENT_AMOUNT: -actual, rfm.AMOUNT: np.random.default_rng(1).normal(size=300),
        rfm.NEXT_AMOUNT: actual, "segment_no": (actual > 150).astype(int),
    })  # fmt: skip
    found = spend.compared(sample, "segment_no", pd.Series({0: 10.0, 1: 20.0}), draws=20)
    assert found.loc["boosted trees", "spearman"] == 1.0
    assert found.loc["spend of the quarter before", "spearman"] == -1.0
    assert 0.8 < found.loc["mean of the segment", "spearman"] < 0.9
    assert "is ahead of the best rule, spend of the year before" in spend.said(found)
