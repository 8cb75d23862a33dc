"""The leak guard and the search for a simple rule: what each column, or pair of columns, can do alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pandas as pd
from kit.runtime.errors import KitError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Bins, Crossed, Cut, count_bins
from .evaluation import auc
from .features import LABEL

SMOOTHING = 20.0
"""Rows of the overall rate that are mixed into the rate of each bin."""


class LeakError(KitError):
    """Raised when a feature knows what nobody knows at the moment of the prediction."""


def alone(df: DataFrame, cuts: Sequence[Cut]) -> pd.DataFrame:
    """Return what each cut can do alone, best first: `column`, `auc`, `filled_with_outcome` (share).

    The rate of each bin is learnt on one half of the rows and judged on the other, so that a column of ids gains
    nothing. `filled_with_outcome` is how much more often the column is empty where the outcome is unknown than where
    it is known: near 1, it is filled in together with the outcome, so after the fact.
    """
    halves = df.withColumns(
        {"half": F.pmod(F.xxhash64(*df.columns), F.lit(2)).cast("int"), "known": F.col(LABEL).isNotNull()}
    )
    counts = count_bins(halves, cuts, ["half", "known"], positives=f"coalesce({LABEL}, 0D)")
    found = [_judge(column, part) for column, part in counts.groupby("column", sort=False)]
    return pd.DataFrame(found).sort_values(["auc", "column"], ascending=[False, True], ignore_index=True)


def refuse_leaks(found: pd.DataFrame, limit: float) -> None:
    """Raise LeakError where a column of `alone` separates better than `limit`, or is empty until the outcome is
    known.
    """
    telling = [f"{one.column} (AUC {one.auc:.3f} alone)" for one in found.itertuples() if one.auc > limit]
    unknown = found.loc[found["filled_with_outcome"] > 0.5, "column"]
    late = [f"{column} (empty until the outcome is known)" for column in unknown]
    if telling or late:
        raise LeakError(
            f"features that know too much: {', '.join(telling + late)}",
            "Take them out of problem.features and declare them under problem.leaks in kit.yml. If a column is "
            f"honestly that good, raise the parameter leak_auc (now {limit:g}).",
        )


def strongest_pairs(
    df: DataFrame, bins: Sequence[Bins], found: pd.DataFrame, best: int = 4
) -> tuple[list[Crossed], pd.DataFrame]:
    """Return the pairs of the `best` columns of `found`, strongest first, and what `alone` says of them."""
    named = {one.column: one for one in bins}
    pairs = [Crossed(named[a], named[b]) for a, b in combinations(found["column"].head(best), 2)]
    if not pairs:
        return [], found.head(0)
    judged = alone(df, pairs)
    by_name = {one.column: one for one in pairs}
    return [by_name[name] for name in judged["column"]], judged


def _judge(column: Any, counts: pd.DataFrame) -> dict[str, Any]:
    known = counts[counts["known"]]
    halves = [known[known["half"] == half].groupby("bin")[["rows", "positives"]].sum() for half in (0, 1)]
    both = [_auc_across(halves[0], halves[1]), _auc_across(halves[1], halves[0])]
    empty = counts[counts["bin"] == -1].groupby("known")["rows"].sum() / counts.groupby("known")["rows"].sum()
    filled = float(empty.fillna(0.0).get(False, 0.0) - empty.fillna(0.0).get(True, 0.0))
    return {"column": column, "auc": sum(both) / 2, "filled_with_outcome": filled}


def _auc_across(learnt: pd.DataFrame, judged: pd.DataFrame) -> float:
    overall = learnt["positives"].sum() / max(learnt["rows"].sum(), 1)
    rates = (learnt["positives"] + SMOOTHING * overall) / (learnt["rows"] + SMOOTHING)
    return auc(rates.reindex(judged.index).fillna(overall), judged["positives"], judged["rows"] - judged["positives"])
