"""The label of an anomaly detection, where there is one: it judges and chooses, and is null in every row elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .features import SCORE, is_value, placed

SAYS = {SCORE: "double"}
"""What `with_score` adds, by kind; a model is judged by the last."""


def has_labels(problem: Mapping[str, Any]) -> bool:
    """Return whether kit.yml names a column that says which cases were anomalies."""
    return bool(problem["target"])


def labelled(df: DataFrame, problem: Mapping[str, Any], as_of: dt.date | None = None) -> DataFrame:
    """Return `df` with `label` (1.0 anomaly, 0.0 not, null while unknown), its day and time, as `features.placed`."""
    if not has_labels(problem):
        return placed(df, problem, F.lit(None).cast("double"), as_of)
    is_positive = is_value(df, problem["target"], str(problem["positive"]))
    return placed(df, problem, is_positive.cast("double"), as_of)


def with_score(predicted: DataFrame) -> DataFrame:
    """Return `predicted`: the pipeline has added `score` itself."""
    return predicted


def outcome_said(problem: Mapping[str, Any]) -> str:
    """Return what is looked for, in words for a reader."""
    return f"{problem['target']} = {problem['positive']}" if has_labels(problem) else "unusual cases"
