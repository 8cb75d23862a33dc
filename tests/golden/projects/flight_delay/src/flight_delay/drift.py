"""Drift: how far the values of a column in one period lie from those in another, by the population stability index.

`monitoring` calls it. Spark counts bins of all columns in one pass; what is collected is bounded by the bins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame

from .bins import Bins, count_bins, fit_bins

WATCH, ACT = 0.1, 0.25
"""From here on a column has moved, and has moved so far that its owner must act: the usual bounds (Siddiqi 2006)."""
PERIOD, REFERENCE, CURRENT = "period", "reference", "current"


def drift_bins(reference: DataFrame, numeric: Sequence[str], categorical: Sequence[str]) -> list[Bins]:
    """Return the bins in which periods are compared: tenths of the reference, or its categories."""
    return fit_bins(reference, numeric, categorical)


def stability(periods: DataFrame, bins: Sequence[Bins]) -> pd.DataFrame:
    """Return by column, largest first: `column`, `psi`, `state`, `missing_before`, `missing_now` (shares of empty
    values).

    `periods` has the column `period`, `reference` or `current`. A period without rows raises ValueError: nothing was
    compared.
    """
    counts = count_bins(periods, bins, by=[PERIOD])
    present = set(counts[PERIOD])
    if not {REFERENCE, CURRENT} <= present:
        raise ValueError(f"both periods need rows; found {', '.join(sorted(present)) or 'none'}")
    found = [{"column": name, **_compared(part)} for name, part in counts.groupby("column", sort=False)]
    table = pd.DataFrame(found).sort_values("psi", ascending=False, ignore_index=True)
    return table.assign(state=[state_of(psi) for psi in table["psi"]])


def state_of(psi: float) -> str:
    """Return `steady`, `watch` or `moved` for a stability index."""
    return "moved" if psi >= ACT else "watch" if psi >= WATCH else "steady"


def population_stability(before: Sequence[float], now: Sequence[float]) -> float:
    """Return the index of two histograms over the same bins: the sum of (now - before) * ln(now / before) over shares.

    Half a row is added to each bin, so that one that is empty in a period weighs as little as that says (Siddiqi 2006).
    """
    first, second = (np.asarray(counts, dtype=float) + 0.5 for counts in (before, now))
    first, second = first / first.sum(), second / second.sum()
    return float(((second - first) * np.log(second / first)).sum())


def _compared(counts: pd.DataFrame) -> dict[str, float]:
    wide = counts.pivot_table(index="bin", columns=PERIOD, values="rows", aggfunc="sum", fill_value=0)
    missing = wide.loc[[-1]] if -1 in wide.index else wide.iloc[:0]
    shares = missing.sum() / wide.sum()
    return {
        "psi": population_stability(wide[REFERENCE].tolist(), wide[CURRENT].tolist()),
        "missing_before": float(shares[REFERENCE]),
        "missing_now": float(shares[CURRENT]),
    }
