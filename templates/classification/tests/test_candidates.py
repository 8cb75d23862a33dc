"""A pipeline learns from what it is given alone, scores whatever comes, and is the same after it was saved."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from PACKAGE import candidates, scoring_model
from PACKAGE.bins import Bins, Crossed
from PACKAGE.evaluation import measures, score_counts
from PACKAGE.features import Columns
from PACKAGE.importance import example
from PACKAGE.preparation import LINEAR, SMOOTHING, group_means, preparation
from pyspark.sql import functions as F

COLUMNS = Columns(("x", "empty"), ("kind",))
PAIRS = [Crossed(Bins("x", (-0.5, 0.5)), Bins("kind"))]
CHEAP = candidates.Candidate("logistic regression", {"regParam": 0.01})


@pytest.fixture(scope="module")
def rows(spark: Any) -> Any:
    some = spark.range(1500).select(
        F.randn(1).alias("x"),
        F.lit(None).cast("double").alias("empty"),
        F.when(F.col("id") % 7 == 0, None).when(F.col("id") % 2 == 0, "it's").otherwise("b\\c").alias("kind"),
    )
    chance = 1 / (1 + F.exp(1 - 2 * F.col("x") - F.when(F.col("kind") == "it's", 1.0).otherwise(0.0)))
    return some.withColumn("label", (F.rand(2) < chance).cast("double")).cache()


@pytest.fixture(scope="module")
def pipeline(rows: Any) -> Any:
    return candidates.train(rows, COLUMNS, PAIRS, CHEAP)


def test_the_model_separates_better_than_the_rule(rows: Any, pipeline: Any) -> None:
    scored = candidates.score(pipeline, rows, ["label"])
    counts = score_counts(scored, ["score", "rule_score"], {"all": "'all'"})
    aucs = {name: measures(part)["auc"] for name, part in counts.groupby("model")}
    assert aucs["score"] > aucs["rule_score"] > 0.7


def test_log_odds_are_smoothed_towards_the_overall_rate(spark: Any) -> None:
    known = spark.createDataFrame([("a", 1.0)] * 30 + [("b", 0.0)] * 70, "kind string, label double")
    sql = group_means(known, {"kind": "kind"}, candidates.ODDS)["kind"]
    wanted = spark.createDataFrame([("a",), ("b",), ("new",), (None,)], "kind string")
    found = [1 / (1 + math.exp(-one.odds)) for one in wanted.selectExpr(f"{sql} as odds").collect()]
    rate = 0.3
    assert found == pytest.approx(
        [(30 + SMOOTHING * rate) / (30 + SMOOTHING), SMOOTHING * rate / (70 + SMOOTHING), rate, rate]
    )


def test_a_value_far_outside_is_held_to_the_training_range(spark: Any, rows: Any) -> None:
    prepared = preparation(rows, COLUMNS, PAIRS, candidates.ODDS)
    extreme = spark.createDataFrame([(1e9, None, "b\\c"), (1e6, None, "b\\c")], "x double, empty double, kind string")
    first, second = prepared.transform(extreme).select(LINEAR).collect()
    assert first == second


def test_a_saved_pipeline_scores_pandas_rows_in_their_order(rows: Any, pipeline: Any, tmp_path: Path) -> None:
    pipeline.write().overwrite().save(tmp_path.as_uri())
    wanted = candidates.score(pipeline, rows.limit(20), ["x"]).toPandas()
    asked = example(rows, COLUMNS, rows=20).iloc[::-1]
    found = scoring_model._load_pyfunc(str(tmp_path)).predict(asked)
    by_x = dict(zip(wanted["x"], wanted["score"], strict=True))
    assert found.index.equals(asked.index)
    assert found["score"].tolist() == pytest.approx([by_x[value] for value in asked["x"]])


def test_candidates_are_ranked_beside_the_rule_and_the_best_model_is_chosen(rows: Any) -> None:
    early, late = rows.where("x < 5"), rows.limit(400)
    small = candidates.Candidate("gradient boosting", {"maxIter": 2, "maxDepth": 2})
    trials = candidates.tune(early, late, COLUMNS, PAIRS, [CHEAP, small])
    assert set(trials["model"]) == {"logistic regression", "gradient boosting", "simple rule"}
    assert trials["auc"].is_monotonic_decreasing
    assert candidates.best_of(trials) == trials.loc[trials["model"] != "simple rule", "candidate"].iloc[0]


def test_a_column_that_matters_costs_more_when_shuffled(rows: Any, pipeline: Any) -> None:
    lost = candidates.importance(pipeline, rows, COLUMNS).set_index("column")["lost"]
    assert lost["x"] > 0.1 > lost["kind"]
    assert lost["empty"] == pytest.approx(0.0)
