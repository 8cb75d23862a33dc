"""Reports of traffic and weather: from rows, one for each kind of weather in an hour, to one row per hour."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

SEVERITY = (
    "Clear", "Clouds", "Smoke", "Haze", "Mist", "Drizzle", "Rain", "Fog", "Squall", "Thunderstorm", "Snow",
)  # fmt: skip
"""Kinds of weather, from the one that hinders traffic least to the one that hinders it most."""


def one_row_per_hour(rows: DataFrame) -> DataFrame:
    """Return one row per hour of typed reports: `date_time`, `holiday`, `temp` (kelvin, mean), `rain_1h`, `snow_1h`
    (millimetres, most), `clouds_all` (percent, most), `weather_main` (the worst kind), `traffic_volume`, `reports`.

    All reports of an hour have the same count of vehicles. A kind of weather that SEVERITY lacks counts as the mildest.
    """
    kinds = ", ".join(f"'{kind}'" for kind in SEVERITY)
    severity = F.expr(f"array_position(array({kinds}), weather_main)")
    most = [F.max(name).alias(name) for name in ("rain_1h", "snow_1h", "clouds_all")]
    return rows.groupBy("date_time").agg(
        F.max("holiday").alias("holiday"),
        F.avg("temp").alias("temp"),
        *most,
        F.max_by("weather_main", severity).alias("weather_main"),
        F.max("traffic_volume").alias("traffic_volume"),
        F.count(F.lit(1)).cast("int").alias("reports"),
    )
