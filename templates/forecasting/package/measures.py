"""How good forecasts are: errors summed in Spark by model, origin and block of series, and the measures from the sums.

What is collected is bounded by origins, blocks, steps and the values of a slice, never by rows or series.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

MEASURES = ("mae", "wape", "mase", "bias", "coverage", "rows")
"""Mean absolute error; its sum over that of the values; its mean in parts of the series' usual error of the seasonal
naive (Hyndman and Koehler 2006); mean error, forecast less actual; share of values inside the interval; values."""
BLOCKS = 32
"""Series are dealt into so many blocks for the bootstrap."""
_SUMS = ("rows", "error", "actual", "scaled", "signed", "inside")


def error_sums(judged: DataFrame, by: Mapping[str, str] | None = None, most: int = 10_000) -> pd.DataFrame:
    """Return the sums of errors by `model` and by the SQL expressions `by`, or else by `origin` and `block`: columns
    `rows`, `error`, `actual`, `scaled`, `signed`, `inside`; of more than `most` groups those with the largest errors.

    `judged` is of `candidates.side_by_side` with `series`, `origin`, `value`, `scale`; rows without a value count
    nowhere.
    """
    keys = by or {"origin": "origin", "block": f"cast(pmod(xxhash64(series), {BLOCKS}) as int)"}
    parts = [F.expr(sql).alias(name) for name, sql in keys.items()]
    known = judged.where("value is not null")
    long = known.select(*parts, "value", "scale", F.expr("inline(forecasts)"))
    error = F.col("forecast") - F.col("value")
    sums = {
        "rows": F.count("forecast").cast("double"),
        "error": F.sum(F.abs(error)),
        "actual": F.sum(F.abs("value")),
        "scaled": F.sum(F.abs(error) / F.col("scale")),
        "signed": F.sum(error),
        "inside": F.avg(F.col("value").between(F.col("low"), F.col("high")).cast("double")) * F.count("forecast"),
    }
    found = long.groupBy("model", *keys).agg(*[one.alias(name) for name, one in sums.items()])
    return found.orderBy(F.desc("error")).limit(most).toPandas()


def measures(sums: pd.DataFrame) -> dict[str, float]:
    """Return the MEASURES of sums of errors; `coverage` is NaN where there was no interval."""
    total = sums[list(_SUMS)].sum(min_count=1)
    rows = max(float(total["rows"]), 1.0)
    return {
        "mae": total["error"] / rows,
        "wape": total["error"] / max(float(total["actual"]), 1e-12),
        "mase": total["scaled"] / rows,
        "bias": total["signed"] / rows,
        "coverage": total["inside"] / rows,
        "rows": rows,
    }


def by_model(sums: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of each model, the smallest error first."""
    found = {model: measures(part) for model, part in sums.groupby("model")}
    return pd.DataFrame.from_dict(found, orient="index").sort_values("mae")


def by_value(sums: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the measures by `model` and the value of the column `name`, in order of the values."""
    rows = [{"model": model, name: value, **measures(part)} for (model, value), part in sums.groupby(["model", name])]
    return pd.DataFrame(rows).sort_values([name, "model"], ignore_index=True)


def intervals(
    sums: pd.DataFrame, models: Sequence[str], draws: int = 1000, level: float = 0.95, seed: int = 7
) -> pd.DataFrame:
    """Return the bootstrap interval of each model's error: `low`, `high`, and `ahead`, `ahead_low`, the lead over the
    last of `models` as a share of its error, and the lower end of that.

    Origins and blocks of series are drawn, each with replacement (Owen 2007): forecasts from one origin share its
    events, those of one series its ways. One series is not drawn.
    """
    cells = {name: _cells(sums[sums["model"] == name], sums) for name in models}
    origins, blocks = next(iter(cells.values()))[0].shape
    draw = np.random.default_rng(seed)
    of_origins = draw.multinomial(origins, np.full(origins, 1 / origins), size=draws).astype(float)
    of_blocks = draw.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws).astype(float)
    errors = {
        name: _drawn(of_origins, one[0], of_blocks) / _drawn(of_origins, one[1], of_blocks)
        for name, one in cells.items()
    }
    ends, last = [(1 - level) / 2, (1 + level) / 2], errors[models[-1]]
    rows = {}
    for name, values in errors.items():
        lead = 1 - values / np.maximum(last, 1e-12)
        whole = 1 - cells[name][0].sum() / max(cells[models[-1]][0].sum(), 1e-12)
        rows[name] = [*np.quantile(values, ends), whole, np.quantile(lead, ends[0])]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high", "ahead", "ahead_low"])


def comparison(sums: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Return the measures of the models, in their order, with the interval of their error: `mae_low`, `mae_high`, and
    `lead`, `lead_low` over the last one.
    """
    found = pd.DataFrame({name: measures(sums[sums["model"] == name]) for name in models}).T.astype({"rows": int})
    ends = intervals(sums, list(dict.fromkeys(models)))
    names = {"mae_low": "low", "mae_high": "high", "lead": "ahead", "lead_low": "ahead_low"}
    return found.assign(**{name: ends[column] for name, column in names.items()})


def bands(judged: DataFrame, model: str, horizon: int, level: float = 0.8, fewest: int = 50) -> pd.DataFrame:
    """Return the interval of a model's errors by steps ahead: `until` (the last step of a span), `low`, `high` (what
    is added to a forecast, in parts of `scale`), `rows`.

    Spans are so wide that each holds `fewest` errors or more.
    """
    error = (F.col("value") - F.col("forecast")) / F.col("scale")
    rows = judged.where("value is not null").select("step", "value", "scale", F.expr("inline(forecasts)"))
    rows = rows.where(F.col("model") == model).select("step", error.alias("error")).where("error is not null")
    count = max(1, min(rows.count() // fewest, horizon, 24))
    span = F.floor((F.col("step") - 1) * count / horizon)
    ends = F.percentile_approx("error", [(1 - level) / 2, (1 + level) / 2], 10_000)
    found = rows.groupBy(span.alias("span")).agg(ends.alias("ends"), F.count(F.lit(1)).alias("rows"))
    table = found.select("span", F.col("ends")[0].alias("low"), F.col("ends")[1].alias("high"), "rows").toPandas()
    table = table.set_index("span").reindex(range(count)).sort_index().ffill().bfill()
    until = [-(-horizon * (place + 1) // count) for place in range(count)]
    return table.assign(until=until).reset_index(drop=True)


def verdict(measured: pd.DataFrame, is_trained: bool = True) -> tuple[str, str]:
    """Return the recommendation at the gate and its reason; `measured` of `comparison`, the rule last.

    Rework where the rule is as good as the model or the lead may be chance: then the rule is what is served, unless
    nothing was trained and the champion stays.
    """
    then = (
        "The rule is what is registered and served." if is_trained else "The champion stays; train again to replace it."
    )
    model, rule = measured.iloc[0], measured.iloc[-1]
    both = f"MAE {model['mae']:.4g} ({model['mae_low']:.4g} to {model['mae_high']:.4g}) of {measured.index[0]}"
    both += f" against {rule['mae']:.4g} of the {measured.index[-1]}"
    if model["mae"] >= rule["mae"]:
        return "rework", f"The simple rule wins: {both}. {then}"
    if model["lead_low"] <= 0:
        said = f"The lead over the simple rule may be chance: {both}, a lead of {model['lead']:.1%}"
        return "rework", f"{said}, at least {model['lead_low']:+.1%}. {then}"
    said = f"{both}: {model['lead']:.1%} less, at least {model['lead_low']:.1%}"
    return "accept", f"{said}; {model['coverage']:.0%} of the values lie in the interval that was to hold 80%."


def error_histogram(judged: DataFrame, model: str, width: float = 0.25, most: float = 5.0) -> pd.DataFrame:
    """Return the spread of a model's errors, forecast less actual in parts of `scale`: `low` (of a bin), `rows`."""
    rows = judged.where("value is not null").select("value", "scale", F.expr("inline(forecasts)"))
    error = (F.col("forecast") - F.col("value")) / F.col("scale")
    held = F.greatest(F.least(error, F.lit(most - width / 2)), F.lit(-most))
    bins = rows.where(F.col("model") == model).groupBy((F.floor(held / width) * width).cast("double").alias("low"))
    return bins.agg(F.count(F.lit(1)).alias("rows")).toPandas().sort_values("low", ignore_index=True)


def table(measured: pd.DataFrame, slices: Mapping[str, pd.DataFrame], **same: object) -> pd.DataFrame:
    """Return the rows of `modeling.evaluation`: `model`, `slice`, `value`, the measures, and the columns `same`."""
    shared = list(MEASURES)
    rows = [measured[shared].rename_axis("model").reset_index().assign(slice="all", value="all")]
    for name, one in slices.items():
        rows.append(one.rename(columns={name: "value"}).assign(slice=name)[["model", "slice", "value", *shared]])
    found = pd.concat(rows, ignore_index=True).assign(**same)
    return found.assign(value=found["value"].astype(str))


def _cells(sums: pd.DataFrame, every: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return errors and rows by origin (rows) and block (columns)."""
    axes = {"index": sorted(every["origin"].unique()), "columns": sorted(every["block"].unique())}
    wide = [
        sums.pivot_table(index="origin", columns="block", values=value, aggfunc="sum").reindex(**axes).fillna(0.0)
        for value in ("error", "rows")
    ]
    return wide[0].to_numpy(float), wide[1].to_numpy(float)


def _drawn(
    origins: npt.NDArray[np.float64], cells: npt.NDArray[np.float64], blocks: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    return np.asarray(np.einsum("do,ob,db->d", origins, cells, blocks))
