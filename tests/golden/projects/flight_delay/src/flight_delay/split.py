"""The split by time: days to learn from, their last part to choose by, and later days that nobody has looked at.

`modeling`, `deployment` and `monitoring` cut their rows with the same `Split`. Rows are told apart by their day alone,
so no row of the hold-out can be older than one that was learnt from.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
from kit.runtime.errors import KitError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

VALIDATION_SHARE = 0.25
"""Share of the known cases before the hold-out by which settings are chosen: the last ones."""


@dataclass(frozen=True)
class Split:
    """Four days: learning begins on `first`, choosing on `validation`, the hold-out on `test`; `last` is the as-of
    day.
    """

    first: dt.date
    validation: dt.date
    test: dt.date
    last: dt.date

    def train(self, cases: DataFrame) -> DataFrame:
        """Return the rows before the hold-out."""
        return _between(cases, self.first, self.test - dt.timedelta(days=1))

    def early(self, cases: DataFrame) -> DataFrame:
        """Return the rows to learn from while settings are chosen."""
        return _between(cases, self.first, self.validation - dt.timedelta(days=1))

    def late(self, cases: DataFrame) -> DataFrame:
        """Return the rows by which settings are chosen: the last part of those before the hold-out."""
        return _between(cases, self.validation, self.test - dt.timedelta(days=1))

    def hold_out(self, cases: DataFrame) -> DataFrame:
        """Return the rows of the hold-out, up to the as-of day."""
        return _between(cases, self.test, self.last)

    def parts(self, days: pd.DataFrame) -> pd.DataFrame:
        """Return what each part holds: `part`, `first`, `last`, `cases`, `known`, `positives`, `rate`."""
        bounds = {
            "to learn from": (self.first, self.validation),
            "to choose by": (self.validation, self.test),
            "hold-out": (self.test, self.last + dt.timedelta(days=1)),
        }
        rows = []
        for part, (start, end) in bounds.items():
            inside = days[(days["day"] >= start) & (days["day"] < end)]
            sums = inside[["cases", "known", "positives"]].sum().astype(int)
            last = end - dt.timedelta(days=1)
            rows.append(
                {"part": part, "first": start, "last": last, **sums, "rate": sums["positives"] / max(sums["known"], 1)}
            )
        return pd.DataFrame(rows)


def count_days(cases: DataFrame, day: str = "event_day", label: str = "label") -> pd.DataFrame:
    """Return counts by day in order: `day`, `cases`, `known` (with an outcome), `positives`."""
    return (
        cases.where(F.col(day).isNotNull())
        .groupBy(F.col(day).alias("day"))
        .agg(
            F.count(F.lit(1)).alias("cases"),
            F.count(label).alias("known"),
            F.coalesce(F.sum(label), F.lit(0.0)).alias("positives"),
        )
        .toPandas()
        .sort_values("day", ignore_index=True)
    )


def split_by_time(days: pd.DataFrame, first: dt.date | None, test: dt.date, last: dt.date | None) -> Split:
    """Return the split of the days from `first` to `last` (None: all that there are) with the hold-out from `test` on.

    Raises KitError where a part has no known case, or only one kind of outcome, so that nothing could be learnt or
    judged.
    """
    inside = days[(days["day"] >= (first or days["day"].min())) & (days["day"] <= (last or days["day"].max()))]
    learnt = inside[inside["day"] < test]
    before = learnt["known"].cumsum() - learnt["known"]
    late = learnt[before >= (1 - VALIDATION_SHARE) * learnt["known"].sum()]
    if late.empty or inside.empty:
        raise KitError(f"no cases before the hold-out begins on {test}", "Move history_start or test_start in kit.yml.")
    split = Split(inside["day"].iloc[0], late["day"].iloc[0], test, last or inside["day"].iloc[-1])
    for one in split.parts(inside).itertuples():
        if not 0 < one.positives < one.known:
            said = f"the days {one.part}, {one.first} to {one.last}, have {one.positives:,} positives"
            raise KitError(
                f"{said} of {one.known:,} known cases",
                "Move history_start, test_start or run_date so that each part has both outcomes.",
            )
    return split


def _between(cases: DataFrame, first: dt.date, last: dt.date) -> DataFrame:
    return cases.where(F.col("event_day").between(F.lit(first), F.lit(last)))
