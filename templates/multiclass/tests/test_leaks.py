"""The leak guard finds a column that knows the class, and leaves honest ones alone."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from PACKAGE.bins import fit_bins
from PACKAGE.leaks import LeakError, alone, refuse_leaks, strongest_pairs
from PACKAGE.strength import across
from pyspark.sql import functions as F

NUMERIC, CATEGORICAL = ["honest", "other", "late"], ["copy", "row"]


@pytest.fixture(scope="module")
def found(spark: Any) -> Any:
    drawn = F.rand(1)
    label = F.when(drawn < 0.5, 0.0).when(drawn < 0.8, 1.0).otherwise(2.0)
    rows = spark.range(6000).select("id", F.when(F.col("id") % 5 > 0, label).alias("label"), F.rand(2).alias("noise"))
    rows = rows.select(
        "label",
        (F.coalesce("label", F.lit(1.0)) * 0.3 + F.col("noise")).alias("honest"),
        F.rand(3).alias("other"),
        F.when(F.col("label").isNotNull(), F.rand(4)).alias("late"),
        F.when(F.rand(5) < 0.02, "?").otherwise(F.concat(F.lit("team "), F.col("label"))).alias("copy"),
        F.col("id").cast("string").alias("row"),
    ).cache()
    bins = fit_bins(rows, NUMERIC, CATEGORICAL)
    return rows, bins, alone(rows, bins).set_index("column")


def test_a_copy_of_the_target_with_noise_stands_out(found: Any) -> None:
    explained = found[2]["explained"]
    assert explained["copy"] > 0.85
    assert 0.05 < explained["honest"] < 0.4


def test_a_column_of_ids_or_of_chance_explains_nothing(found: Any) -> None:
    assert found[2].loc[["row", "other"], "explained"].tolist() == pytest.approx([0.0, 0.0], abs=0.02)


def test_leaks_are_refused_together_with_the_cure(found: Any) -> None:
    with pytest.raises(LeakError, match=r"copy \(share of the .* alone\).*late \(empty until the outcome") as error:
        refuse_leaks(found[2].reset_index(), 0.8)
    assert "leak_explained" in error.value.hint
    refuse_leaks(found[2].loc[["honest", "other", "row"]].reset_index(), 0.8)


def test_pairs_are_made_of_the_strongest_columns(found: Any) -> None:
    rows, bins, table = found
    pairs, judged = strongest_pairs(rows, bins, table.reset_index(), best=2)
    assert [one.column for one in pairs] == list(judged["column"])
    assert set(pairs[0].column.split(" x ")) == set(table.index[:2])


def test_a_class_that_only_one_half_has_breaks_nothing() -> None:
    columns = ["bin", "label", "rows"]
    learnt = pd.DataFrame([(0, 0.0, 50), (1, 1.0, 50)], columns=columns).set_index(["bin", "label"])
    judged = pd.DataFrame([(0, 0.0, 50), (2, 2.0, 5)], columns=columns).set_index(["bin", "label"])
    assert 0.0 <= across(learnt, judged) < 1.0
    assert across(learnt, judged.iloc[:0]) == 0.0
