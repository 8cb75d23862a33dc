"""The cases by class: what is there on either side, what rules achieve, what the gate is told."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from PACKAGE import cases, charts_classes
from PACKAGE.bins import fit_bins
from PACKAGE.exploration import HOLD_OUT, LEARN
from pyspark.sql import functions as F

CLASSES = ["a", "b", "c"]
DAYS = [
    {"day": day, "label": label, "cases": rows, "rows": rows if label is not None else 0, "total": (label or 0) * rows}
    for day in range(8)
    for label, rows in ((0.0, 10), (1.0, 6), (None, 1), *([(2.0, 2)] if day < 6 else []))
]
NOTHING = pd.DataFrame(columns=["outcome", "rows", "all"])


def test_cases_are_counted_by_class_on_either_side() -> None:
    counts = pd.DataFrame(DAYS)
    found = cases.summary(counts, 6)
    assert found.loc[LEARN, ["cases", "known", 0, 1, 2]].tolist() == [114, 108, 60, 36, 12]
    table = cases.class_table(found, CLASSES)
    assert table.loc["c"].tolist() == [12, pytest.approx(12 / 108), 0, 0.0]
    days = cases.days_of(counts)
    assert days[["cases", "known", "lowest", "highest"]].iloc[0].tolist() == [19, 18, 0.0, 2.0]
    shares = cases.past_shares(counts, 6, CLASSES)
    assert shares == f"array({60.5 / 109.5!r}D, {36.5 / 109.5!r}D, {12.5 / 109.5!r}D)"


def test_a_rule_that_tells_something_comes_before_the_shares_alone(spark: Any) -> None:
    rows = spark.range(4000).select(F.col("id").alias("event_day"), (F.col("id") % 3).cast("double").alias("label"))
    rows = rows.select("*", (F.col("label") + F.rand(1)).alias("x"), F.rand(2).alias("chance"))
    found = cases.benchmarks(rows, fit_bins(rows, ["chance", "x"], []), 3000)
    assert found["rule"].tolist() == ["past shares by x", "past shares by chance", cases.ALONE]
    assert found["accuracy"].iloc[0] > 0.7
    assert found["log_loss"].iloc[-1] == pytest.approx(1.0986, abs=1e-3)
    assert found["cases"].tolist() == [1000] * 3
    assert cases.benchmarks(rows, [], 3000)["rule"].tolist() == [cases.ALONE]


def said(counts: list[tuple[int, int]], strange: pd.DataFrame = NOTHING, suspicious: tuple[str, ...] = ()) -> Any:
    table = pd.DataFrame(counts, index=CLASSES, columns=[LEARN, HOLD_OUT])
    benchmark = pd.DataFrame({"rule": ["by x", cases.ALONE], "log_loss": [0.5, 1.0]})
    found = pd.DataFrame({"known": [table[LEARN].sum(), table[HOLD_OUT].sum()]}, index=[LEARN, HOLD_OUT])
    return cases.recommendation(found, table, strange, [], suspicious, benchmark)


def test_the_gate_hears_of_rare_classes_and_of_values_that_are_none() -> None:
    enough = [(300, 90), (200, 60), (100, 30)]
    assert said(enough)[0] == "go"
    assert said([(300, 90), (20, 6), (10, 3)])[0] == "stop"
    assert said([(300, 90), (200, 60), (20, 6)]) == (
        "revise",
        "classes without 30 cases to learn from and 10 to judge by: c",
    )
    few = pd.DataFrame({"outcome": ["z"], "rows": [5], "all": [5]})
    assert said(enough, few)[0] == "go"
    assert said(enough, few.assign(rows=50, all=50))[0] == "revise"
    assert "z 5" in cases.strange_said(few)
    assert said(enough, suspicious=("team",))[0] == "revise"


def test_many_classes_are_drawn_as_few() -> None:
    counts = pd.DataFrame({"day": 0, "label": [float(place) for place in range(12)], "rows": 10})
    shares = charts_classes.shares_by(counts, "day", [f"class {place}" for place in range(12)])
    assert shares.columns.tolist() == [*(f"class {place}" for place in range(6)), "6 others"]
    assert shares["6 others"].tolist() == [pytest.approx(0.5)]
