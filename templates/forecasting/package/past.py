"""What is known of a step when it is forecast: values of earlier seasons and recent means, for direct forecasts.

Whatever a learnt model gets lies at least the horizon back, so that it is known at every origin before its step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from .steps import Step

MOST = 4
"""Earlier seasons that are looked at."""


def backs(season: int, horizon: int) -> list[int]:
    """Return how many steps back a season is looked at: from one season to MOST beyond the horizon."""
    return [season * place for place in range(1, math.ceil(horizon / season) + MOST)]


def far_backs(season: int, horizon: int) -> list[int]:
    """Return those of `backs` that are known at every origin: the horizon or more."""
    return [back for back in backs(season, horizon) if back >= horizon]


def with_past(grid: DataFrame, seasons: Sequence[int], horizon: int, step: Step) -> DataFrame:
    """Add to each step of a grid what is known of it.

    `back_N`: the value N steps before. `base`: the mean of the last MOST seasons beyond the horizon, of the longest
    season that has any. `size`: the mean absolute value of the last season, `recent` and `before` the means of the last
    short and long season, `change` and `change_long` those of the differences to a season earlier, `lowest` the
    smallest value, all up to the horizon before the step. Then the calendar: `place_S` in a season, `weekday`.

    `latest` (the last value up to the step itself), `seen` (values in the last season up to it) and `error`, the
    absolute error of the seasonal naive so far (Hyndman and Koehler 2006), are of the step as an origin.
    """
    ordered = Window.partitionBy("series").orderBy("slot")
    so_far = ordered.rowsBetween(Window.unboundedPreceding, 0)
    short, long = seasons[0], seasons[-1]
    lags = sorted({back for season in seasons for back in backs(season, horizon)})
    rows = grid.withColumns({f"back_{back}": F.lag("value", back).over(ordered) for back in lags})
    change = F.col("value") - F.col(f"back_{long}")
    rows = rows.withColumns({"_value": F.col("value"), "_size": F.abs("value"), "_change": change})
    rows = rows.withColumns(
        {f"{name}_sum": F.sum(F.coalesce(name, F.lit(0.0))).over(so_far) for name in ("_value", "_size", "_change")}
        | {f"{name}_count": F.count(name).over(so_far) for name in ("_value", "_change")}
        | {"_error_sum": F.sum(F.coalesce(F.abs("_change"), F.lit(0.0))).over(so_far)}
        | {"_lowest": F.min("value").over(so_far), "latest": F.last("value", ignorenulls=True).over(so_far)}
    )
    means = {
        "size": ("_size", "_value", long),
        "recent": ("_value", "_value", short),
        "before": ("_value", "_value", long),
        "change": ("_change", "_change", short),
        "change_long": ("_change", "_change", long),
    }
    told = {name: F.expr(_mean_sql(total, count, window, horizon)) for name, (total, count, window) in means.items()}
    told |= {"base": F.expr(_base_sql(seasons, horizon)), "lowest": F.lag("_lowest", horizon).over(ordered)}
    told |= {"error": F.expr("_error_sum / nullif(_change_count, 0)")}
    told |= {"seen": F.expr(f"_value_count - lag(_value_count, {long}, 0) over (partition by series order by slot)")}
    found = rows.withColumns(told).withColumns(_calendar(seasons, step))
    return found.drop(*[name for name in rows.columns if name.startswith("_")])


def feature_sql(seasons: Sequence[int], horizon: int, step: Step) -> dict[str, str]:
    """Return the features of a learnt model by name: SQL over `with_past`, values as differences to `base` in parts of
    `size`, so that series of any size teach the same model.
    """
    far = sorted({back for season in seasons for back in far_backs(season, horizon)})
    inner = {f"back_{back}": f"back_{back} - base" for back in far}
    inner |= {"recent": "recent - base", "before": "before - base", "change": "change", "change_long": "change_long"}
    found = {f"x_{name}": f"coalesce(({sql}) / {SIZE}, 0D)" for name, sql in inner.items()}
    return found | {f"x_{name}": f"cast({name} as double)" for name in _calendar(seasons, step)}


SIZE = "greatest(size, 1e-9D)"
"""SQL of what differences are divided by."""


def _mean_sql(total: str, count: str, window: int, horizon: int) -> str:
    """Return the mean of the `window` steps that end `horizon` steps before, from running sums; null where none is."""

    def between(name: str) -> str:
        over = "over (partition by series order by slot)"
        return f"(lag({name}, {horizon}, 0) {over} - lag({name}, {horizon + window}, 0) {over})"

    return f"{between(f'{total}_sum')} / nullif({between(f'{count}_count')}, 0)"


def _base_sql(seasons: Sequence[int], horizon: int) -> str:
    means = [mean_sql([f"back_{back}" for back in far_backs(season, horizon)]) for season in reversed(seasons)]
    return f"coalesce({', '.join(means)})"


def mean_sql(columns: Sequence[str]) -> str:
    """Return the SQL mean of the columns that have a value; null where none has."""
    total = " + ".join(f"coalesce({name}, 0D)" for name in columns)
    count = " + ".join(f"int({name} is not null)" for name in columns)
    return f"({total}) / nullif({count}, 0)"


def _calendar(seasons: Sequence[int], step: Step) -> dict[str, Column]:
    time = step.time_sql()
    parts = {f"place_{season}": F.pmod("slot", F.lit(season)) for season in seasons if season > 1}
    # No month: with less than years of history it only counts the time, and what has grown would be thought to go on.
    return parts | ({"weekday": F.expr(f"weekday({time})")} if step.unit in ("minute", "hour", "day") else {})
