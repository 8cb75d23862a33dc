"""The outcome of a regression, a number; and where a model says it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .features import SCORE, placed

SAYS = {SCORE: "double"}
"""What `with_score` adds, by kind; a model is judged by the last."""


def labelled(df: DataFrame, problem: Mapping[str, Any], as_of: dt.date | None = None) -> DataFrame:
    """Return `df` with `label`, the target as double (null where it is no finite number), and as `features.placed`."""
    target = f"cast(`{problem['target']}` as double)"
    finite = f"if(isnan({target}) or abs({target}) = double('Infinity'), null, {target})"
    return placed(df, problem, F.expr(finite), as_of)


def with_score(predicted: DataFrame) -> DataFrame:
    """Return what a pipeline has predicted: its last step has brought `score` to the scale of the target already."""
    return predicted


def outcome_said(problem: Mapping[str, Any]) -> str:
    """Return what is predicted, in words for a reader."""
    return str(problem["target"])
