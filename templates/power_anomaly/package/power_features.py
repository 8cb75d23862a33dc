"""What is known of an hour before it begins: the hours before it, never the hour itself. `data_engineering` calls it.

Windows go by the clock and not by rows, so that an hour after a gap does not take an older one for the last.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from .features import CALENDAR_MEANINGS

BOUND = 250.0
"""Volts from which on the meter team wants to know; 253 is the limit in Europe (230 V + 10 %, EN 50160)."""
LAST = (
    "voltage_max", "voltage_min", "voltage_mean", "voltage_sd", "voltage_last", "power_mean", "power_max",
    "reactive_mean", "current_mean", "kitchen", "laundry", "heating", "minutes_known",
)  # fmt: skip
"""Of the hour before, as `<name>_1`."""
MEANINGS = {
    "hour": "begin of the hour, local time",
    "overvoltage": f"1 if a minute of the hour reached {BOUND:g} volts, else 0: the label; empty for the hour to come",
    **{f"{name}_1": f"{name.replace('_', ' ')} of the hour before" for name in LAST},
    "voltage_max_2": "highest voltage two hours before",
    "voltage_max_3": "highest voltage three hours before",
    "voltage_max_24": "highest voltage a day before",
    "voltage_max_168": "highest voltage a week before",
    "voltage_day": "mean voltage of the 24 hours before",
    "voltage_day_max": "highest voltage of the 24 hours before",
    "voltage_week": "mean of the highest voltages of the hours of the week before",
    "voltage_usual": "mean of the highest voltages of the same hour on the seven days before",
    "voltage_rise": "mean change of the highest voltage into the same hour on the seven days before",
    "voltage_expected": "highest voltage of the hour before, and the usual change into this hour",
    **CALENDAR_MEANINGS,
}


def with_next_hour(hours: DataFrame) -> DataFrame:
    """Add the hour after the last one, of which nothing is known yet: it is scored."""
    after = hours.agg((F.max("hour") + F.expr("interval 1 hour")).alias("hour"))
    return hours.unionByName(after, allowMissingColumns=True)


def features(hours: DataFrame) -> DataFrame:
    """Return the columns of MEANINGS for each hour, the calendar aside; only `overvoltage` is of the hour itself."""
    number = (F.unix_timestamp("hour") / 3600).cast("long")
    numbered = with_next_hour(hours).withColumns({"_hour": number, "_day": F.floor(number / 24), "_clock": number % 24})
    known = numbered.withColumn("_change", F.col("voltage_max") - _back(F.max("voltage_max"), 1))
    same = Window.partitionBy("_clock").orderBy("_day").rangeBetween(-7, -1)
    columns = {f"{name}_1": _back(F.max(name), 1) for name in LAST}
    columns |= {f"voltage_max_{back}": _back(F.max("voltage_max"), back) for back in (2, 3, 24, 168)}
    columns |= {
        "voltage_day": _since(F.avg("voltage_mean"), 24),
        "voltage_day_max": _since(F.max("voltage_max"), 24),
        "voltage_week": _since(F.avg("voltage_max"), 168),
        "voltage_usual": F.avg("voltage_max").over(same),
        "voltage_rise": F.avg("_change").over(same),
        "overvoltage": (F.col("voltage_max") >= BOUND).cast("int"),
    }
    made = known.withColumns(columns)
    expected = made.withColumn("voltage_expected", F.col("voltage_max_1") + F.col("voltage_rise"))
    return expected.select(*[name for name in MEANINGS if name not in CALENDAR_MEANINGS])


def _back(value: Column, hours: int) -> Column:
    """Return an aggregate of the one hour so many hours back, null where it has no row."""
    return value.over(Window.orderBy("_hour").rangeBetween(-hours, -hours))


def _since(value: Column, hours: int) -> Column:
    """Return an aggregate of the hours before, so many at most."""
    return value.over(Window.orderBy("_hour").rangeBetween(-hours, -1))
