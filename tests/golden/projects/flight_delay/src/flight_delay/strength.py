"""How well a column alone tells a yes-or-no outcome; `leaks` calls it."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import DataFrame

from .evaluation import auc

MEASURE, SAID, NOTHING = "auc", "AUC", 0.5
"""Column of the strength in a table, its name for a reader, and its value for a column that tells nothing."""
BY: tuple[str, ...] = ()
"""Columns by which rows are counted besides, before `across` sees them."""
SMOOTHING = 20.0
"""Rows of the overall rate that are mixed into the rate of each bin."""


def graded(df: DataFrame) -> DataFrame:
    """Return `df`: a yes-or-no outcome is looked at as it is."""
    return df


def across(learnt: pd.DataFrame, judged: pd.DataFrame) -> float:
    """Return the AUC on `judged` of the rates of `learnt`; both have `rows` and `total` (positives) by bin."""
    overall = learnt["total"].sum() / max(learnt["rows"].sum(), 1)
    rates = (learnt["total"] + SMOOTHING * overall) / (learnt["rows"] + SMOOTHING)
    return auc(rates.reindex(judged.index).fillna(overall), judged["total"], judged["rows"] - judged["total"])
