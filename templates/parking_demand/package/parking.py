"""Counts of cars as shares of capacity. `definition` and `data_engineering` call it."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

MEANINGS = {
    "car_park": "Code or name of the car park",
    "counted_at": "Begin of the half hour to which the count belongs",
    "occupancy": "Cars inside over spaces: 0 is empty, 1 is full; the mean of the half hour's counts",
}


def counted_on() -> Column:
    """Return the day of a raw count, 0001-01-01 where it has no readable time."""
    return F.expr("coalesce(to_date(try_cast(LastUpdated as timestamp)), date'0001-01-01')")


def occupancy(counts: DataFrame) -> DataFrame:
    """Return raw counts typed, as `car_park`, `counted_at`, `cars`, `capacity`, with `occupancy`: cars as a share of
    capacity, empty where there is no capacity.
    """
    kinds = {"SystemCodeNumber": "string", "LastUpdated": "timestamp", "Occupancy": "bigint", "Capacity": "bigint"}
    names = ["car_park", "counted_at", "cars", "capacity"]
    cells = [
        F.expr(f"try_cast({raw} as {kind})").alias(name) for (raw, kind), name in zip(kinds.items(), names, strict=True)
    ]
    return counts.select(*cells).withColumn("occupancy", F.expr("if(capacity > 0, cars / capacity, null)"))
