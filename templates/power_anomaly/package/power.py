"""Readings of an electricity meter: from minutes to hours in one pass. `definition` and `data_engineering` call it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

MOMENT_SQL = "try_to_timestamp(concat(`date`, ' ', `time`), 'd/M/yyyy H:mm:ss')"
READINGS = {
    "power": "global_active_power",
    "reactive": "global_reactive_power",
    "voltage": "voltage",
    "current": "global_intensity",
    "kitchen": "sub_metering_1",
    "laundry": "sub_metering_2",
    "heating": "sub_metering_3",
}
"""Names of the readings, and the source's columns of text."""


def day_of_minute() -> Column:
    """Return the day of a raw minute, 0001-01-01 where it has no readable date."""
    return F.expr("coalesce(to_date(try_to_timestamp(`date`, 'd/M/yyyy')), date'0001-01-01')")


def minutes(rows: DataFrame) -> DataFrame:
    """Return raw minutes typed: `minute` (timestamp) and READINGS, empty where the meter gave `?`."""
    cells = [F.expr(f"try_cast(`{column}` as double)").alias(name) for name, column in READINGS.items()]
    return rows.select(F.expr(MOMENT_SQL).alias("minute"), *cells)


def hours(minutes: DataFrame) -> DataFrame:
    """Return one row per hour: `hour`, `minutes` (rows), `minutes_known` (with a voltage), `minutes_distinct`; voltage
    as `voltage_mean`, `voltage_max`, `voltage_min`, `voltage_sd`, `voltage_last` (mean of its last ten minutes); means,
    `power_max` (kilowatts); `kitchen`, `laundry`, `heating` (watt-hours of the known minutes).

    A minute without a reading is counted and left out of every mean. Minutes without a readable time make one row.
    """
    minute = F.minute("minute")
    voltage, late = F.col("voltage"), F.when(minute >= 50, F.col("voltage"))
    return minutes.groupBy(F.date_trunc("hour", "minute").alias("hour")).agg(
        F.count(F.lit(1)).alias("minutes"),
        F.count("voltage").alias("minutes_known"),
        F.size(F.collect_set(minute)).alias("minutes_distinct"),
        F.avg(voltage).alias("voltage_mean"),
        F.max(voltage).alias("voltage_max"),
        F.min(voltage).alias("voltage_min"),
        F.stddev(voltage).alias("voltage_sd"),
        F.avg(late).alias("voltage_last"),
        F.avg("power").alias("power_mean"),
        F.max("power").alias("power_max"),
        F.avg("reactive").alias("reactive_mean"),
        F.avg("current").alias("current_mean"),
        *[F.sum(name).alias(name) for name in ("kitchen", "laundry", "heating")],
    )


def minute_counts(hours: DataFrame) -> dict[str, int]:
    """Return how many minutes are in a table of hours: `with_reading` and `without`."""
    row = hours.agg(F.sum("minutes_known").alias("known"), F.sum("minutes").alias("rows")).first()
    known, rows = row["known"] or 0, row["rows"] or 0
    return {"with_reading": known, "without": rows - known}
