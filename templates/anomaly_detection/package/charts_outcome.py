"""How charts call and write what an anomaly detection is judged by; the charts of tables call it."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import PercentFormatter

from .judged import Judged

MEAN, UNIT = "Share of", "share of rows"
"""What the mean of labels is called, and its unit."""
JUDGED = Judged("flagged", "share flagged", "share flagged when the column is shuffled", form=".1%")


def number_format() -> PercentFormatter:
    """Return how a mean of labels is written."""
    return PercentFormatter(1, decimals=1)


def mean_said(mean: float) -> str:
    """Return a mean of labels in a sentence."""
    return f"{mean:.1%}"


def kinds(counts: pd.DataFrame, outcome: str) -> dict[str, int]:
    """Return the cases of each kind by its name; `counts` as `exploration.counts_by_day` returns them."""
    known, positives = int(counts["rows"].sum()), int(counts["total"].sum())
    rest = int(counts["cases"].sum()) - known
    return {outcome: positives, "not labelled so": known - positives, "without a label": rest}
