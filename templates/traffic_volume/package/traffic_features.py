"""What is known of an hour's traffic the evening before: calendar, holidays, weather (for its forecast), usual volume.

Nothing here may look at the day of the hour or beyond but for its weather.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .features import CALENDAR_MEANINGS, with_calendar

WEEKS = 4
"""Weeks before an hour of which the usual volume is the median."""
HOLIDAY, BEFORE, AFTER, ORDINARY = "holiday", "before a holiday", "after a holiday", "ordinary"
MEANINGS = {
    "date_time": "the hour, local time",
    "traffic_volume": "vehicles westbound within the hour: the target",
    **CALENDAR_MEANINGS,
    "day_of_year": "1 on the first of January",
    "day_kind": "holiday, the day before or after one, or ordinary",
    "is_day_off": "1 on holidays, Saturdays and Sundays, else 0",
    "usual_4w": "median volume of the same hour and weekday in the four weeks before; empty where none was counted",
    "temp": "air temperature, kelvin",
    "rain_1h": "rain within the hour, millimetres",
    "snow_1h": "snow within the hour, millimetres",
    "clouds_all": "share of the sky that is covered, percent",
    "weather_main": "kind of weather that hinders traffic most in the hour",
}


def features(hours: DataFrame, problem: Mapping[str, Any]) -> DataFrame:
    """Return the columns of MEANINGS for each hour of `silver.traffic`."""
    known = with_calendar(add_usual(add_day_kind(hours)), problem)
    added = {
        "day_of_year": F.dayofyear("date_time"),
        "is_day_off": ((F.col("event_weekday") >= 6) | (F.col("day_kind") == HOLIDAY)).cast("int"),
    }
    return known.withColumns(added).select(*MEANINGS)


def add_day_kind(hours: DataFrame) -> DataFrame:
    """Add `day_kind`: the source names a holiday in the first hour of its day only, here the whole day is one."""
    day = F.to_date("date_time")
    named = hours.where(F.col("holiday").isNotNull()).select(day.alias("day")).distinct()
    near = [named.select(F.date_add("day", days).alias("day"), F.lit(kind).alias("kind"), F.lit(rank).alias("rank"))
            for rank, (days, kind) in enumerate(((0, HOLIDAY), (-1, BEFORE), (1, AFTER)))]  # fmt: skip
    kinds = near[0].union(near[1]).union(near[2]).groupBy("day").agg(F.min_by("kind", "rank").alias("day_kind"))
    joined = hours.withColumn("day", day).join(F.broadcast(kinds), "day", "left")
    return joined.withColumn("day_kind", F.coalesce("day_kind", F.lit(ORDINARY))).drop("day")


def add_usual(hours: DataFrame) -> DataFrame:
    """Add `usual_4w`, the median volume of the same hour and weekday in the WEEKS before, of those counted."""
    week = F.explode(F.array(*[F.lit(number) for number in range(1, WEEKS + 1)])).alias("week")
    before = hours.select("date_time", "traffic_volume", week)
    moved = before.withColumn("date_time", F.expr("date_time + make_dt_interval(7 * week)"))
    usual = moved.groupBy("date_time").agg(F.median("traffic_volume").alias("usual_4w"))
    return hours.join(usual, "date_time", "left")
