"""What became of the lists that were served, and whether the interactions still look like those learnt from.

`monitoring` calls it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from .alerts import Breach
from .cuts import histories, later
from .drift import CURRENT, PERIOD, REFERENCE
from .examples import names_of
from .interactions import ITEM, USER, WEIGHT
from .ranking import K
from .recommenders import POPULARITY

DAY = "day"
MOST_SERVINGS = 4
"""The newest days of serving that are looked at."""
FEWEST_USERS = 100
_ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Columns:
    """What drift looks at."""

    numeric: tuple[str, ...] = ("popularity_of_item", "items_of_user", "amount")
    categorical: tuple[str, ...] = ()


def servings(stored: DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the newest days of serving, the oldest first: `served_on`, `until` (the day before the next, or `as_of`),
    `days` (in which they could be taken up), `lists`, `cold` (share of lists that are only what is popular), `items`.
    """
    each = stored.groupBy("served_on", USER).agg(F.count_if(F.col("by") != POPULARITY).alias("own"))
    lists = each.groupBy("served_on").agg(
        F.count(F.lit(1)).alias("lists"), F.avg(F.expr("if(own = 0, 1D, 0D)")).alias("cold")
    )
    items = stored.groupBy("served_on").agg(F.count_distinct(ITEM).alias("items"))
    found = lists.join(items, "served_on").orderBy(F.desc("served_on")).limit(MOST_SERVINGS).toPandas()
    found = found.sort_values("served_on", ignore_index=True)
    until = [*found["served_on"].iloc[1:], as_of]
    return found.assign(
        until=until, days=[(end - day).days for end, day in zip(until, found["served_on"], strict=True)]
    )


def by_serving(stored: DataFrame, popular: DataFrame, rows: DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return `servings` with what came of the lists: `users` (who took something new since), `hit_rate` of the first K
    places, `popular_hit_rate` (what the popular list would have given the same users), and the ends of both intervals.
    """
    parts = [_outcomes(stored, popular, rows, day.served_on, day.until) for day in found.itertuples() if day.days > 0]
    if not parts:
        empty = dict.fromkeys(["hit_rate", "popular_hit_rate"], math.nan)
        return _with_ends(found.assign(users=0, **empty))
    cells = [
        F.count(F.lit(1)).alias("users"),
        F.avg("hit").alias("hit_rate"),
        F.avg("popular_hit").alias("popular_hit_rate"),
    ]
    sums = reduce(DataFrame.unionByName, parts).groupBy("served_on").agg(*cells).toPandas()
    joined = found.merge(sums, on="served_on", how="left")
    return _with_ends(joined.assign(users=joined["users"].fillna(0).astype(int)))


def periods(rows: DataFrame, learnt_until: dt.date, recent: dt.date, as_of: dt.date) -> DataFrame:
    """Return the interactions of the recent days and, as reference, of as many before `learnt_until`, each as it
    looked at the begin of its period: `period`, `popularity_of_item` (its place among the items: 100 for what most
    users have, 0 for a new one), `items_of_user` (log2 of one more than they had), `amount` (log2 of one more).
    """
    spans = {REFERENCE: days_before(rows, learnt_until, (as_of - recent).days + 1), CURRENT: (recent, as_of)}
    parts = [_period(rows, name, *span) for name, span in spans.items()]
    return parts[0].unionByName(parts[1])


def days_before(rows: DataFrame, learnt_until: dt.date, days: int) -> tuple[dt.date, dt.date]:
    """Return first and last of that many days, the last being the newest before `learnt_until` with an interaction:
    where there is one a year, the days just before may have none.
    """
    newest = rows.where(F.col(DAY) < F.lit(learnt_until)).agg(F.max(DAY)).first()[0]
    last = newest or learnt_until - _ONE
    return last - (days - 1) * _ONE, last


def movers(rows: DataFrame, items: DataFrame, learnt_until: dt.date, recent: dt.date, count: int = 8) -> pd.DataFrame:
    """Return the items whose share of the period's users rose or fell most: `name`, `before`, `now`.

    The periods are those of `periods`.
    """
    last = rows.agg(F.max(DAY)).first()[0]
    before = days_before(rows, learnt_until, (last - recent).days + 1)
    is_now = F.col(DAY) >= F.lit(recent)
    part = rows.where(is_now | F.col(DAY).between(*map(F.lit, before)))
    part = part.select(USER, ITEM, is_now.alias("now")).distinct()
    users = part.select(USER, "now").distinct().agg(F.count_if("now"), F.count_if(~F.col("now"))).first()
    shares = part.groupBy(ITEM).agg(
        (F.count_if("now") / max(users[0], 1)).alias("now"),
        (F.count_if(~F.col("now")) / max(users[1], 1)).alias("before"),
    )
    change = F.col("now") - F.col("before")
    ranked = [shares.orderBy(order, ITEM).limit(count) for order in (change.desc(), change.asc())]
    found = ranked[0].unionByName(ranked[1]).toPandas().drop_duplicates(ITEM)
    names = names_of(items, set(found[ITEM]))
    return found.assign(name=[names.get(one, one) for one in found[ITEM]])[["name", "before", "now"]]


def listed_by_day(stored: DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return `day` and `predictions`: how many users had a list on each day since the first serving; each serves until
    it is replaced.
    """
    counts = stored.groupBy("served_on").agg(F.count_distinct(USER).alias("predictions")).toPandas()
    served = counts.set_index(pd.to_datetime(counts["served_on"]))["predictions"].sort_index()
    days = pd.date_range(served.index[0], max(pd.Timestamp(as_of), served.index[0]))
    daily = served.reindex(days, method="ffill")
    return pd.DataFrame({DAY: [day.date() for day in days], "predictions": daily.to_numpy()})


def breaches(
    found: pd.DataFrame, expected: Mapping[str, Any], items: int, days: int, bounds: Mapping[str, float]
) -> list[Breach]:
    """Return where lists left what was measured at modeling; `found` of `by_serving`, `expected` its measures with the
    `model` that is served, `items` known, `days` of the hold-out.

    `bounds` has `loss` (share of the hit rate), `coverage` (share of that at modeling), `cold` (share of lists).
    """
    is_popular = POPULARITY in str(expected["model"])
    said: list[Breach] = []
    for row in found[found["users"] >= FEWEST_USERS].tail(1).itertuples():
        if not is_popular and row.hit_rate < row.popular_hit_rate:
            text = f"{row.hit_rate:.1%} of the lists of {row.served_on} were taken up, what is popular would have been "
            text += f"by {row.popular_hit_rate:.1%}"
            action = "Train again on newer days; until then serve what is popular."
            said.append(
                Breach(
                    "performance", "hit_rate", text, row.hit_rate, row.popular_hit_rate, "data_scientist_lead", action
                )
            )
        least = expected["hit_rate"] * (1 - bounds["loss"])
        if row.days >= 0.8 * days and row.hit_rate_high < least:
            text = (
                f"{row.hit_rate:.1%} of the users took something of their list, at modeling {expected['hit_rate']:.1%}"
            )
            action = "Look at which users and items are new, then train again."
            said.append(
                Breach("performance", "hit_rate_lost", text, row.hit_rate, least, "data_scientist_lead", action)
            )
    newest = found.iloc[-1]
    share, least = newest["items"] / max(items, 1), expected["coverage"] * bounds["coverage"]
    if share < least:
        text = f"{share:.1%} of the items are in some list, at modeling {expected['coverage']:.1%}"
        action = "Find out which items fell out of the lists, and whether they can still be had."
        said.append(Breach("quality", "coverage", text, share, least, "data_scientist_lead", action))
    if not is_popular and newest["cold"] > bounds["cold"]:
        text = f"{newest['cold']:.0%} of the users get only what is popular, since the model does not know them"
        said.append(Breach("quality", "cold_start", text, newest["cold"], bounds["cold"], "data_scientist_lead",
                           "Train again, so that newer users and items are known."))  # fmt: skip
    return said


def _outcomes(stored: DataFrame, popular: DataFrame, rows: DataFrame, day: dt.date, until: dt.date) -> DataFrame:
    """Return `served_on`, `hit`, `popular_hit` of each user with a list who took something new until then."""
    codes = F.collect_list(ITEM)
    lists = (
        stored.where((F.col("served_on") == F.lit(day)) & (F.col("rank") <= K)).groupBy(USER).agg(codes.alias("list"))
    )
    common = popular.where(F.col("served_on") == F.lit(day)).agg(
        F.array_sort(F.collect_list(F.struct("rank", ITEM))).alias("all")
    )
    common = common.select(F.transform("all", lambda one: one[ITEM]).alias("common"))
    had = histories(rows, day + _ONE).select(USER, "had")
    users = lists.join(had, USER).join(later(rows, day + _ONE, until), USER).crossJoin(F.broadcast(common))
    users = users.withColumn("new", F.array_except("came", "had")).where(F.size("new") > 0)
    usual = F.slice(F.array_except("common", "had"), 1, K)
    hits = [
        F.arrays_overlap("new", one).cast("double").alias(name)
        for name, one in (("hit", F.col("list")), ("popular_hit", usual))
    ]
    return users.select(F.lit(day).alias("served_on"), *hits)


def _period(rows: DataFrame, name: str, first: dt.date, last: dt.date) -> DataFrame:
    known = rows.where(F.col(DAY) < F.lit(first)).select(USER, ITEM).distinct()
    of_item = known.groupBy(ITEM).agg(F.count(F.lit(1)).alias("users"))
    of_user = known.groupBy(USER).agg(F.count(F.lit(1)).alias("had"))
    place = F.percent_rank().over(Window.orderBy("users"))
    of_item = of_item.select(ITEM, (1 + 99 * place).alias("place"))
    joined = rows.where(F.col(DAY).between(F.lit(first), F.lit(last))).join(of_item, ITEM, "left")
    popularity = F.coalesce(F.col("place"), F.lit(0.0)).alias("popularity_of_item")
    cells = [popularity, F.log2(1 + F.coalesce("had", F.lit(0))).alias("items_of_user")]
    amount = F.log2(1 + F.col(WEIGHT)).alias("amount")
    return joined.join(of_user, USER, "left").select(F.lit(name).alias(PERIOD), *cells, amount)


def _with_ends(found: pd.DataFrame) -> pd.DataFrame:
    """Add the ends of the intervals of both hit rates (Wilson 1927)."""
    users = found["users"].clip(lower=1)
    for name in ("hit_rate", "popular_hit_rate"):
        rate = found[name].astype(float)
        middle = (rate + 1.92 / users) / (1 + 3.84 / users)
        half = 1.96 / (1 + 3.84 / users) * (rate * (1 - rate) / users + 0.96 / users**2) ** 0.5
        found = found.assign(**{f"{name}_low": middle - half, f"{name}_high": middle + half})
    return found


def performance_rows(found: pd.DataFrame) -> list[Sequence[Any]]:
    """Return the rows of `monitoring.performance` by PERFORMANCE; a rate that is not known yet is None."""
    rates = ["hit_rate", "hit_rate_low", "hit_rate_high", "popular_hit_rate", "cold"]
    return [
        (row.served_on, row.until, int(row.lists), int(row.users), int(row.items),
         *(None if pd.isna(getattr(row, name)) else float(getattr(row, name)) for name in rates))
        for row in found.itertuples()
    ]  # fmt: skip


PERFORMANCE = (
    "served_on date, until date, lists long, users long, items long, hit_rate double, hit_rate_low double, "
    "hit_rate_high double, popular_hit_rate double, cold double"
)
"""Columns of `monitoring.performance` beside the as-of date."""
