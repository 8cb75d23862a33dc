"""How charts call and write the outcome of several classes; `charts_cases` and `charts_modeling` call it."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import PercentFormatter

from .judged import Judged

MEAN, UNIT = "Share of", "share of rows"
"""What the mean of an outcome is called, and its unit."""
JUDGED = Judged("log_loss", "log loss (nats; lower is better)", "growth of the log loss when the column is shuffled")


def number_format() -> PercentFormatter:
    """Return how a share is written."""
    return PercentFormatter(1, decimals=0)


def mean_said(mean: float) -> str:
    """Return a share in a sentence."""
    return f"{mean:.1%}"


def kinds(counts: pd.DataFrame, outcome: str) -> dict[str, int]:
    """Return the cases of each kind by its name; `counts` as `exploration.counts_by_day` returns them."""
    known = int(counts["rows"].sum())
    return {f"{outcome} known": known, "outcome unknown": int(counts["cases"].sum()) - known}
