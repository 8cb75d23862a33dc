"""The leak guard finds what no name gives away, and leaves honest columns alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from PACKAGE.bins import fit_bins
from PACKAGE.leaks import LeakError, alone, refuse_leaks, strongest_pairs
from PACKAGE.strength import prior_rows, sums_of
from pyspark.sql import functions as F

NUMERIC, CATEGORICAL = ["copy", "honest", "late"], ["row"]


@pytest.fixture(scope="module")
def found(spark: Any) -> Any:
    rows = spark.range(6000).select(
        F.col("id").cast("string").alias("row"),
        F.when(F.col("id") % 5 == 0, None).otherwise(F.randn(1) * 100).alias("label"),
        F.randn(2).alias("noise"),
    )
    rows = rows.withColumns(
        {
            "copy": F.coalesce("label", F.lit(0.0)) + F.col("noise"),
            "honest": F.coalesce("label", F.lit(0.0)) + 100 * F.col("noise"),
            "late": F.when(F.col("label").isNotNull(), F.rand(4)),
        }
    )
    rows = rows.select("label", *NUMERIC, *CATEGORICAL).cache()
    bins = fit_bins(rows, NUMERIC, CATEGORICAL, count=20)
    return rows, bins, alone(rows, bins)


def test_a_copy_of_the_target_with_noise_stands_out(found: Any) -> None:
    strength = found[2].set_index("column")["r2"]
    assert strength["copy"] > 0.95
    assert 0.4 < strength["honest"] < 0.6


@pytest.mark.parametrize("spread", [0.5, 1.5])
def test_a_copy_of_a_skewed_target_stands_out_and_an_honest_column_does_not(spark: Any, spread: float) -> None:
    rows = spark.range(6000).select(
        F.exp(F.randn(1) * spread + 7).alias("label"), F.rand(2).alias("u"), F.randn(3).alias("z")
    )
    rows = rows.selectExpr(
        "label", "label * (3 + 0.006 * u) as copy", f"label * exp({spread / 2} * z) as honest"
    ).cache()
    strength = alone(rows, fit_bins(rows, ["copy", "honest"], [])).set_index("column")["r2"]
    assert strength["copy"] > 0.98
    assert 0.6 < strength["honest"] < 0.9


def test_a_column_of_ids_explains_nothing(found: Any) -> None:
    assert found[2].set_index("column").loc["row", "r2"] == pytest.approx(0.0, abs=0.02)


def test_means_are_believed_the_more_the_clearer_groups_differ() -> None:
    clear = pd.DataFrame({"rows": [100, 100], "total": [0.0, 1000.0], "squares": [400.0, 10_400.0]})
    alike = pd.DataFrame({"rows": [100, 100], "total": [500.0, 501.0], "squares": [5_200.0, 5_201.0]})
    assert prior_rows(sums_of(clear)) == 1.0
    assert prior_rows(sums_of(alike)) == 1000.0
    between = pd.DataFrame({"rows": [50] * 3, "total": [0.0, 50.0, 100.0], "squares": [500.0, 550.0, 700.0]})
    assert 5 < prior_rows(sums_of(between)) < 15


def test_leaks_are_refused_together_with_the_cure(found: Any) -> None:
    with pytest.raises(LeakError, match=r"copy \(.* alone\), late \(empty until the outcome is known\)") as error:
        refuse_leaks(found[2], 0.95)
    assert "leak_r2" in error.value.hint
    refuse_leaks(found[2][found[2]["column"].isin(["honest", "row"])], 0.95)


def test_a_column_that_is_the_only_one_stands_for_itself(found: Any) -> None:
    rows, bins, table = found
    only = [one for one in bins if one.column == "honest"]
    pairs, _ = strongest_pairs(rows, only, table[table["column"] == "honest"])
    assert [one.column for one in pairs] == ["honest"]
