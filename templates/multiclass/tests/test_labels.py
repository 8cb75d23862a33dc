"""A label is the place of a class, and a model says every class by its name."""

from __future__ import annotations

from typing import Any

import pytest
from PACKAGE import labels
from pyspark.ml.functions import array_to_vector
from pyspark.sql import functions as F


def problem(classes: list[str]) -> dict[str, Any]:
    return {"target": "odd name", "classes": classes, "event_time": None, "key": ["id"]}


@pytest.mark.parametrize(
    ("kind", "values", "classes"),
    [
        ("string", ["b", "it's", None, "c\\d", "other"], ["it's", "c\\d", "b"]),
        ("bigint", [3, 1, None, 2, 9], ["1", "2", "3"]),
        ("double", [3.0, 1.0, None, 2.0, 9.0], ["1.0", "2.0", "3.0"]),
    ],
)
def test_a_label_is_the_place_of_the_class_and_nothing_for_other_values(
    spark: Any, kind: str, values: list[Any], classes: list[str]
) -> None:
    rows = spark.createDataFrame(list(enumerate(values)), f"id int, `odd name` {kind}")
    found = labels.labelled(rows, problem(classes))
    assert [one.label for one in found.orderBy("id").collect()] == [2.0, 0.0, None, 1.0, None]
    assert labels.classes_of(found.where("label is not null").select("label").cache()) == classes
    (strange,) = labels.not_classes(found, problem(classes)).itertuples()
    assert (strange.outcome, strange.rows, strange.all) == (str(values[-1]), 1, 1)


def test_a_model_names_its_classes_and_rules_none_out(spark: Any) -> None:
    rows = spark.createDataFrame([([0.2, 0.8],), ([1.0, 0.0],)], "p array<double>")
    named = rows.select(array_to_vector("p").alias("probability"), F.array(*map(F.lit, "xyz")).alias("classes"))
    sure, surer = labels.with_score(named).select(*labels.SAYS).collect()
    assert (sure.prediction, surer.prediction) == ("y", "x")
    assert sure.score == pytest.approx(0.8, abs=1e-3)
    assert sum(surer.probabilities.values()) == pytest.approx(1.0)
    assert surer.probabilities["z"] > 0, "a class that was not seen while learning is not held for impossible"
    in_order = labels.with_score(named).selectExpr(f"{labels.shares_sql('probabilities', ['z', 'x', 'new'])} as p")
    assert in_order.collect()[0].p[1:] == pytest.approx([0.2, 0.0], abs=1e-3)
