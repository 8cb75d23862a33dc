"""Bins cut every value, missing ones too, in the same way in each period."""

from __future__ import annotations

from typing import Any

import pytest
from flight_delay.bins import MISSING, Bins, Crossed, bounded_sample, count_bins, fit_bins


@pytest.mark.parametrize(
    ("value", "number", "label"),
    [
        (-5.0, 0, "< 0"),
        (0.0, 1, "0 to 10"),
        (9.9, 1, "0 to 10"),
        (10.0, 2, ">= 10"),
        (float("nan"), MISSING, "missing"),
    ],
)
def test_a_number_falls_into_the_bin_that_its_label_says(spark: Any, value: float, number: int, label: str) -> None:
    bins = Bins("x", (0.0, 10.0))
    assert spark.createDataFrame([(value,)], "x double").selectExpr(f"{bins.sql} as bin").first()["bin"] == number
    assert bins.label(number) == label


def test_counts_add_up_and_null_is_a_bin_of_its_own(spark: Any) -> None:
    rows = spark.createDataFrame([(1.0, "a", 1.0), (2.0, "a", 0.0), (None, None, 1.0)], "x double, c string, y double")
    counts = count_bins(rows, [Bins("x", (1.5,)), Bins("c")], positives="y")
    assert counts.groupby("column")[["rows", "positives"]].sum().to_numpy().tolist() == [[3, 2.0], [3, 2.0]]
    assert sorted(counts.loc[counts["bin"] == MISSING, "column"]) == ["c", "x"]


def test_pairs_of_bins_never_meet_in_one_bin(spark: Any) -> None:
    first, second = Bins("x", (0.0,)), Bins("y", (0.0,))
    rows = spark.createDataFrame([(-1.0, 1.0), (1.0, -1.0), (None, 1.0), (1.0, None)], "x double, y double")
    assert len(count_bins(rows, [Crossed(first, second)])) == 4


def test_a_column_without_values_still_has_a_bin(spark: Any) -> None:
    (bins,) = fit_bins(spark.createDataFrame([(None,)], "x double"), ["x"], [])
    assert bins.edges == ()


def test_a_sample_takes_the_same_rows_however_they_are_distributed(spark: Any) -> None:
    rows = spark.range(2000)
    first, second = (bounded_sample(one, 2000, 500, ["id"]) for one in (rows.repartition(1), rows.repartition(7)))
    assert {one.id for one in first.collect()} == {one.id for one in second.collect()}
    assert 400 < first.count() < 600
