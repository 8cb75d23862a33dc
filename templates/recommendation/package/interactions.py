"""Interactions: who dealt with what on which day, and how much. Everything that recommends starts from `events`.

`definition`, `data_engineering` and all later stages call it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

USER, ITEM, DAY, WEIGHT = "user", "item", "day", "weight"
ROWS = "rows"
"""Column of gold.features: interactions of that user with that item on that day."""
MEANINGS = {ROWS: "Interactions of that user with that item on that day"}
FEWEST_USERS, FEWEST_ITEMS = 100, 20
"""Judged users and items below which nothing can be measured."""


def rows_wanted(problem: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what an interaction must have: who, what, when; and more than nothing where there is an amount."""
    user, item, time, target = (problem[one] for one in ("user", "item", "event_time", "target"))
    said = {
        "user_known": (f"`{user}` is not null", "Without a user it cannot be told whose interest it was."),
        "item_known": (f"`{item}` is not null", "Without an item nothing can be recommended."),
        "time_known": (f"`{time}` is not null", "Without a time it cannot be told what came before what."),
    }
    if target:
        said["amount_positive"] = (f"`{target}` > 0", "No amount, or one of nothing, is no sign of interest.")
    return [
        {"name": name, "condition": condition, "action": "quarantine", "description": why}
        for name, (condition, why) in said.items()
    ]


def by_day(rows: DataFrame, problem: Mapping[str, Any]) -> DataFrame:
    """Return one row per user, item and day, under the names of kit.yml: the sum of the target, and `rows`."""
    names = [problem[one] for one in ("user", "item", "event_time")]
    keys = [_column(names[0]), _column(names[1]), F.to_date(_column(names[2]).cast("timestamp")).alias(names[2])]
    totals = [F.count(F.lit(1)).alias(ROWS)]
    if problem["target"]:
        totals = [F.sum(_column(problem["target"])).alias(problem["target"]), *totals]
    return rows.groupBy(*keys).agg(*totals)


def events(gold: DataFrame, problem: Mapping[str, Any], last: dt.date | None = None) -> DataFrame:
    """Return `user`, `item` (texts), `day`, `weight` of gold.features up to a day; without a target each counts 1."""
    weight = _column(problem["target"]).cast("double") if problem["target"] else F.lit(1.0)
    found = gold.select(
        _column(problem["user"]).cast("string").alias(USER),
        _column(problem["item"]).cast("string").alias(ITEM),
        F.to_date(_column(problem["event_time"])).alias(DAY),
        weight.alias(WEIGHT),
    )
    return found if last is None else found.where(F.col(DAY) <= F.lit(last))


def pairs(rows: DataFrame) -> DataFrame:
    """Return one row per user and item of `events`: `first`, `last` (days), `weight` (sum), `days`."""
    return rows.groupBy(USER, ITEM).agg(
        F.min(DAY).alias("first"),
        F.max(DAY).alias("last"),
        F.sum(WEIGHT).alias(WEIGHT),
        F.count(F.lit(1)).alias("days"),
    )


def size(rows: DataFrame) -> dict[str, Any]:
    """Return how much there is in one pass over the pairs: `interactions` (by day), `pairs`, `users`, `items`,
    `first`, `last`, `density` (pairs over users times items), `repeats` (share of interactions that are no first ones).
    """
    cells = [
        F.sum("days"),
        F.count(F.lit(1)),
        F.count_distinct(USER),
        F.count_distinct(ITEM),
        F.min("first"),
        F.max("last"),
    ]
    count, distinct, users, items, first, last = pairs(rows).agg(*cells).first()
    found = {
        "interactions": count or 0,
        "pairs": distinct,
        "users": users,
        "items": items,
        "first": first,
        "last": last,
    }
    density = distinct / max(users * items, 1)
    return {**found, "density": density, "repeats": 1 - distinct / max(count or 0, 1)}


def by_month(rows: DataFrame) -> pd.DataFrame:
    """Return by month: `month` (its first day), `users`, `items`, `interactions`, `new` (first ones of a pair)."""
    month = F.trunc(DAY, "month").cast("date")
    known = rows.join(pairs(rows).select(USER, ITEM, "first"), [USER, ITEM])
    cells = [F.count_distinct(USER).alias("users"), F.count_distinct(ITEM).alias("items")]
    cells += [F.count(F.lit(1)).alias("interactions"), F.count_if(F.col(DAY) == F.col("first")).alias("new")]
    return known.groupBy(month.alias("month")).agg(*cells).toPandas().sort_values("month", ignore_index=True)


def spread(rows: DataFrame) -> pd.DataFrame:
    """Return how many users have so many items and how many items so many users: `of` (user or item), `power` (the
    count lies from 2**power up to twice that), `number`, `pairs`.
    """
    both = pairs(rows).select(F.explode(F.array(*[_side(USER), _side(ITEM)])).alias("side")).select("side.*")
    counts = both.groupBy("of", "name").agg(F.count(F.lit(1)).alias("count"))
    power = F.floor(F.log2("count")).cast("int").alias("power")
    found = counts.groupBy("of", power).agg(F.count(F.lit(1)).alias("number"), F.sum("count").alias("pairs"))
    return found.toPandas().sort_values(["of", "power"], ignore_index=True)


def day_counts(rows: DataFrame) -> pd.DataFrame:
    """Return `day` and its `rows`, in order; bounded by the days."""
    return rows.groupBy(DAY).agg(F.count(F.lit(1)).alias("rows")).toPandas().sort_values(DAY, ignore_index=True)


def item_names(gold: DataFrame, problem: Mapping[str, Any]) -> DataFrame:
    """Return the items with what people call them: `item`, `name`. Without another source the name is the item."""
    item = _column(problem["item"]).cast("string")
    return gold.select(item.alias(ITEM)).distinct().withColumn("name", F.col(ITEM))


def day_account(gold: DataFrame) -> dict[str, int]:
    """Return where interactions went: `written`, rows of gold.features, and `same_day`, what they hold beyond one."""
    rows, total = gold.agg(F.count(F.lit(1)), F.coalesce(F.sum(ROWS), F.lit(0))).first()
    return {"written": rows, "same_day": total - rows}


def sizes(found: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of `size` that a run records."""
    return {name: float(found[name]) for name in ("users", "items", "pairs", "density", "repeats")}


def summary(found: Mapping[str, Any]) -> pd.DataFrame:
    """Return `size` in one row for a reader."""
    row = {name: f"{found[name]:,}" for name in ("users", "items", "interactions", "pairs")}
    row |= {"pairs over all that could be": f"{found['density']:.2%}", "had before": f"{found['repeats']:.0%}"}
    return pd.DataFrame([{**row, "first": str(found["first"]), "last": str(found["last"])}])


def recommendation(breaches: Sequence[str], found: Mapping[str, Any]) -> tuple[str, str]:
    """Return the outcome at the gate of data engineering and why."""
    if not found["interactions"]:
        return "abandon", "gold.features has no rows"
    if breaches:
        return "collect more", "; ".join(breaches)
    said = f"{found['interactions']:,} interactions of {found['users']:,} users with {found['items']:,} items"
    return "proceed", f"{said}, each user, item and day once"


def worth(
    found: Mapping[str, Any], account: Mapping[str, int], breaches: Sequence[str], best: Mapping[str, Any]
) -> tuple[str, str]:
    """Return the outcome at the gate of the definition and why; `account` of `cuts.users_account`, `best` the measures
    of the best simple rule.
    """
    if account["judged"] < FEWEST_USERS or found["items"] < FEWEST_ITEMS:
        said = f"{account['judged']} users can be judged, of {found['items']} items"
        return "stop", f"{said}; with fewer than {FEWEST_USERS} and {FEWEST_ITEMS} nothing can be measured"
    if breaches:
        return "revise", f"sources break their contract: {'; '.join(breaches)}"
    return (
        "go",
        f"{account['judged']:,} users can be judged; to beat: {best['candidate']}, hit rate {best['hit_rate']:.3f}",
    )


def _side(name: str) -> Column:
    return F.struct(F.lit(name).alias("of"), F.col(name).alias("name"))


def _column(name: str) -> Column:
    return F.col(f"`{name}`")
