"""The cut in time: what recommenders learn from, the days by which they are chosen, the days that judge them once.

A user is judged by the items that are new to them: what they had before the cut is no discovery.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
from kit.runtime.errors import KitError
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from .interactions import DAY, ITEM, USER, WEIGHT

HOLD_OUT_SHARE = 0.2
"""Share of the interactions that judge, where kit.yml names no first day of the hold-out."""
MOST_ITEMS = 60
"""A user's latest items that similarities are learnt from and looked up for; a trader or a robot has more."""
BLOCKS = 100
"""Users are dealt into so many blocks for the bootstrap."""
HISTORY = ("1", "2-4", "5-19", "20-99", "100+")
"""Groups of users by how many items they had before the cut."""
FEWEST_DAYS = 8


class FromTheFuture(KitError):
    """Raised when something that is learnt from lies after the cut, or something that judges before it."""


@dataclass(frozen=True)
class Plan:
    """Learning begins on `first`, choosing on `choose`, judging on `judge`; `last` is the last day that is seen."""

    first: dt.date
    choose: dt.date
    judge: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """Days of the hold-out."""
        return (self.last - self.judge).days + 1

    def text(self) -> str:
        """Return the parts in words."""
        return (
            f"learnt from the days {self.first} to {before(self.judge)}, of which those from {self.choose} on are what "
            f"settings are chosen by; judged on {self.judge} to {self.last} ({self.days} days)"
        )


def plan_of(counts: pd.DataFrame, test_start: dt.date | None, last: dt.date | None) -> Plan:
    """Return the plan for `interactions.day_counts`: the hold-out begins on the declared day, or on the one from which
    a fifth of the interactions lies; settings are chosen on as many days before it, at most half of what is there.
    """
    if len(counts) < FEWEST_DAYS:
        raise KitError(f"interactions lie on {len(counts)} days only", "Lists are judged by later days: collect more.")
    first, newest = counts[DAY].iloc[0], last or counts[DAY].iloc[-1]
    share = counts["rows"].cumsum() / counts["rows"].sum()
    judge = test_start or counts.loc[share >= 1 - HOLD_OUT_SHARE, DAY].iloc[0]
    if not first < judge <= newest:
        raise KitError(f"the hold-out from {judge} on leaves nothing to learn from or to judge by", "Set test_start.")
    choose = max(judge - dt.timedelta(days=(newest - judge).days + 1), first + (judge - first) / 2)
    return Plan(first, choose, judge, newest)


def before(day: dt.date) -> dt.date:
    """Return the day before."""
    return day - dt.timedelta(days=1)


def until(rows: DataFrame, cut: dt.date) -> DataFrame:
    """Return the events before the day `cut`."""
    return rows.where(F.col(DAY) < F.lit(cut))


def histories(rows: DataFrame, cut: dt.date, active_since: dt.date | None = None) -> DataFrame:
    """Return what each user had before the day `cut`: `user`, `had` (all items), `recent` (at most MOST_ITEMS, the
    latest first), `size`, `last` (day); only users who did something since `active_since`, where that is given.
    """
    had = until(rows, cut).groupBy(USER, ITEM).agg(F.max(DAY).alias("at"), F.sum(WEIGHT).alias(WEIGHT))
    ordered = F.array_sort(F.collect_list(F.struct(F.date_diff(F.lit(cut), "at").alias("ago"), ITEM)))
    found = had.groupBy(USER).agg(ordered.alias("seen"), F.max("at").alias("last"))
    items = F.transform("seen", lambda one: one[ITEM])
    found = found.select(USER, items.alias("had"), F.size("seen").alias("size"), "last")
    found = found.withColumn("recent", F.slice("had", 1, MOST_ITEMS))
    return found if active_since is None else found.where(F.col("last") >= F.lit(active_since))


def later(rows: DataFrame, cut: dt.date, last: dt.date) -> DataFrame:
    """Return the distinct items of each user from the day `cut` to `last`: `user`, `came`."""
    came = rows.where(F.col(DAY).between(F.lit(cut), F.lit(last)))
    return came.groupBy(USER).agg(F.collect_set(ITEM).alias("came"))


def cases(rows: DataFrame, cut: dt.date, last: dt.date, most: int | None = None) -> DataFrame:
    """Return the users who are judged, those with a past before `cut` and something new from then to `last`.

    Columns of `histories`, `wanted` (the new items), `history` (of HISTORY), `block`. Of more than `most` users those
    with the smallest hashes.
    """
    found = histories(rows, cut).join(later(rows, cut, last), USER)
    found = found.withColumn("wanted", F.array_except("came", "had")).where(F.size("wanted") > 0).drop("came")
    size = F.col("size")
    group = F.when(size < 2, HISTORY[0]).when(size < 5, HISTORY[1]).when(size < 20, HISTORY[2])
    group = group.when(size < 100, HISTORY[3]).otherwise(HISTORY[4])
    block = F.pmod(F.xxhash64(USER), F.lit(BLOCKS)).cast("int")
    found = found.withColumns({"history": group, "block": block})
    return found if most is None else found.orderBy(F.xxhash64(USER)).limit(most)


def users_account(rows: DataFrame, cut: dt.date, last: dt.date) -> dict[str, int]:
    """Return where the users of the days from `cut` to `last` went: `read`, `without_past`, `nothing_new`, `judged`."""
    past = until(rows, cut).select(USER, ITEM).distinct().withColumn("old", F.lit(1))
    came = rows.where(F.col(DAY).between(F.lit(cut), F.lit(last))).select(USER, ITEM).distinct()
    users = past.select(USER).distinct().withColumn("known", F.lit(1))
    each = came.join(past, [USER, ITEM], "left").groupBy(USER).agg(F.count_if(F.col("old").isNull()).alias("new"))
    known, new = F.col("known").isNotNull(), F.col("new") > 0
    cells = [F.count(F.lit(1)), F.count_if(~known), F.count_if(known & ~new), F.count_if(known & new)]
    found = each.join(users, USER, "left").agg(*cells).first()
    return dict(zip(("read", "without_past", "nothing_new", "judged"), found, strict=True))


def refuse_future(rows: DataFrame, judged: DataFrame, plan: Plan) -> dict[str, Any]:
    """Raise FromTheFuture unless what is learnt from ends before the hold-out, and no judged user had a wanted item.

    Returns the counts: `learnt`, `last_learnt`, `judged`, `wanted`.
    """
    learnt = until(rows, plan.judge).agg(F.count(F.lit(1)), F.max(DAY)).first()
    overlap = F.size(F.array_intersect("wanted", "had"))
    found = judged.agg(F.count(F.lit(1)), F.sum(F.size("wanted")), F.sum(overlap), F.max("last")).first()
    if learnt[1] >= plan.judge or found[2] or (found[3] and found[3] >= plan.judge):
        raise FromTheFuture("what is learnt from and what judges overlap", "Look at the days in gold.features.")
    return {"learnt": learnt[0], "last_learnt": learnt[1], "judged": found[0], "wanted": found[1]}


def numbered(rows: DataFrame, name: str) -> DataFrame:
    """Return `name` and `id`: 0, 1 ... for its distinct values in their order."""
    place = F.row_number().over(Window.orderBy(name)) - 1
    return rows.select(name).distinct().select(name, place.cast("int").alias("id"))
