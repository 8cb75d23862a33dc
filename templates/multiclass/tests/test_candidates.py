"""A pipeline learns from what it is given alone, knows its classes by name, and is the same after it was saved."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from PACKAGE import candidates, scoring_model
from PACKAGE.bins import Bins, Crossed
from PACKAGE.evaluation import class_counts, measures
from PACKAGE.features import Columns
from PACKAGE.importance import example
from PACKAGE.labels import labelled, shares_sql
from PACKAGE.preparation import group_means
from PACKAGE.strength import SMOOTHING
from pyspark.sql import functions as F

COLUMNS = Columns(("x", "empty"), ("kind",))
PAIRS = [Crossed(Bins("x", (-0.5, 0.5)), Bins("kind"))]
CHEAP = candidates.Candidate("logistic regression", {"regParam": 0.01})
CLASSES = ["it's", "low", "high"]
PROBLEM = {"target": "outcome", "classes": CLASSES, "event_time": None, "key": ["id"]}


@pytest.fixture(scope="module")
def rows(spark: Any) -> Any:
    some = spark.range(1500).select(
        "id",
        F.randn(1).alias("x"),
        F.lit(None).cast("double").alias("empty"),
        F.when(F.col("id") % 7 == 0, None).when(F.col("id") % 2 == 0, "even").otherwise("b\\c").alias("kind"),
    )
    shifted = F.col("x") + F.when(F.col("kind") == "even", 0.5).otherwise(0.0) + 0.4 * F.randn(2)
    outcome = F.when(shifted < -0.5, "low").when(shifted > 1.0, "high").otherwise("it's")
    return labelled(some.withColumn("outcome", outcome), PROBLEM).cache()


@pytest.fixture(scope="module")
def pipeline(rows: Any) -> Any:
    return candidates.train(rows, COLUMNS, PAIRS, CHEAP)


def test_the_model_is_better_than_the_rule_and_that_than_nothing(rows: Any, pipeline: Any) -> None:
    scored = candidates.score(pipeline, rows, ["label"])
    told = {"model": shares_sql("probabilities", CLASSES), "rule": "rule_score", "even": "array(0.4D, 0.3D, 0.3D)"}
    counts = class_counts(scored, told, {"all": "'all'"})
    losses = {name: measures(part)["log_loss"] for name, part in counts.groupby("model")}
    assert losses["model"] < losses["rule"] < losses["even"]


def test_the_shares_of_a_group_are_smoothed_and_sum_to_one(spark: Any) -> None:
    known = spark.createDataFrame(
        [("a", 0.0)] * 30 + [("b", 1.0)] * 50 + [("b", 2.0)] * 20, "kind string, label double"
    )
    sql = group_means(known, {"kind": "kind"}, candidates.link_of(CLASSES))["kind"]
    asked = spark.createDataFrame([("a",), ("b",), ("new",), (None,)], "kind string")
    found = [[math.exp(share) for share in one.shares] for one in asked.selectExpr(f"{sql} as shares").collect()]
    assert [sum(one) for one in found] == pytest.approx([1.0] * 4)
    assert found[0][0] == pytest.approx((30 + 0.3 * SMOOTHING) / (30 + SMOOTHING))
    assert found[2] == found[3] == pytest.approx([0.3, 0.5, 0.2])


def test_a_saved_pipeline_names_classes_for_pandas_rows_in_their_order(
    rows: Any, pipeline: Any, tmp_path: Path
) -> None:
    pipeline.write().overwrite().save(tmp_path.as_uri())
    wanted = candidates.score(pipeline, rows.limit(20), ["x"]).toPandas().set_index("x")
    asked = example(rows, COLUMNS, rows=20).iloc[::-1]
    found = scoring_model._load_pyfunc(str(tmp_path)).predict(asked)
    assert found.index.equals(asked.index)
    assert found["score"].tolist() == pytest.approx(wanted.loc[asked["x"], "score"].tolist())
    assert found["prediction"].tolist() == wanted.loc[asked["x"], "prediction"].tolist()
    assert set(found["probabilities"].iloc[0]) == set(CLASSES)


def test_candidates_are_ranked_beside_the_rule_and_the_best_model_is_chosen(rows: Any) -> None:
    small = candidates.Candidate("random forest", {"numTrees": 3, "maxDepth": 2})
    trials = candidates.tune(rows, rows.limit(400), COLUMNS, PAIRS, [CHEAP, small])
    assert set(trials["model"]) == {"logistic regression", "random forest", "simple rule"}
    assert trials["log_loss"].is_monotonic_increasing
    assert candidates.best_of(trials) == trials.loc[trials["model"] != "simple rule", "candidate"].iloc[0]


def test_a_column_that_matters_costs_more_when_shuffled(rows: Any, pipeline: Any) -> None:
    lost = candidates.importance(pipeline, rows, COLUMNS).set_index("column")["lost"]
    assert lost["x"] > 0.2 > lost["kind"] > lost["empty"]
    assert lost["empty"] == pytest.approx(0.0)
