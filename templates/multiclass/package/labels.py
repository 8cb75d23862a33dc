"""The outcome of a classification with several classes: which class a case has, and how probable a model finds each.

The label is the place of the class in `problem.classes`; the names travel with it as metadata of the column.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .features import LABEL, SCORE, is_numeric, placed
from .preparation import text_sql

PREDICTION, PROBABILITIES = "prediction", "probabilities"
"""The most probable class by its name, and the probability of each class by its name."""
CLASSES = "classes"
"""The names of the classes, in the order of the probabilities; the last step of a pipeline adds them."""
SAYS = {PREDICTION: "string", SCORE: "double", PROBABILITIES: "shares"}
"""What `with_score` adds, by kind (`score` is the probability of the prediction); a model is judged by the last."""
LEAST = 1e-4
"""No class is ever held for less probable: a forest says 0 of what it has not seen, which nothing can know."""


def labelled(df: DataFrame, problem: Mapping[str, Any], as_of: dt.date | None = None) -> DataFrame:
    """Return `df` with `label`, the place of the outcome in `problem.classes`, its day and time, as `features.placed`.

    The label is null while the outcome is unknown, and where it is none of the classes.
    """
    classes, target = list(problem["classes"]), F.col(f"`{problem['target']}`")
    known: list[Any] = [float(one) for one in classes] if _is_number(df, problem) else classes
    said = target.cast("double" if _is_number(df, problem) else "string")
    place = F.nullif(F.array_position(F.array(*[F.lit(one) for one in known]), said), F.lit(0))
    found = placed(df, problem, (place - 1).cast("double"), as_of)
    return found.withMetadata(LABEL, {"ml_attr": {"type": "nominal", "name": LABEL, "vals": classes}})


def classes_of(cases: DataFrame) -> list[str]:
    """Return the names of the classes of labelled cases."""
    return list(cases.schema[LABEL].metadata["ml_attr"]["vals"])


def with_score(predicted: DataFrame) -> DataFrame:
    """Add `prediction`, `score` (its probability) and `probabilities` to what a pipeline has predicted."""
    count = F.size(CLASSES)
    padded = F.slice(F.concat(vector_to_array("probability"), F.array_repeat(F.lit(0.0), count)), F.lit(1), count)
    held = predicted.withColumn("_held", F.transform(padded, lambda one: F.greatest(one, F.lit(LEAST))))
    whole = held.withColumn("_whole", F.expr("aggregate(_held, 0D, (sum, one) -> sum + one)"))
    shares = whole.withColumn("_shares", F.expr("transform(_held, one -> one / _whole)"))
    likeliest = F.element_at(CLASSES, F.array_position("_shares", F.array_max("_shares")).cast("int"))
    said = {PREDICTION: likeliest, SCORE: F.array_max("_shares"), PROBABILITIES: F.map_from_arrays(CLASSES, "_shares")}
    return shares.withColumns(said).drop("_held", "_whole", "_shares")


def shares_sql(column: str, classes: Sequence[str]) -> str:
    """Return SQL for the probabilities in a column like `probabilities`, in the order of the classes."""
    names = ", ".join(text_sql(one) for one in classes)
    return f"transform(array({names}), one -> coalesce(try_element_at(`{column}`, one), 0D))"


def not_classes(population: DataFrame, problem: Mapping[str, Any], most: int = 5) -> pd.DataFrame:
    """Return the outcomes that are none of the classes, the most frequent first: `outcome`, `rows`, `all` (of them)."""
    outcome = F.col(f"`{problem['target']}`").cast("string").alias("outcome")
    strange = population.where(F.col(LABEL).isNull() & F.col(f"`{problem['target']}`").isNotNull())
    counts = strange.groupBy(outcome).agg(F.count(F.lit(1)).alias("rows"))
    whole = counts.withColumn("all", F.expr("sum(rows) over ()"))
    return whole.orderBy(F.desc("rows"), "outcome").limit(most).toPandas()


def outcome_said(problem: Mapping[str, Any]) -> str:
    """Return what is predicted, in words for a reader."""
    return str(problem["target"])


def _is_number(df: DataFrame, problem: Mapping[str, Any]) -> bool:
    kind = dict(df.dtypes)[problem["target"]]
    return is_numeric(kind) and kind != "boolean"
