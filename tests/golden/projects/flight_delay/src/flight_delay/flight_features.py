"""What is known of a flight before it leaves: its schedule, the weather of the hour before, and how late others were.

Nothing here may look beyond the moment of the forecast. Weather is the last report before the scheduled hour; past
rates end with the day before and count a flight only once its outcome was known.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

MEASURED = ("temp", "humid", "wind_speed", "precip", "pressure", "visib")
WEATHER = (*MEASURED, "precip_4h", "visib_min_4h", "pressure_change_3h")
GROUP_DAYS = {"origin": 1, "dest": 1, "carrier": 7}
"""Groups of flights whose past late rate is a feature, and over how many days that end with the day before."""
NUMBER_DAYS = 28
"""Days over which the late rate of the same flight number to the same place is taken."""
RATES = (*(f"late_rate_{group}_{days}d" for group, days in GROUP_DAYS.items()), f"late_rate_flight_{NUMBER_DAYS}d")
DAY_CLOSES_H = 28
"""Hours after midnight of a day at which its outcomes are taken: 4 in the next morning, before the first departure."""
PRIOR_FLIGHTS = 5
"""A rate is drawn to that of all flights as if so many flights had the common rate: few flights say little."""


def weather_before(weather: DataFrame) -> DataFrame:
    """Return the weather to use for departures of `time_hour`: the row of the hour before, and its trend.

    Adds `precip_4h` (inches in four hours), `visib_min_4h` (miles), `pressure_change_3h` (millibar; null where there is
    no report of three hours before). The row of an hour is reported at its minute 51: a flight at 12:05 may use that of
    11, not that of 12.
    """
    hours = F.unix_timestamp("time_hour") / 3600
    past = Window.partitionBy("origin").orderBy(hours)
    four, three_before = past.rangeBetween(-3, 0), past.rangeBetween(-3, -3)
    trend = weather.withColumns(
        {
            "precip_4h": F.sum("precip").over(four),
            "visib_min_4h": F.min("visib").over(four),
            "pressure_change_3h": F.col("pressure") - F.first("pressure").over(three_before),
        }
    )
    usable_at = F.col("time_hour") + F.expr("interval 1 hour")
    return trend.select("origin", usable_at.alias("time_hour"), *WEATHER)


def add_schedule(flights: DataFrame) -> DataFrame:
    """Add `weekday` (1 Monday .. 7 Sunday), `flights_in_hour` (scheduled at the origin), `flights_in_day` (in all)."""
    per_hour = flights.groupBy("origin", "time_hour").agg(F.count(F.lit(1)).alias("flights_in_hour"))
    per_day = flights.groupBy("event_date").agg(F.count(F.lit(1)).alias("flights_in_day"))
    busy = flights.join(F.broadcast(per_hour), ["origin", "time_hour"], "left")
    busy = busy.join(F.broadcast(per_day), "event_date", "left")
    return busy.withColumn("weekday", F.weekday("event_date") + 1)


def add_past_rates(flights: DataFrame) -> DataFrame:
    """Add the RATES (shares) that were known before the day began; null only where no flight at all had landed before.

    They count the days that end with the day before, and of these the flights that had landed when their day closed.
    """
    closes = F.col("event_date").cast("timestamp") + F.make_dt_interval(hours=F.lit(DAY_CLOSES_H))
    counted = flights.withColumn("outcome", F.when(F.col("landed_at") < closes, F.col("is_late")))
    out = counted.join(F.broadcast(_common_rates(counted)), "event_date", "left")
    for group, days in GROUP_DAYS.items():
        rated = out.join(F.broadcast(_past_counts(counted, group, days)), [group, "event_date"], "left")
        out = rated.withColumn(f"late_rate_{group}_{days}d", _drawn_to_common(days)).drop("late", "known")
    number = Window.partitionBy("carrier", "flight", "dest").orderBy(F.unix_date("event_date"))
    past = number.rangeBetween(-NUMBER_DAYS, -1)
    rated = out.withColumns({"late": F.sum("outcome").over(past), "known": F.count("outcome").over(past)})
    rated = rated.withColumn(f"late_rate_flight_{NUMBER_DAYS}d", _drawn_to_common(NUMBER_DAYS))
    return rated.select(*flights.columns, *RATES)


def features(flights: DataFrame, weather: DataFrame) -> DataFrame:
    """Return `gold.features` of silver flights and silver weather: one row per flight, `is_late` null where unknown."""
    joined = add_past_rates(add_schedule(flights)).join(
        F.broadcast(weather_before(weather)), ["origin", "time_hour"], "left"
    )
    schedule = ("departure_minute", "weekday", "distance", "flights_in_hour", "flights_in_day", "plane_age", "seats")
    case = ("flight_id", "scheduled_departure", "event_date", "is_late", "carrier", "origin", "dest")
    return joined.select(*case, *schedule, *WEATHER, *RATES)


def _past_counts(counted: DataFrame, group: str, days: int) -> DataFrame:
    """Return `late` and `known` flights of each group over the `days` that end with the day before `event_date`."""
    daily = counted.groupBy(group, "event_date").agg(F.sum("outcome").alias("n"), F.count("outcome").alias("m"))
    past = Window.partitionBy(group).orderBy(F.unix_date("event_date")).rangeBetween(-days, -1)
    return daily.select(group, "event_date", F.sum("n").over(past).alias("late"), F.sum("m").over(past).alias("known"))


def _common_rates(counted: DataFrame) -> DataFrame:
    """Return per `event_date` the late rate of all flights over each span of days that end with the day before."""
    together = counted.withColumn("all", F.lit(1))
    spans = sorted({*GROUP_DAYS.values(), NUMBER_DAYS})
    daily = together.groupBy("all", "event_date").agg(F.sum("outcome").alias("n"), F.count("outcome").alias("m"))
    by_day = Window.partitionBy("all").orderBy(F.unix_date("event_date"))
    past = {days: by_day.rangeBetween(-days, -1) for days in spans}
    rates = [(F.sum("n").over(frame) / F.sum("m").over(frame)).alias(f"common_{n}") for n, frame in past.items()]
    return daily.select("event_date", *rates)


def _drawn_to_common(days: int) -> Column:
    late, known = (F.coalesce(F.col(name), F.lit(0)) for name in ("late", "known"))
    return (late + PRIOR_FLIGHTS * F.col(f"common_{days}")) / (known + PRIOR_FLIGHTS)
