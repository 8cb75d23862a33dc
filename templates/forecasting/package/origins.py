"""Rolling origins (Tashman 2000): the moments from which the past would have been forecast, some to choose by, later
ones to judge by; and the rows that are to be forecast from each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.runtime.errors import KitError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .past import backs, with_past
from .slots import on_grid, span
from .smoothing import SCHEMA, smoother
from .steps import Step, horizon_of, seasons_of, step_of

FEWEST = 4
"""Origins to choose by, and to judge by, at least."""


class SeesTheFuture(KitError):
    """Raised when what a forecast is made from depends on values after its origin."""


@dataclass(frozen=True)
class Plan:
    """The origins of a backtest in slots: each is the last step that is known; the `horizon` steps after it are not."""

    choose: tuple[int, ...]
    judge: tuple[int, ...]
    last: int
    """The last slot that has been seen: the origin of what is forecast now."""
    horizon: int
    seasons: tuple[int, ...]
    step: Step

    @property
    def season(self) -> int:
        """The longest season in steps."""
        return self.seasons[-1]

    def text(self) -> str:
        """Return the plan in words."""
        times = [
            f"{self.step.time_of(slot):%Y-%m-%d %H:%M}" for slot in (self.choose[0], self.judge[0], self.judge[-1])
        ]
        return (
            f"{len(self.choose)} origins from {times[0]} to choose by, {len(self.judge)} from {times[1]} to {times[2]} "
            f"to judge by; each forecasts {self.horizon} steps of {self.step.one}"
        )


def plan(found: Mapping[str, int], step: Step, seasons: Sequence[int], horizon: int, most: int) -> Plan:
    """Return the origins for a span as `slots.span` gives it: up to `most` to choose by and as many to judge by.

    The last of them ends with the last value, steps to judge by are none of those to choose by, and before the first
    lie as many of the longest season as reach the horizon, and one to learn from. Origins are `horizon` steps apart,
    closer where there are too few. Raises KitError where the history is too short.
    """
    before = max(seasons) * (math.ceil(horizon / max(seasons)) + 1)
    free = found["slots"] - before - 1
    each = min(most, free // horizon // 2)
    apart = horizon
    if each < FEWEST:
        each, apart = FEWEST, (free - 2 * horizon) // (2 * FEWEST - 2)
    if apart < 1:
        wanted = before + 2 * horizon + 2 * FEWEST - 1
        raise KitError(
            f"{found['slots']} steps are too few: {horizon} ahead with seasons of {max(seasons)} needs {wanted}",
            "Set a shorter problem.horizon or problem.seasons in kit.yml, or collect more.",
        )
    last = found["last"]
    judge = [last - horizon - apart * place for place in range(each)][::-1]
    choose = [judge[0] - horizon - apart * place for place in range(each)][::-1]
    return Plan(tuple(choose), tuple(judge), last, horizon, tuple(seasons), step)


def rows_to_forecast(past: DataFrame, origins: Sequence[int], plan: Plan, scale_at: int) -> DataFrame:
    """Return the rows of the `horizon` steps after each origin: `origin`, `step` (1 is the next), and what is known.

    Besides `past` there are `naive` (the last value at the origin), `seasonal_S` (that of the same place in the last
    season that is known), and `scale`, the series' usual error of the seasonal naive up to the slot `scale_at`. A
    series without a value in its last season before the origin has fallen silent and is left out; so is a step that
    had no value in any season looked at, such as the night of what is closed by night.
    """
    listed = ", ".join(f"{origin}L" for origin in origins)
    at = F.expr(f"explode(filter(array({listed}), o -> o < slot and slot <= o + {plan.horizon}))")
    ahead = past.select("*", at.alias("origin")).drop("latest", "seen", "error").where("base is not null")
    ahead = ahead.withColumn("step", (F.col("slot") - F.col("origin")).cast("int"))
    at_origin = past.select("series", F.col("slot").alias("origin"), F.col("latest").alias("naive"), "seen")
    at_origin = at_origin.where(F.col("origin").isin(list(origins)) & (F.col("seen") > 0)).drop("seen")
    rows = ahead.join(at_origin, ["series", "origin"]).join(scales(past, scale_at), "series", "left")
    seasonal = {f"seasonal_{season}": F.expr(_seasonal_sql(season, plan.horizon)) for season in plan.seasons}
    # A value that lies less than the horizon back may lie after the origin: only the seasonal naive knows which may be.
    near = [f"back_{back}" for season in plan.seasons for back in backs(season, plan.horizon) if back < plan.horizon]
    return rows.withColumns({**seasonal, "scale": F.coalesce("scale", "size", F.lit(1.0))}).drop(*near)


def scales(past: DataFrame, slot: int) -> DataFrame:
    """Return `series` and `scale`: the mean absolute error of its seasonal naive up to a slot, where it has one."""
    rows = past.where((F.col("slot") == slot) & (F.col("error") > 0))
    return rows.select("series", F.col("error").alias("scale"))


def with_smoothed(rows: DataFrame, observed: DataFrame, origins: Sequence[int], plan: Plan) -> DataFrame:
    """Add `smoothed`: the exponential smoothing of each series from what it knew at each origin, empty where it knew
    too little. Series are smoothed apart from each other, wherever Spark puts them.
    """
    known = on_grid(observed, max(origins), 0)
    smoothed = known.groupBy("series").applyInPandas(smoother(plan.seasons, plan.horizon, list(origins)), SCHEMA)
    there = smoothed.where(~F.isnan("smoothed"))
    return rows.join(there, ["series", "origin", "step"], "left")


def backtest_rows(past: DataFrame, observed: DataFrame, origins: Sequence[int], plan: Plan, scale_at: int) -> DataFrame:
    """Return `rows_to_forecast` with `smoothed`."""
    return with_smoothed(rows_to_forecast(past, origins, plan, scale_at), observed, origins, plan)


def prepared(observed: DataFrame, problem: Mapping[str, Any], most: int) -> tuple[Plan, DataFrame]:
    """Return the plan for what has been observed, and what is known of its steps up to the horizon after the last."""
    step, seasons, horizon = step_of(problem), seasons_of(problem), horizon_of(problem)
    made = plan(span(observed), step, seasons, horizon, most)
    return made, with_past(on_grid(observed, made.last, horizon), seasons, horizon, step)


def refuse_future(observed: DataFrame, plan: Plan, series: int = 5) -> int:
    """Return how many rows to forecast were compared with those that other values after the origin would have given.

    A few series are looked at, from the first origin that judges. Raises SeesTheFuture where any cell differs.
    """
    origin = plan.judge[0]
    few = observed.select("series").distinct().orderBy(F.xxhash64("series")).limit(series)
    true = observed.join(few, "series").cache()
    other = F.when(F.col("slot") > origin, 17 - 3 * F.col("value")).otherwise(F.col("value"))
    found = []
    for rows in (true, true.withColumn("value", other)):
        past = with_past(on_grid(rows, plan.last, plan.horizon), plan.seasons, plan.horizon, plan.step)
        made = backtest_rows(past, rows, [origin], plan, origin).drop("value")
        names = sorted(made.columns)
        found.append(made.select("series", "step", F.xxhash64(*names).alias("seen")))
    both = found[0].join(found[1].withColumnRenamed("seen", "planted"), ["series", "step"], "full")
    rows, differing = both.agg(F.count(F.lit(1)), F.count_if(~F.col("seen").eqNullSafe(F.col("planted")))).first()
    if differing:
        said = f"{differing} of {rows} rows to forecast change when values after their origin do"
        raise SeesTheFuture(said, "Take what lies after the origin out of `past` and of `origins`.")
    return int(rows)


def _seasonal_sql(season: int, horizon: int) -> str:
    columns = ", ".join(f"back_{back}" for back in backs(season, horizon))
    known = f"slice(array({columns}), cast(ceil(step / {season}) as int), {len(backs(season, horizon))})"
    return f"get(filter({known}, one -> one is not null), 0)"
