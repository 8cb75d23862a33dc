"""What is known of a flight before it leaves: its schedule, the weather of the hour before, and how late others were.

Nothing here may look beyond the moment of the forecast. Weather is the last report before the scheduled hour; past rates
end with the day before and count a flight only once its outcome was known.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

WEATHER = ("temp", "humid", "wind_speed", "precip", "pressure", "visib", "precip_4h", "visib_min_4h", "pressure_change_3h")
PAST_RATES = (("origin", 1), ("dest", 1), ("dest", 28), ("carrier", 7), ("flight", 28))
"""Late rates of the past: of which group, over how many days that end with the day before."""
GROUPS = {"origin": ["origin"], "dest": ["dest"], "carrier": ["carrier"], "flight": ["carrier", "flight", "dest"]}
DAY_CLOSES_H = 28
"""Hours after midnight of a day at which its outcomes are taken: 4 in the next morning, before the first departure."""
PRIOR_FLIGHTS = 5
"""A group's rate is drawn to that of all flights as if so many flights had the common rate: few flights say little."""


def weather_before(weather: DataFrame) -> DataFrame:
    """Return the weather to use for departures of `time_hour`: the row of the hour before, and its trend.

    Adds `precip_4h` (inches in four hours), `visib_min_4h` (miles), `pressure_change_3h` (millibar; null where the report
    of three hours before is missing). The row of an hour is reported at its minute 51, so a flight at 12:05 may use that of 11.
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
    """Add `weekday` (1 Monday .. 7 Sunday) and how busy the schedule is: `flights_in_hour` (at the origin), `flights_in_day`."""
    per_hour = flights.groupBy("origin", "time_hour").agg(F.count(F.lit(1)).alias("flights_in_hour"))
    per_day = flights.groupBy("event_date").agg(F.count(F.lit(1)).alias("flights_in_day"))
    busy = flights.join(F.broadcast(per_hour), ["origin", "time_hour"], "left").join(
        F.broadcast(per_day), "event_date", "left"
    )
    return busy.withColumn("weekday", F.weekday("event_date") + 1)


def past_rates(flights: DataFrame, keys: Sequence[str], days: Sequence[int]) -> DataFrame:
    """Return per group `keys` and `event_date` the columns `late_<n>d` and `known_<n>d`: flights late, and of how many.

    They count the `n` days that end with the day before, and only flights that had landed when their day closed.
    """
    known = F.col("landed_at") < F.col("event_date").cast("timestamp") + F.make_dt_interval(hours=F.lit(DAY_CLOSES_H))
    daily = flights.groupBy(*keys, "event_date").agg(
        F.sum(F.when(known, F.col("is_late"))).alias("late"), F.count(F.when(known, F.col("is_late"))).alias("known")
    )
    ordered = Window.partitionBy(*keys).orderBy(F.unix_date("event_date"))
    past = {f"{name}_{n}d": F.sum(name).over(ordered.rangeBetween(-n, -1)) for name in ("late", "known") for n in days}
    return daily.select(*keys, "event_date", *[column.alias(name) for name, column in past.items()])


def add_past_rates(flights: DataFrame) -> DataFrame:
    """Add `late_rate_<group>_<n>d` (a share) for each of PAST_RATES; null only where no flight at all had landed before."""
    spans = sorted({days for _, days in PAST_RATES})
    common = past_rates(flights.withColumn("all", F.lit(1)), ["all"], spans)
    rates = {f"common_{n}d": F.col(f"late_{n}d") / F.col(f"known_{n}d") for n in spans}
    out = flights.join(F.broadcast(common.select("event_date", *_named(rates))), "event_date", "left")
    for group, keys in GROUPS.items():
        wanted = [days for name, days in PAST_RATES if name == group]
        out = out.join(past_rates(flights, keys, wanted), [*keys, "event_date"], "left")
        rates = {f"late_rate_{group}_{n}d": _drawn_to_common(n) for n in wanted}
        out = out.withColumns(rates).drop(*[f"{name}_{n}d" for name in ("late", "known") for n in wanted])
    return out.drop(*[f"common_{n}d" for n in spans])


def features(flights: DataFrame, weather: DataFrame) -> DataFrame:
    """Return `gold.features` of silver flights and silver weather: one row per flight, `is_late` null where unknown."""
    busy = add_past_rates(add_schedule(flights))
    joined = busy.join(F.broadcast(weather_before(weather)), ["origin", "time_hour"], "left")
    return joined.select(
        "flight_id",
        "scheduled_departure",
        "event_date",
        "is_late",
        "carrier",
        "origin",
        "dest",
        "departure_minute",
        "weekday",
        "distance",
        "flights_in_hour",
        "flights_in_day",
        "plane_age",
        "seats",
        *WEATHER,
        *[f"late_rate_{group}_{days}d" for group, days in PAST_RATES],
    )


def _drawn_to_common(days: int) -> object:
    late, known = (F.coalesce(F.col(f"{name}_{days}d"), F.lit(0)) for name in ("late", "known"))
    return (late + PRIOR_FLIGHTS * F.col(f"common_{days}d")) / (known + PRIOR_FLIGHTS)


def _named(columns: dict[str, object]) -> list[object]:
    return [column.alias(name) for name, column in columns.items()]
