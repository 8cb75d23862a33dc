"""The split by time: days to learn from, their last part to choose by, and later days that nobody has looked at.

Rows are told apart by their day alone, so no row of the hold-out can be older than one that was learnt from. Where rows
have no time, blocks that their key deals them into take the place of days.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
from kit.runtime.errors import KitError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

VALIDATION_SHARE = 0.25
"""Share of the known cases before the hold-out by which settings are chosen: the last ones."""


@dataclass(frozen=True)
class Split:
    """Days or blocks: learning begins on `first`, choosing on `validation`, the hold-out on `test`; `last` ends it."""

    first: Any
    validation: Any
    test: Any
    last: Any
    as_of: dt.date
    """The day after which nothing is seen."""
    order: str = "event_day"
    """The column of the days; `block` where rows have no time."""

    @property
    def is_timed(self) -> bool:
        """Return whether the hold-out is later than what was learnt from, and not only other rows."""
        return self.order == "event_day"

    @property
    def learnt_from(self) -> str:
        """What came before the hold-out, in words."""
        return f"{self.first} to before {self.test}" if self.is_timed else "the other rows"

    @property
    def held_out(self) -> str:
        """The hold-out in words."""
        return f"{self.test} to {self.last}" if self.is_timed else "rows set aside by their key"

    def train(self, cases: DataFrame) -> DataFrame:
        """Return the rows before the hold-out."""
        return cases.where((F.col(self.order) >= F.lit(self.first)) & (F.col(self.order) < F.lit(self.test)))

    def early(self, cases: DataFrame) -> DataFrame:
        """Return the rows to learn from while settings are chosen."""
        return cases.where((F.col(self.order) >= F.lit(self.first)) & (F.col(self.order) < F.lit(self.validation)))

    def late(self, cases: DataFrame) -> DataFrame:
        """Return the rows by which settings are chosen: the last part of those before the hold-out."""
        return cases.where((F.col(self.order) >= F.lit(self.validation)) & (F.col(self.order) < F.lit(self.test)))

    def hold_out(self, cases: DataFrame) -> DataFrame:
        """Return the rows of the hold-out, up to the as-of day."""
        return cases.where(F.col(self.order).between(F.lit(self.test), F.lit(self.last)))

    def parts(self, days: pd.DataFrame) -> pd.DataFrame:
        """Return what each part holds: `part`, `first`, `last`, `cases`, `known`, `total` and `mean`
        of the known outcomes, `lowest`, `highest`.
        """
        one = dt.timedelta(days=1) if self.is_timed else 1
        bounds = {
            "to learn from": (self.first, self.validation),
            "to choose by": (self.validation, self.test),
            "hold-out": (self.test, self.last + one),
        }
        rows = []
        for part, (start, end) in bounds.items():
            inside = days[(days["day"] >= start) & (days["day"] < end)]
            sums = dict(inside[["cases", "known"]].sum().astype(int))
            total = float(inside["total"].sum())
            found = {"total": total, "mean": total / max(sums["known"], 1)}
            ends = {"lowest": inside["lowest"].min(), "highest": inside["highest"].max()}
            rows.append({"part": part, "first": start, "last": end - one, **sums, **found, **ends})
        return pd.DataFrame(rows)


def count_days(cases: DataFrame, day: str = "event_day", label: str = "label") -> pd.DataFrame:
    """Return counts by day in order: `day`, `cases`, `known` (with an outcome), and of their outcomes
    `total`, `lowest`, `highest`.
    """
    return (
        cases.where(F.col(day).isNotNull())
        .groupBy(F.col(day).alias("day"))
        .agg(
            F.count(F.lit(1)).alias("cases"),
            F.count(label).alias("known"),
            F.coalesce(F.sum(label), F.lit(0.0)).alias("total"),
            F.min(label).alias("lowest"),
            F.max(label).alias("highest"),
        )
        .toPandas()
        .sort_values("day", ignore_index=True)
    )


def split_by_time(
    days: pd.DataFrame,
    first: dt.date | None,
    test: Any,
    last: dt.date | None,
    order: str = "event_day",
    has_outcomes: bool = True,
) -> Split:
    """Return the split of the days from `first` to `last` (None: all that there are) with the hold-out from `test` on.

    With the `order` of blocks, `days` counts blocks and `test` is one; `first` and `last` mean nothing then. Without
    outcomes, all cases count as known.

    Raises KitError where a part has no known case, or only one kind of outcome, so that nothing could be learnt or
    judged.
    """
    days = days if has_outcomes else days.assign(known=days["cases"])
    seen_until = last
    if order != "event_day":
        first = last = None
    inside = days[(days["day"] >= (first or days["day"].min())) & (days["day"] <= (last or days["day"].max()))]
    learnt = inside[inside["day"] < test]
    before = learnt["known"].cumsum() - learnt["known"]
    late = learnt[before >= (1 - VALIDATION_SHARE) * learnt["known"].sum()]
    if late.empty or inside.empty:
        raise KitError(f"no cases before the hold-out begins on {test}", "Move history_start or test_start in kit.yml.")
    bounds = (inside["day"].iloc[0], late["day"].iloc[0], test, last or inside["day"].iloc[-1])
    as_of = bounds[3] if order == "event_day" else seen_until or dt.datetime.now(dt.timezone.utc).date()
    split = Split(*(bounds if order == "event_day" else map(int, bounds)), as_of=as_of, order=order)
    for one in split.parts(inside).itertuples():
        if not one.known or (has_outcomes and one.lowest == one.highest):
            found = f"{one.known:,} known outcomes" + (f", all of them {one.lowest:g}" if one.known else "")
            raise KitError(
                f"the days {one.part}, {one.first} to {one.last}, have {found}",
                "Move history_start, test_start or run_date so that each part has different outcomes.",
            )
    return split
