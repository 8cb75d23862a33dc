"""The outcome of a classification: what counts as positive, and where a model says how probable that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pyspark.ml.functions import vector_to_array
from pyspark.sql import DataFrame

from .features import SCORE, is_value, placed

SAYS = {SCORE: "double"}
"""What `with_score` adds, by kind; a model is judged by the last."""


def labelled(df: DataFrame, problem: Mapping[str, Any], as_of: dt.date | None = None) -> DataFrame:
    """Return `df` with `label` (1.0 positive, 0.0 not, null while unknown), its day and time, as `features.placed`."""
    is_positive = is_value(df, problem["target"], str(problem["positive"]))
    return placed(df, problem, is_positive.cast("double"), as_of)


def with_score(predicted: DataFrame) -> DataFrame:
    """Add `score`, the probability of the positive class, to what a model has predicted."""
    return predicted.withColumn(SCORE, vector_to_array("probability")[1])


def outcome_said(problem: Mapping[str, Any]) -> str:
    """Return what is predicted, in words for a reader."""
    return f"{problem['target']} = {problem['positive']}"
