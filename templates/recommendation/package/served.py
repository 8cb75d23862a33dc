"""Lists as they are stored: which days are still to be served, the rows, where the users went. `deployment` calls it.

A row of `serving.predictions` is identified by the day of serving, the user and the rank.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .cuts import histories
from .interactions import DAY, ITEM, USER
from .ranking import K
from .recommenders import POPULARITY, Recommender, popular, recommend

KEYS = ["served_on", USER, "rank"]
_NEXT = dt.timedelta(days=1)


def days_to_serve(is_first: bool, test_start: dt.date, as_of: dt.date) -> list[dt.date]:
    """Return the days whose lists are made: the as-of date, and the first time the day before the hold-out as well, so
    that there is something to hold against what came.
    """
    past = test_start - _NEXT
    return [past, as_of] if is_first and past < as_of else [as_of]


def of_days(days: Sequence[dt.date]) -> str:
    """Return the SQL condition that a row was served on one of the days."""
    said = [f"date'{day}'" for day in days]
    return f"served_on in ({', '.join(said)})"


def users_to_serve(rows: DataFrame, day: dt.date, active_days: int) -> DataFrame:
    """Return what the users who did something in `active_days` days had by the end of a day, see `cuts.histories`."""
    return histories(rows, day + _NEXT, day - dt.timedelta(days=active_days - 1))


def predictions(
    recommender: Recommender, rows: DataFrame, days: Sequence[dt.date], active_days: int, only: DataFrame | None = None
) -> DataFrame:
    """Return the rows of `serving.predictions` but for their origin: KEYS, `item`, `score`, `by` (whose choice it is:
    the recommender's, or `popularity` where it does not know enough). For the users of `only`, where it is given.
    """
    parts = []
    for day in days:
        users = users_to_serve(rows, day, active_days)
        users = users if only is None else users.join(only, USER, "left_semi")
        made = recommend(recommender, users, popular(rows, day + _NEXT, recommender.settings["days"]))
        cells = made.select(F.lit(day).alias("served_on"), USER, "own", F.posexplode("list").alias("place", "one"))
        by = F.when(F.col("place") < F.col("own"), recommender.kind).otherwise(POPULARITY)
        rank, item, score = (F.col("place") + 1).alias("rank"), F.col(f"one.{ITEM}"), F.col("one.score")
        parts.append(cells.where(F.col("place") < K).select("served_on", USER, rank, item, score, by.alias("by")))
    return reduce(DataFrame.unionByName, parts)


def popular_rows(recommender: Recommender, rows: DataFrame, days: Sequence[dt.date]) -> DataFrame:
    """Return the rows of `serving.popular`, the list for whoever has none: `served_on`, `rank`, `item`, `score`."""
    parts = []
    for day in days:
        one = popular(rows, day + _NEXT, recommender.settings["days"])
        cells = one.select(F.lit(day).alias("served_on"), F.posexplode("list").alias("place", "one"))
        parts.append(cells.select("served_on", (F.col("place") + 1).alias("rank"), F.col(f"one.{ITEM}"), "one.score"))
    return reduce(DataFrame.unionByName, parts)


def users_account(rows: DataFrame, stored: DataFrame, day: dt.date, active_days: int) -> dict[str, int]:
    """Return where the users known by the end of a day went: `read`, `inactive`, `without_list`, `written`."""
    last = rows.where(F.col(DAY) <= F.lit(day)).groupBy(USER).agg(F.max(DAY).alias("last"))
    active = F.col("last") > F.lit(day - dt.timedelta(days=active_days))
    read, found = last.agg(F.count(F.lit(1)), F.count_if(active)).first()
    written = stored.where(F.col("served_on") == F.lit(day)).select(USER).distinct().count()
    return {"read": read, "inactive": read - found, "without_list": found - written, "written": written}


def cold_share(stored: DataFrame) -> float:
    """Return the share of users whose whole list is what is popular."""
    own = stored.groupBy("served_on", USER).agg(F.count_if(F.col("by") != POPULARITY).alias("own"))
    return float(own.agg(F.avg((F.col("own") == 0).cast("double"))).first()[0] or 0.0)


def smoke(
    by_alias: Recommender, rows: DataFrame, stored: DataFrame, day: dt.date, active_days: int, most: int = 100
) -> tuple[float, int, int]:
    """Return the largest difference of a score, the places compared and those wanted: what the registry gives now for a
    few users against what is stored. A place with another item is not compared.
    """
    few = stored.where(F.col("served_on") == F.lit(day)).select(USER).distinct().orderBy(F.xxhash64(USER)).limit(most)
    again = predictions(by_alias, rows, [day], active_days, only=few)
    now = again.select(*KEYS, F.col(ITEM).alias("item_now"), F.col("score").alias("score_now"))
    wanted = stored.join(few, USER, "left_semi").where(F.col("served_on") == F.lit(day))
    both = wanted.join(now, KEYS, "left").withColumn("same", F.col(ITEM) == F.col("item_now"))
    apart = F.abs(F.col("score") - F.col("score_now")) / F.greatest(F.lit(1.0), F.abs("score"))
    found = both.agg(F.max(F.when(F.col("same"), apart)), F.count_if("same"), F.count(F.lit(1))).first()
    return found[0], found[1], found[2]
