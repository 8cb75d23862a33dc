"""How well a column alone tells a number; `leaks` calls it."""

from __future__ import annotations

import pandas as pd

MEASURE, SAID, NOTHING = "r2", "share of variance explained", 0.0
"""Column of the strength in a table, its name for a reader, and its value for a column that tells nothing."""
SMOOTHING = 20.0
"""Rows of the overall mean that are mixed into the mean of each bin."""


def across(learnt: pd.DataFrame, judged: pd.DataFrame) -> float:
    """Return the share of the variance on `judged` that the means of `learnt` explain, 0 where they explain none.

    Both have `rows`, `total` (of the outcomes) and `squares` (of the outcomes) by bin.
    """
    overall = learnt["total"].sum() / max(learnt["rows"].sum(), 1)
    means = (learnt["total"] + SMOOTHING * overall) / (learnt["rows"] + SMOOTHING)
    said = means.reindex(judged.index).fillna(overall)
    error = (judged["squares"] - 2 * said * judged["total"] + said**2 * judged["rows"]).sum()
    spread = judged["squares"].sum() - judged["total"].sum() ** 2 / max(judged["rows"].sum(), 1)
    return max(0.0, 1.0 - float(error / spread)) if spread > 0 else 0.0
