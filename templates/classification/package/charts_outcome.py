"""How charts call and write the outcome of a classification; `charts_cases` and `charts_modeling` call it."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import PercentFormatter

from .judged import Judged

MEAN, UNIT = "Rate of", "share of rows"
"""What the mean of labels is called, and its unit."""
JUDGED = Judged("auc", "AUC", "AUC lost when the column is shuffled", worthless=0.5)


def number_format() -> PercentFormatter:
    """Return how a mean of labels is written."""
    return PercentFormatter(1, decimals=0)


def mean_said(mean: float) -> str:
    """Return a mean of labels in a sentence."""
    return f"{mean:.1%}"


def kinds(counts: pd.DataFrame, outcome: str) -> dict[str, int]:
    """Return the cases of each kind by its name; `counts` as `exploration.counts_by_day` returns them."""
    known, positives = int(counts["rows"].sum()), int(counts["total"].sum())
    return {
        outcome: positives,
        f"not {outcome}": known - positives,
        "outcome unknown": int(counts["cases"].sum()) - known,
    }
