"""What monitoring looks at: forecasts against what came, the level of the series, series that fell silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .alerts import Breach
from .drift import CURRENT, PERIOD, REFERENCE

DAY = "day"


@dataclass(frozen=True)
class Columns:
    """What drift looks at."""

    numeric: tuple[str, ...] = ("value_to_usual",)
    categorical: tuple[str, ...] = ()


def level_periods(observed: DataFrame, first: int, recent: int, last: int) -> DataFrame:
    """Return the values before the slot `first` as reference and from `recent` to `last` as the current period:
    `period` and `value_to_usual`, the value in parts of its series' usual size.
    """
    usual = observed.where(F.col("slot") < first).groupBy("series").agg(F.avg(F.abs("value")).alias("usual"))
    slot = F.col("slot")
    period = F.when(slot < first, REFERENCE).when(slot.between(recent, last), CURRENT)
    rows = observed.join(F.broadcast(usual), "series").withColumn(PERIOD, period).where(period.isNotNull())
    relative = F.col("value") / F.greatest("usual", F.lit(1e-12))
    return rows.select(PERIOD, relative.alias("value_to_usual"))


def against_actual(stored: DataFrame, observed: DataFrame) -> DataFrame:
    """Return the stored forecasts with `value`, empty where it has not come."""
    return stored.join(observed, ["series", "slot"], "left")


def errors_by(known: DataFrame, by: str) -> pd.DataFrame:
    """Return by the SQL expression `by`: `value`, `rows`, `mae`, `bias` (forecast less actual), `coverage`, `size`
    (mean absolute value), of the forecasts whose value has come, in order.
    """
    error = F.col("forecast") - F.col("value")
    inside = F.col("value").between(F.col("low"), F.col("high")).cast("double")
    cells = {"mae": F.avg(F.abs(error)), "bias": F.avg(error), "coverage": F.avg(inside), "size": F.avg(F.abs("value"))}
    rows = known.where("value is not null").groupBy(F.expr(by).alias("group"))
    found = rows.agg(F.count(F.lit(1)).alias("rows"), *[one.alias(name) for name, one in cells.items()]).toPandas()
    return found.rename(columns={"group": "value"}).sort_values("value", ignore_index=True)


def silent_series(observed: DataFrame, last: int, season: int, most: int = 20) -> pd.DataFrame:
    """Return the series without a value in the season up to the slot `last` that had some in the three before it:
    `series`, `last` (slot). Those that have been silent for longer are known.
    """
    ends = observed.groupBy("series").agg(F.max("slot").alias("last"))
    fell = ends.where(F.col("last").between(last - 4 * season + 1, last - season))
    return fell.orderBy("series").limit(most).toPandas()


def performance_breaches(
    recent: Mapping[str, float], expected: Mapping[str, float], role: str, bounds: Mapping[str, float]
) -> list[Breach]:
    """Return where forecasts left what was measured at modeling: their error, their bias, the share in the interval.

    `bounds` has `error` (how much larger, as a share), `bias` (in parts of the error), `coverage` (how much less).
    """
    found, most = [], expected["mae"] * (1 + bounds["error"])
    if recent["mae"] > most:
        said = f"the mean absolute error is {recent['mae']:.3g}, at modeling it was {expected['mae']:.3g}"
        action = "Look at the series with the largest errors, then train again on newer steps."
        found.append(Breach("performance", "mae", said, recent["mae"], most, role, action))
    lean = abs(recent["bias"]) / max(recent["mae"], 1e-12)
    if lean > bounds["bias"]:
        said = f"forecasts lean to one side: on average {recent['bias']:+.3g} at an error of {recent['mae']:.3g}"
        found.append(Breach("performance", "bias", said, lean, bounds["bias"], role, "Train again on newer steps."))
    least = expected["coverage"] - bounds["coverage"]
    if recent["coverage"] < least:
        said = f"{recent['coverage']:.0%} of the values lie in the interval, at modeling {expected['coverage']:.0%}"
        action = "Measure the interval anew: train again on newer steps."
        found.append(Breach("performance", "coverage", said, recent["coverage"], least, role, action))
    return found


def silent_breaches(silent: pd.DataFrame, role: str) -> list[Breach]:
    """Return a breach that names the series that fell silent."""
    if silent.empty:
        return []
    names = list(silent["series"])
    said = f"{len(names)} series fell silent: {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}"
    action = "Find out whether they ended or their feed did; until then they get no forecast."
    return [Breach("quality", "silent series", said, float(len(names)), 0.0, role, action)]


def covered_days(stored: DataFrame, days: float) -> DataFrame:
    """Return `day` for each day that a stored forecast speaks of; a step of `days` may speak of many."""
    first = F.to_date("forecast_time")
    last = F.date_add(first, max(int(days) - 1, 0))
    return stored.select(F.explode(F.sequence(first, last)).alias(DAY))


def recent_slot(last: int, first: int, season: int, days: int, step_days: float) -> int:
    """Return the first slot of the recent period: `days`, at least a season, at most half of what has forecasts."""
    wanted = max(round(days / step_days), season)
    return max(last - wanted + 1, first + (last - first + 1) // 2)
