"""The leak guard finds what no name gives away, and leaves honest columns alone."""

from __future__ import annotations

from typing import Any

import pytest
from flight_delay.bins import fit_bins
from flight_delay.leaks import LeakError, alone, refuse_leaks, strongest_pairs, together
from pyspark.sql import functions as F

NUMERIC, CATEGORICAL = ["copy", "honest", "other", "late"], ["row"]


@pytest.fixture(scope="module")
def found(spark: Any) -> Any:
    rows = spark.range(6000).select(
        F.col("id").cast("string").alias("row"),
        F.when(F.col("id") % 5 == 0, None).otherwise((F.rand(1) < 0.3).cast("double")).alias("label"),
        F.rand(2).alias("noise"),
        F.rand(3).alias("other"),
    )
    rows = rows.withColumns(
        {
            "copy": F.coalesce("label", F.lit(0.0)) + 0.4 * F.col("noise"),
            "honest": F.coalesce("label", F.lit(0.0)) * 0.2 + F.col("noise"),
            "late": F.when(F.col("label").isNotNull(), F.rand(4)),
        }
    )
    rows = rows.select("label", *NUMERIC, *CATEGORICAL).cache()
    bins = fit_bins(rows, NUMERIC, CATEGORICAL)
    return rows, bins, alone(rows, bins).set_index("column")


def test_a_copy_of_the_target_with_noise_stands_out(found: Any) -> None:
    aucs = found[2]["auc"]
    assert aucs["copy"] > 0.95
    assert 0.55 < aucs["honest"] < 0.8


def test_a_column_of_ids_gains_nothing(found: Any) -> None:
    assert found[2].loc["row", "auc"] == pytest.approx(0.5, abs=0.04)


def test_a_column_that_is_filled_with_the_outcome_is_found(found: Any) -> None:
    assert found[2].loc["late", "filled_with_outcome"] == pytest.approx(1.0)
    assert found[2].loc["honest", "filled_with_outcome"] == pytest.approx(0.0)


def test_leaks_are_refused_together_with_the_cure(found: Any) -> None:
    with pytest.raises(LeakError, match=r"copy \(AUC .* alone\), late \(empty until the outcome is known\)") as error:
        refuse_leaks(found[2].reset_index(), 0.8)
    assert "problem.leaks" in error.value.hint
    refuse_leaks(found[2].loc[["honest", "other", "row"]].reset_index(), 0.8)


def test_pairs_are_made_of_the_strongest_columns(found: Any) -> None:
    rows, bins, table = found
    pairs, judged = strongest_pairs(rows, bins, table.reset_index(), best=2)
    assert [one.column for one in pairs] == list(judged["column"])
    assert set(pairs[0].column.split(" x ")) == set(table.index[:2])


def test_two_columns_that_give_the_outcome_away_only_together_are_pointed_out(spark: Any) -> None:
    rows = spark.range(4000).select(
        "id", *[(F.rand(seed) * 2).cast("int").cast("string").alias(name) for seed, name in ((1, "a"), (2, "b"))]
    )
    rows = rows.withColumn("label", (F.col("a") != F.col("b")).cast("double")).cache()
    bins = fit_bins(rows, [], ["a", "b"])
    singly = alone(rows, bins)
    refuse_leaks(singly, 0.8)
    is_met, said = together(strongest_pairs(rows, bins, singly)[1], 0.8)
    assert not is_met
    assert said.startswith(("a x b: AUC 1.000", "b x a: AUC 1.000"))
    assert together(singly, 0.8)[0]
