"""Flights, weather, planes, airports and airlines: from bronze, which is text, to the joined `silver.flights`.

Every function is DataFrame -> DataFrame and reads nothing else. Times of flights are the local time of New York,
held as
a timestamp without a zone's help (sessions run in UTC); `time_hour` is that hour in UTC and joins flights with weather.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

LATE_AFTER_MIN = 15
"""A flight is late when it arrives more than so many minutes after its schedule (the definition of the US
authority)."""


def minutes_of_day(hhmm: str) -> Column:
    """Return minutes since midnight of a text or int column that writes 5:17 as 517; null unless it is a time of
    day.
    """
    number = F.col(hhmm).cast("int")
    hour, minute = F.floor(number / 100), number % 100
    return F.when((hour >= 0) & (hour <= 24) & (minute < 60), hour * 60 + minute).cast("int")


def event_date() -> Column:
    """Return the local date from the columns year, month, day."""
    return F.make_date(*[F.col(name).cast("int") for name in ("year", "month", "day")])


def in_days(df: DataFrame, first: object, last: object) -> DataFrame:
    """Return the rows whose `event_date` lies from `first` to `last`, both included."""
    return df.where(F.col("event_date").between(F.lit(first), F.lit(last)))


def type_flights(bronze: DataFrame) -> DataFrame:
    """Return one typed row per row of bronze: key, schedule, what happened (delays and times in minutes), `is_late`.

    `is_late` is 1, 0, or null where the flight never arrived at its destination (cancelled or diverted), which nobody
    knows before departure. `landed_at` is when its outcome was known: left late, flew so long.
    """
    whole = {name: F.col(name).cast("int") for name in ("dep_delay", "arr_delay", "air_time", "distance")}
    scheduled = F.col("event_date").cast("timestamp") + F.make_dt_interval(mins=minutes_of_day("sched_dep_time"))
    typed = bronze.select(
        F.concat_ws("-", "event_date", "carrier", "flight", "origin").alias("flight_id"),
        "event_date",
        scheduled.alias("scheduled_departure"),
        F.to_timestamp("time_hour").alias("time_hour"),
        "carrier",
        "flight",
        "origin",
        "dest",
        F.upper("tailnum").alias("tailnum"),
        minutes_of_day("sched_dep_time").alias("departure_minute"),
        minutes_of_day("dep_time").alias("left_minute"),
        *[column.alias(name) for name, column in whole.items()],
    )
    left_and_flew = F.make_dt_interval(mins=F.col("dep_delay") + F.col("air_time"))
    return typed.withColumns(
        {
            "is_cancelled": F.col("left_minute").isNull().cast("int"),
            "is_late": (F.col("arr_delay") > LATE_AFTER_MIN).cast("int"),
            "landed_at": F.col("scheduled_departure") + left_and_flew,
        }
    )


def outcomes(flights: DataFrame) -> dict[str, int]:
    """Return how many typed flights are `on_time`, `late`, `cancelled` and `diverted` (each flight is one of them)."""
    kinds = {
        "on_time": F.col("is_late") == 0,
        "late": F.col("is_late") == 1,
        "cancelled": F.col("is_late").isNull() & (F.col("is_cancelled") == 1),
        "diverted": F.col("is_late").isNull() & (F.col("is_cancelled") == 0),
    }
    row = flights.agg(*[F.count_if(kind).alias(name) for name, kind in kinds.items()]).first()
    assert row is not None
    return dict(row.asDict())


def type_weather(bronze: DataFrame) -> DataFrame:
    """Return one typed row per row of bronze: origin, `time_hour` (UTC), `event_date`, and what was measured.

    temp and dewp in Fahrenheit, humid in percent, wind_speed in mph, precip in inches within the hour, pressure in
    millibar, visib in miles. The row of an hour is its last report, at minute 51.
    """
    measured = ("temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib")
    return bronze.select(
        "origin",
        F.to_timestamp("time_hour").alias("time_hour"),
        "event_date",
        *[F.col(name).cast("double").alias(name) for name in measured],
    )


def type_planes(bronze: DataFrame) -> DataFrame:
    """Return tailnum, `built` (year; `year` of this source is not that of a flight) and seats."""
    return bronze.select(
        F.upper("tailnum").alias("tailnum"), F.col("year").cast("int").alias("built"), F.col("seats").cast("int")
    )


def join_reference(flights: DataFrame, planes: DataFrame, airports: DataFrame, airlines: DataFrame) -> DataFrame:
    """Return each flight once, with its plane, the position of its destination and its carrier's name where they are
    known.
    """
    places = airports.select(
        F.col("faa").alias("dest"),
        F.col("name").alias("dest_name"),
        F.col("lat").cast("double").alias("dest_lat"),
        F.col("lon").cast("double").alias("dest_lon"),
    )
    carriers = airlines.select("carrier", F.col("name").alias("carrier_name"))
    joined = flights
    for table, key in ((type_planes(planes), "tailnum"), (places, "dest"), (carriers, "carrier")):
        joined = joined.join(F.broadcast(table.dropDuplicates([key])), key, "left")
    return joined.withColumn("plane_age", F.year("event_date") - F.col("built"))
