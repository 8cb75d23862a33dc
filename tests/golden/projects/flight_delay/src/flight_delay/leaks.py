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
from .features import LABEL
from .strength import BY, MEASURE, SAID, across, graded


class LeakError(KitError):
    """Raised when a feature knows what nobody knows at the moment of the prediction."""


def alone(df: DataFrame, cuts: Sequence[Cut]) -> pd.DataFrame:
    """Return what each cut can do alone, best first: `column`, its strength (MEASURE), `filled_with_outcome` (share).

    The mean outcome of each bin is learnt on one half of the rows and judged on the other, so that a column of ids
    gains nothing. `filled_with_outcome` is how much more often the column is empty where the outcome is unknown than
    where it is known: near 1, it is filled in together with the outcome, so after the fact.
    """
    halves = graded(df).withColumns(
        {"half": F.pmod(F.xxhash64(*df.columns), F.lit(2)).cast("int"), "known": F.col(LABEL).isNotNull()}
    )
    counts = count_bins(
        halves, cuts, ["half", "known", *BY], total=f"coalesce({LABEL}, 0D)", squares=f"coalesce({LABEL} * {LABEL}, 0D)"
    )
    found = [_judge(column, part) for column, part in counts.groupby("column", sort=False)]
    return pd.DataFrame(found).sort_values([MEASURE, "column"], ascending=[False, True], ignore_index=True)


def limit_of(parameters: Any) -> float:
    """Return the parameter from which on a column alone is too strong: `leak_auc`, say."""
    return float(getattr(parameters, f"leak_{MEASURE}"))


def refuse_leaks(found: pd.DataFrame, limit: float) -> None:
    """Raise LeakError where a column of `alone` is stronger than `limit`, or is empty until the outcome is
    known.
    """
    strong = found[found[MEASURE] > limit]
    telling = [
        f"{name} ({SAID} {strength:.3f} alone)"
        for name, strength in zip(strong["column"], strong[MEASURE], strict=True)
    ]
    unknown = found.loc[found["filled_with_outcome"] > 0.5, "column"]
    late = [f"{column} (empty until the outcome is known)" for column in unknown]
    if telling or late:
        raise LeakError(
            f"features that know too much: {', '.join(telling + late)}",
            "Take them out of problem.features and declare them under problem.leaks in kit.yml. If a column is "
            f"honestly that good, raise the parameter leak_{MEASURE} (now {limit:g}).",
        )


def strongest_pairs(
    df: DataFrame, bins: Sequence[Bins], found: pd.DataFrame, best: int = 4
) -> tuple[list[Cut], pd.DataFrame]:
    """Return the pairs of the `best` columns of `found`, strongest first, and what `alone` says of them.

    A column that is the only one stands for itself.
    """
    named = {one.column: one for one in bins}
    pairs: list[Cut] = [Crossed(named[a], named[b]) for a, b in combinations(found["column"].head(best), 2)]
    pairs = pairs or list(named.values())
    judged = alone(df, pairs)
    by_name = {one.column: one for one in pairs}
    return [by_name[name] for name in judged["column"]], judged


def together(found: pd.DataFrame, limit: float) -> tuple[bool, str]:
    """Return whether no pair of `strongest_pairs` is stronger than a column alone may be, and what the strongest one
    has: a pair may honestly be, so that is for people to look at and nothing to refuse.
    """
    name, strength = found.iloc[0][["column", MEASURE]]
    return bool(strength <= limit), f"{name}: {SAID} {strength:.3f}; {limit:g} is what a column may have alone"


def _judge(column: Any, counts: pd.DataFrame) -> dict[str, Any]:
    known = counts[counts["known"]]
    halves = [known[known["half"] == half].groupby(["bin", *BY])[["rows", "total", "squares"]].sum() for half in (0, 1)]
    both = [across(halves[0], halves[1]), across(halves[1], halves[0])]
    empty = counts[counts["bin"] == -1].groupby("known")["rows"].sum() / counts.groupby("known")["rows"].sum()
    filled = float(empty.fillna(0.0).get(False, 0.0) - empty.fillna(0.0).get(True, 0.0))
    return {"column": column, MEASURE: sum(both) / 2, "filled_with_outcome": filled}
