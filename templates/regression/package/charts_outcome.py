"""How charts call and write the outcome of a regression; `charts_cases` and `charts_modeling` call it."""

from __future__ import annotations

import pandas as pd
from matplotlib.ticker import FuncFormatter

from .judged import Judged

MEAN, UNIT = "Mean", ""
"""What the mean of outcomes is called, and its unit: the outcome's own."""
SHUFFLED = "growth of the mean absolute error when the column is shuffled"
JUDGED = Judged("mae", "mean absolute error", SHUFFLED, form=",.4g")


def number_format() -> FuncFormatter:
    """Return how an outcome is written."""
    return FuncFormatter(lambda value, _: f"{value:,.4g}")


def mean_said(mean: float) -> str:
    """Return a mean of outcomes in a sentence."""
    return f"{mean:,.4g}"


def kinds(counts: pd.DataFrame, outcome: str) -> dict[str, int]:
    """Return the cases of each kind by its name; `counts` as `exploration.counts_by_day` returns them."""
    known = int(counts["rows"].sum())
    return {f"{outcome} known": known, "outcome unknown": int(counts["cases"].sum()) - known}
