"""How well a column alone tells several classes apart; `leaks` calls it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame

from .features import LABEL

MEASURE, SAID, NOTHING = "explained", "share of the uncertainty explained", 0.0
"""Column of the strength in a table, its name for a reader, and its value for a column that tells nothing."""
BY: tuple[str, ...] = (LABEL,)
"""Columns by which rows are counted besides, before `across` sees them."""
SMOOTHING = 10.0
"""Rows of the overall shares that are mixed into the shares of a group."""
TRIED = (1.0, 5.0, 25.0)
"""As many while columns are looked at alone: with many, a leak in a small table would not show."""

Floats = npt.NDArray[np.float64]


def graded(df: DataFrame) -> DataFrame:
    """Return `df`: classes are looked at as they are."""
    return df


def across(learnt: pd.DataFrame, judged: pd.DataFrame) -> float:
    """Return by which share the log loss on `judged` is lower with the class shares of the bins of `learnt`.

    It is 0 where the shares of all rows do as well, and 1 where nothing is left open. The shares are smoothed in
    whichever way of TRIED does best. Both have `rows` by bin and label.
    """
    before, after = by_class(learnt["rows"]), by_class(judged["rows"])
    if before.empty or after.empty:
        return 0.0
    before, after = (
        one.reindex(columns=before.columns.union(after.columns), fill_value=0.0) for one in (before, after)
    )
    found = [shares_of(before, smoothing)[1] for smoothing in TRIED]
    overall, _ = shares_of(before)
    nothing = log_loss(after, pd.DataFrame(index=before.index[:0], columns=before.columns, dtype=float), overall)
    least = min(log_loss(after, shares, overall) for shares in found)
    return max(0.0, 1.0 - least / nothing) if nothing > 0 else 0.0


def by_class(rows: pd.Series) -> pd.DataFrame:
    """Return counts by bin and label with a column for each label."""
    return rows.unstack(fill_value=0.0).astype(float)


def shares_of(counts: pd.DataFrame, smoothing: float = SMOOTHING) -> tuple[Floats, pd.DataFrame]:
    """Return the class shares of all rows, and those of each bin with rows of the overall shares mixed in.

    A class without rows counts as half a row, so that it is not held for impossible.
    """
    sums = counts.sum().to_numpy(float) + 0.5
    overall = sums / sums.sum()
    rows = counts.sum(axis=1).to_numpy(float)[:, None]
    mixed = (counts.to_numpy(float) + smoothing * overall) / (rows + smoothing)
    return overall, pd.DataFrame(mixed, index=counts.index, columns=counts.columns)


def log_loss(judged: pd.DataFrame, shares: pd.DataFrame, overall: Floats) -> float:
    """Return the mean negative log likelihood (nats) of counts by bin and class; a new bin gets the overall shares."""
    rows = judged.to_numpy(float)
    said = shares.reindex(judged.index).to_numpy(float)
    said = np.where(np.isnan(said), overall, said)
    return float(-(rows * np.log(said)).sum() / max(rows.sum(), 1.0))
