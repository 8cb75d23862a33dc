"""How well a column alone tells a number, and how far the mean of a group is to be believed; `leaks` calls it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Bins, quantiles
from .features import LABEL

MEASURE, SAID, NOTHING = "r2", "share of the variance of ranks explained", 0.0
"""Column of the strength in a table, its name for a reader, and its value for a column that tells nothing."""
BY: tuple[str, ...] = ()
"""Columns by which rows are counted besides, before `across` sees them."""
LEAST_PRIOR, MOST_PRIOR = 1.0, 1000.0
"""Bounds of `prior_rows`."""
RANKS = 100
"""Ranks by which outcomes are told apart while columns are looked at alone."""


def graded(df: DataFrame) -> DataFrame:
    """Return `df` with the rank of each outcome, in hundredths, in the place of `label`.

    Where a few outcomes dwarf the rest, the variance is theirs: even a copy of the target, in tenths, explains little
    of it. By ranks a copy is found whatever the outcomes look like.
    """
    found = quantiles(df, [LABEL], [number / RANKS for number in range(1, RANKS)])[LABEL]
    rank = Bins(LABEL, tuple(sorted(set(found)))).sql
    return df.withColumn(LABEL, F.expr(f"if({LABEL} is null, null, cast({rank} as double))"))


def across(learnt: pd.DataFrame, judged: pd.DataFrame) -> float:
    """Return the share of the variance on `judged` that the means of `learnt` explain, 0 where they explain none.

    Both have `rows`, `total` (of the outcomes) and `squares` (of the outcomes) by bin.
    """
    overall, prior = learnt["total"].sum() / max(learnt["rows"].sum(), 1), prior_rows(sums_of(learnt))
    means = (learnt["total"] + prior * overall) / (learnt["rows"] + prior)
    said = means.reindex(judged.index).fillna(overall)
    error = (judged["squares"] - 2 * said * judged["total"] + said**2 * judged["rows"]).sum()
    spread = judged["squares"].sum() - judged["total"].sum() ** 2 / max(judged["rows"].sum(), 1)
    return max(0.0, 1.0 - float(error / spread)) if spread > 0 else 0.0


def sums_of(groups: pd.DataFrame) -> dict[str, float]:
    """Return what `prior_rows` needs, of `rows`, `total` and `squares` by group."""
    squared = {"rows_squared": groups["rows"] ** 2, "explained": groups["total"] ** 2 / groups["rows"].clip(lower=1)}
    sums = groups[["rows", "total", "squares"]].assign(**squared).sum()
    return {"groups": float(len(groups)), **{str(name): float(value) for name, value in sums.items()}}


def prior_rows(sums: Mapping[str, float]) -> float:
    """Return how many rows of the overall mean are mixed into the mean of a group (Buhlmann and Straub 1970).

    It is the variance within groups over that between them: where groups differ clearly, few rows are believed.
    `sums` over the groups: `groups` (their number), `rows`, `total`, `squares` (of outcomes), `rows_squared`, and
    `explained`, each group's squared total over its rows.
    """
    rows, groups = max(sums["rows"], 1.0), sums["groups"]
    within = max((sums["squares"] - sums["explained"]) / max(rows - groups, 1.0), 0.0)
    room = rows - sums["rows_squared"] / rows
    apart = sums["explained"] - sums["total"] ** 2 / rows - (groups - 1) * within
    if room <= 0 or apart <= 0:
        return MOST_PRIOR
    return min(max(within * room / apart, LEAST_PRIOR), MOST_PRIOR)
