"""From readings to a grid: one value per series and step, every gap in sight.

`data_engineering` makes slots, the other stages lay them on a grid. A gap is a row without a value; it is never filled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
from kit.runtime.errors import KitError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .steps import Step, series_name

SPARSEST = 200
"""So many steps for each value at most: beyond, the step is wrong and the grid would be all gaps."""


def to_slots(readings: DataFrame, problem: Mapping[str, Any], step: Step, combine: str) -> DataFrame:
    """Return one row per series and step that has a value: series columns, event time (its begin), target.

    Several readings of a step become their `mean`, `sum` or `last`. Readings without a number are left out.
    """
    names = [F.col(f"`{name}`") for name in problem["series"]]
    values = {"mean": F.avg("_value"), "sum": F.sum("_value"), "last": F.max_by("_value", "_at")}
    slots = _with_slots(readings, problem, step, combine).groupBy(*names, "_slot").agg(values[combine].alias("_value"))
    moment = F.expr(step.time_sql("_slot")).alias(problem["event_time"])
    return slots.select(*names, moment, F.col("_value").alias(problem["target"]))


def slot_account(
    readings: DataFrame, slots: DataFrame, problem: Mapping[str, Any], step: Step, combine: str
) -> dict[str, int]:
    """Return where the readings went: `read`, `written` (slots), `combined` with another, `without_value`.

    Each is counted by itself: the slots as they were written, the others among the readings.
    """
    names = [F.col(f"`{name}`") for name in problem["series"]]
    shared = _with_slots(readings, problem, step, combine).groupBy(*names, "_slot").agg(F.count(F.lit(1)).alias("of"))
    combined = shared.agg(F.coalesce(F.sum(F.col("of") - 1), F.lit(0))).first()[0]
    read, empty = readings.agg(F.count(F.lit(1)), F.count_if(F.col(f"`{problem['target']}`").isNull())).first()
    return {"read": read, "written": slots.count(), "combined": combined, "without_value": empty}


def observations(gold: DataFrame, problem: Mapping[str, Any], step: Step, last: dt.date | None = None) -> DataFrame:
    """Return `series`, `slot`, `value` of `gold.features` up to the end of the day `last` (None: all)."""
    time = f"cast(`{problem['event_time']}` as timestamp)"
    seen = gold if last is None else gold.where(F.to_date(F.expr(time)) <= F.lit(last))
    slot, value = F.expr(step.slot_sql(time)), F.col(f"`{problem['target']}`").cast("double")
    return seen.select(series_name(problem).alias("series"), slot.alias("slot"), value.alias("value"))


def span(observed: DataFrame) -> dict[str, int]:
    """Return `first` and `last` slot, `slots` between them, `series`, and `values`; raises KitError without any."""
    by_series = observed.groupBy("series").agg(
        F.min("slot").alias("first"), F.max("slot").alias("last"), F.count(F.lit(1)).alias("values")
    )
    cells = [F.min("first"), F.max("last"), F.count(F.lit(1)), F.sum("values")]
    first, last, series, values = by_series.agg(*cells).first()
    if not values:
        raise KitError("there is no value up to this date", "Choose a later run_date, or look at silver's quarantine.")
    return {"first": first, "last": last, "slots": last - first + 1, "series": series, "values": values}


def on_grid(observed: DataFrame, last: int, ahead: int) -> DataFrame:
    """Return `series`, `slot`, `value` for each step of each series from its first value to `ahead` steps after `last`.

    `value` is empty in a gap and after `last`. Raises KitError where steps without a value are SPARSEST to one.
    """
    begins = (
        observed.where(F.col("slot") <= last)
        .groupBy("series")
        .agg(F.min("slot").alias("begin"), F.count(F.lit(1)).alias("values"))
    )
    steps, values = begins.agg(F.sum(F.lit(last + 1) - F.col("begin")), F.sum("values")).first()
    if steps > SPARSEST * values:
        said = f"{steps:,} steps hold {values:,} values"
        raise KitError(said, "Set a longer problem.step in kit.yml, such as day or week.")
    slots = begins.select("series", F.explode(F.sequence("begin", F.lit(last + ahead))).alias("slot"))
    return slots.join(observed.where(F.col("slot") <= last), ["series", "slot"], "left")


def series_table(observed: DataFrame, last: int, season: int, most: int = 50) -> pd.DataFrame:
    """Return what the series are like, the largest first: `series`, `first`, `last` (slots), `values`, `gaps` (share
    of steps without a value), `mean`, `smallest`, `largest`, `is_silent` (no value in the last `season`).
    """
    found = observed.groupBy("series").agg(
        F.min("slot").alias("first"),
        F.max("slot").alias("last"),
        F.count(F.lit(1)).alias("values"),
        F.avg("value").alias("mean"),
        F.min("value").alias("smallest"),
        F.max("value").alias("largest"),
    )
    gaps = 1 - F.col("values") / (F.col("last") - F.col("first") + 1)
    told = found.withColumns({"gaps": gaps, "is_silent": F.col("last") <= last - season})
    return told.orderBy(F.desc("values"), "series").limit(most).toPandas()


def profile_by_place(observed: DataFrame, season: int) -> pd.DataFrame:
    """Return by place in a season the mean value relative to its series' mean, and its spread: `place`, `value`,
    `low`, `high` (the middle half), `values`.
    """
    means = observed.groupBy("series").agg(F.avg("value").alias("mean"), F.avg(F.abs("value")).alias("size"))
    relative = (F.col("value") - F.col("mean")) / F.greatest("size", F.lit(1e-12))
    rows = observed.join(F.broadcast(means), "series").select(
        F.pmod("slot", F.lit(season)).alias("place"), relative.alias("relative")
    )
    quartiles = F.percentile_approx("relative", [0.25, 0.75], 1000)
    found = rows.groupBy("place").agg(
        F.avg("relative").alias("value"), quartiles.alias("middle"), F.count(F.lit(1)).alias("values")
    )
    return (
        found.select("place", "value", F.col("middle")[0].alias("low"), F.col("middle")[1].alias("high"), "values")
        .toPandas()
        .set_index("place")
        .reindex(range(season))
        .reset_index()
    )


def history(observed: DataFrame, names: list[str], first: int, step: Step) -> pd.DataFrame:
    """Return `series`, `slot`, `time`, `value` of a few series from a slot on, in order; a gap has one empty value."""
    rows = observed.where(F.col("series").isin(names) & (F.col("slot") >= first))
    found = rows.select("series", "slot", F.expr(step.time_sql()).alias("time"), "value").toPandas()
    found = found.sort_values(["series", "slot"], ignore_index=True)
    ends = found[found.groupby("series")["slot"].diff() > 1]
    gaps = [
        {"series": name, "slot": slot - 1, "time": step.time_of(slot - 1), "value": float("nan")}
        for name, slot in zip(ends["series"], ends["slot"], strict=True)
    ]
    rows = pd.DataFrame([*found.to_dict("records"), *gaps], columns=list(found.columns))
    return rows.sort_values(["series", "slot"], ignore_index=True)


def by_day(slots: DataFrame, problem: Mapping[str, Any]) -> pd.DataFrame:
    """Return counts by day in order: `event_date`, `rows` (values), `series` (those with a value)."""
    day = F.to_date(F.col(f"`{problem['event_time']}`").cast("timestamp")).alias("event_date")
    counts = slots.groupBy(day).agg(
        F.count(F.lit(1)).alias("rows"), F.count_distinct(series_name(problem)).alias("series")
    )
    return counts.toPandas().sort_values("event_date", ignore_index=True)


def recommendation(breaches: list[str], found: Mapping[str, int], table: pd.DataFrame) -> tuple[str, str]:
    """Return the outcome at the gate and why; `found` of `span`, `table` of `series_table`."""
    if breaches:
        return "collect more", "; ".join(breaches)
    gappy, silent = table["gaps"].median(), int(table["is_silent"].sum())
    said = f"{found['values']:,} values of {found['series']:,} series over {found['slots']:,} steps"
    ended = f", {silent} silent at the end" if silent else ""
    return "proceed", f"{said}; half of the series miss {gappy:.0%} of their steps or less{ended}"


def _with_slots(readings: DataFrame, problem: Mapping[str, Any], step: Step, combine: str) -> DataFrame:
    """Return the readings that have a number and a time, with `_at`, `_value` and `_slot`."""
    at = f"cast(`{problem['event_time']}` as timestamp)"
    value = F.col(f"`{problem['target']}`").cast("double")
    rows = readings.withColumns(
        {"_at": F.expr(at), "_value": value, "_slot": F.expr(step.slot_sql(at, combine == "sum"))}
    )
    return rows.where("_value is not null and _slot is not null")
