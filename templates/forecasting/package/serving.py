"""Forecasts as they are stored: which origins are still to be forecast, the rows, and where the steps went.

`deployment` calls it. A forecast is identified by its series, the moment from which it was made, and the step ahead.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .candidates import FORECAST, HIGH, LOW
from .origins import Plan

KEYS = ["series", "as_of", "step"]
"""Key of `serving.predictions`."""


def origins_to_serve(stored: int | None, plan: Plan) -> list[int]:
    """Return the origins that have no forecasts yet, in order; the last one is always forecast anew.

    `stored` is the newest origin that has forecasts, None where there is none: then the origins of the hold-out are
    forecast too, so that there is something to hold against what came.
    """
    past = [one for one in plan.judge if stored is None or one > stored]
    return [*(one for one in past if one < plan.last), plan.last]


def predictions(pipeline: PipelineModel, rows: DataFrame, plan: Plan) -> DataFrame:
    """Return the rows of `serving.predictions`: KEYS, `forecast_time` (begin of the step), `origin`, `slot`,
    `forecast`, `low`, `high`.
    """
    made = pipeline.transform(rows)
    times = {"as_of": plan.step.time_sql("origin"), "forecast_time": plan.step.time_sql("slot")}
    cells = [F.expr(sql).alias(name) for name, sql in times.items()]
    return made.select("series", *cells, "step", "origin", "slot", FORECAST, LOW, HIGH).select(
        *KEYS, "forecast_time", "origin", "slot", FORECAST, LOW, HIGH
    )


def steps_account(past: DataFrame, rows: DataFrame, origins: Sequence[int], plan: Plan) -> dict[str, int]:
    """Return where the steps ahead of the origins went: `read`, `silent` (of series without a value in their last
    season), `closed` (without a value in any earlier season), and `written`, which is counted last of all.
    """
    at = past.where(F.col("slot").isin(list(origins))).agg(F.count(F.lit(1)), F.count_if(F.col("seen") > 0)).first()
    read, speaking = at[0] * plan.horizon, at[1] * plan.horizon
    wanted = rows.count()
    return {"read": read, "silent": read - speaking, "closed": speaking - wanted}


def smoke(by_alias: PipelineModel, rows: DataFrame, stored: DataFrame, most: int = 100) -> tuple[float, int, int]:
    """Return the largest difference, the forecasts compared and those wanted: what the registry gives now against what
    is stored, in parts of the forecast's size.
    """
    few = rows.orderBy(F.xxhash64("series", "origin", "step")).limit(most)
    again = by_alias.transform(few).select("series", "origin", "step", F.col(FORECAST).alias("now"))
    apart = F.abs(F.col(FORECAST) - F.col("now")) / F.greatest(F.abs("now"), F.lit(1.0))
    found = stored.join(again, ["series", "origin", "step"]).agg(F.max(apart), F.count(F.lit(1))).first()
    return found[0], found[1], min(most, rows.count())


def shown(stored: DataFrame, names: Sequence[str], origin: int) -> pd.DataFrame:
    """Return the forecasts of a few series from one origin: `series`, `time`, `forecast`, `low`, `high`."""
    rows = stored.where((F.col("origin") == origin) & F.col("series").isin(list(names)))
    found = rows.select("series", F.col("forecast_time").alias("time"), FORECAST, LOW, HIGH).toPandas()
    return found.sort_values(["series", "time"], ignore_index=True)
