"""A pipeline learns from what it is given alone, scores whatever comes, and is the same after it was saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PACKAGE import candidates, scales, scoring_model
from PACKAGE.bins import Bins, Crossed
from PACKAGE.features import Columns
from PACKAGE.importance import example
from PACKAGE.preparation import group_means
from pyspark.sql import functions as F

COLUMNS = Columns(("x", "empty"), ("kind",))
PAIRS = [Crossed(Bins("x", (-0.5, 0.5)), Bins("kind"))]
CHEAP = candidates.Candidate("linear regression", {"regParam": 0.01})
SMALL = candidates.Candidate("gradient boosting", {"maxIter": 2, "maxDepth": 2})
LARGER = candidates.Candidate("gradient boosting", {"maxIter": 3, "maxDepth": 2})


@pytest.fixture(scope="module")
def rows(spark: Any) -> Any:
    """1,500 rows whose outcome grows with x, more so for one kind, and is skewed."""
    some = spark.range(1500).select(
        F.randn(1).alias("x"),
        F.lit(None).cast("double").alias("empty"),
        F.when(F.col("id") % 7 == 0, None).when(F.col("id") % 2 == 0, "it's").otherwise("b\\c").alias("kind"),
        F.randn(2).alias("noise"),
    )
    log = 3 + F.col("x") + F.when(F.col("kind") == "it's", 1.0).otherwise(0.0) + 0.1 * F.col("noise")
    return some.withColumn("label", F.exp(log)).drop("noise").cache()


@pytest.fixture(scope="module")
def trials(rows: Any) -> Any:
    return candidates.tune(
        rows.where("x < 0"), rows.where("x >= 0").limit(400), COLUMNS, PAIRS, [CHEAP, SMALL], [LARGER]
    )


@pytest.fixture(scope="module")
def pipeline(rows: Any) -> Any:
    chosen = candidates.Candidate("linear regression", {"regParam": 0.01}, scales.LOG)
    return candidates.train(rows, COLUMNS, PAIRS, chosen)


def test_candidates_are_tried_on_both_scales_where_outcomes_are_skewed(trials: Any) -> None:
    models = trials[trials["candidate"].notna()]
    assert {(one.kind, one.scale.name) for one in models["candidate"]} == {
        (kind, scale) for kind in ("linear regression", "gradient boosting") for scale in ("as it is", "log1p")
    }
    assert len(models) == 5, "the thorough one is tried on the better scale alone"
    assert trials["mae"].is_monotonic_increasing
    assert candidates.best_of(trials).scale is candidates.scale_of(
        [(one.candidate, one.mae) for one in models.itertuples()]
    )
    assert "skewed" in candidates.scale_said(trials)
    assert (trials["model"] == "simple rule").sum() == 1


def test_a_negative_or_even_outcome_is_learnt_as_it_is(spark: Any) -> None:
    held, tried = scales.look(spark.createDataFrame([(-1.0,), (0.0,), (50.0,)], "label double"))
    assert (tried, held) == ([scales.PLAIN], scales.Range(-26.5, 75.5))
    held, tried = scales.look(spark.createDataFrame([(1.0,), (2.0,), (3.0,)], "label double"))
    assert (tried, held) == ([scales.PLAIN], scales.Range(0.0, 4.0))


def test_a_model_of_the_logarithm_says_numbers_of_the_targets_scale_and_no_absurd_ones(
    spark: Any, rows: Any, pipeline: Any
) -> None:
    scored = candidates.score(pipeline, rows, ["label"])
    error, spread = scored.agg(F.avg(F.abs(F.col("score") - F.col("label"))), F.avg("label")).first()
    assert error < 0.2 * spread
    assert "logarithm" in candidates.described(pipeline)
    extreme = spark.createDataFrame([(1e9, None, "new"), (-1e9, None, "new")], "x double, empty double, kind string")
    high, low = (row.score for row in candidates.score(pipeline, extreme, ["x"]).collect())
    assert 0 <= low < high < 2 * rows.agg(F.max("label")).first()[0]


def test_means_of_groups_are_smoothed_towards_that_of_all_as_far_as_they_differ_by_chance(spark: Any) -> None:
    known = spark.createDataFrame([("a", 10.0)] * 30 + [("b", 0.0)] * 70, "kind string, label double")
    sql = group_means(known, {"kind": "kind"}, scales.PLAIN.link)["kind"]
    wanted = spark.createDataFrame([("a",), ("new",)], "kind string")
    found = [one.mean for one in wanted.selectExpr(f"{sql} as mean").collect()]
    assert found == pytest.approx([(300 + 3) / (30 + 1), 3.0]), "the least prior, since nothing varies within"


def test_a_saved_pipeline_scores_pandas_rows_in_their_order(rows: Any, pipeline: Any, tmp_path: Path) -> None:
    pipeline.write().overwrite().save(tmp_path.as_uri())
    wanted = candidates.score(pipeline, rows.limit(20), ["x"]).toPandas()
    asked = example(rows, COLUMNS, rows=20).iloc[::-1]
    found = scoring_model._load_pyfunc(str(tmp_path)).predict(asked)
    by_x = dict(zip(wanted["x"], wanted["score"], strict=True))
    assert found["score"].tolist() == pytest.approx([by_x[value] for value in asked["x"]])


def test_a_column_that_matters_costs_more_when_shuffled(rows: Any, pipeline: Any) -> None:
    lost = candidates.importance(pipeline, rows, COLUMNS).set_index("column")["lost"]
    assert lost["x"] > lost["kind"] > 1
    assert lost["empty"] == pytest.approx(0.0)


@pytest.mark.parametrize(("log", "taken"), [(90.0, scales.LOG), (99.0, scales.PLAIN), (120.0, scales.PLAIN)])
def test_the_logarithm_is_taken_only_where_it_is_clearly_better(log: float, taken: scales.Scale) -> None:
    on_log = candidates.Candidate(CHEAP.kind, CHEAP.settings, scales.LOG)
    models = [(CHEAP, 100.0), (on_log, log), (LARGER, 80.0)]
    assert candidates.scale_of(models) is taken
    assert candidates.scale_of(models[:1]) is scales.PLAIN
