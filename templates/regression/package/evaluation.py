"""Evaluation of predicted numbers: Spark adds up errors by model and slice, every measure comes from the sums.

What is collected is bounded by models, slices and days, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

MEASURES = ("mae", "rmse", "wape", "r2", "bias", "mean", "mean_score", "rows")
"""What `measures` returns."""
JUDGED = ("mae", "rmse", "wape", "r2", "bias")
"""The measures that get an interval."""
SUMS = ("rows", "outcome", "size", "square", "score", "error", "error_square")
"""What is added up: rows, outcomes, their absolute values and squares, predictions, absolute and squared errors."""

Floats = npt.NDArray[np.float64]


def error_sums(scored: DataFrame, models: Sequence[str], slices: Mapping[str, str]) -> pd.DataFrame:
    """Return SUMS over the rows with a label by `model`, `slice` and `value` (text), in one pass.

    `models` are columns of predictions, `slices` SQL expressions by name.
    """
    said = ", ".join(f"struct('{name}' as model, `{name}` as score)" for name in models)
    cuts = ", ".join(f"struct('{name}' as slice, cast({sql} as string) as value)" for name, sql in slices.items())
    inner = scored.where("label is not null").withColumn("cut", F.expr(f"array({cuts})"))
    by_model = inner.select("label", "cut", F.expr(f"inline(array({said}))"))
    long = by_model.select("model", "label", "score", F.expr("inline(cut)"))
    sums = ["count(1)", "sum(label)", "sum(abs(label))", "sum(label * label)", "sum(score)"]
    sums += ["sum(abs(score - label))", "sum(pow(score - label, 2))"]
    added = [F.expr(f"cast({sql} as double)").alias(name) for name, sql in zip(SUMS, sums, strict=True)]
    return long.groupBy("model", "slice", "value").agg(*added).toPandas()


def measures(sums: pd.DataFrame) -> dict[str, float]:
    """Return the measures of one model on the rows behind `sums`.

    `mae`, mean absolute error; `rmse`; `wape`, the absolute errors as share of the absolute outcomes (0 where these are
    0); `r2`, share of the variance explained (0 where there is none to explain); `bias`, mean of prediction less
    outcome; `mean` of the outcomes and `mean_score` of the predictions; `rows`.
    """
    totals = sums[list(SUMS)].sum().to_numpy(float)
    return {name: float(value[0]) for name, value in _measured(totals[None, :]).items()}


def by_value(sums: pd.DataFrame, slice_: str, least: int = 100) -> pd.DataFrame:
    """Return the measures of each value of a slice with at least `least` rows, in order of the values."""
    groups = sums[sums["slice"] == slice_].groupby("value")
    return pd.DataFrame(
        [{"value": value, **measures(rows)} for value, rows in groups if rows["rows"].sum() >= least],
        columns=["value", *MEASURES],
    )


def intervals(
    sums: pd.DataFrame, models: Sequence[str], draws: int = 500, level: float = 0.95, seed: int = 7
) -> pd.DataFrame:
    """Return the bootstrap interval of each model's measures, days being drawn with replacement.

    Rows of one day share its weather and its events, so days and not rows are drawn (Field and Welsh 2007). Columns:
    `mae_low`, `mae_high` and so on for JUDGED; `lead_low`, the lower end of how far the error is below that of the
    last of `models` on the same days, as share of that. `sums` has the slice `day`.
    """
    by_day = sums[sums["slice"] == "day"]
    days = sorted(by_day["value"].unique())
    chance = np.full(len(days), 1 / len(days))
    drawn = np.random.default_rng(seed).multinomial(len(days), chance, size=draws).astype(float)
    found = {name: _measured(_drawn(by_day[by_day["model"] == name], days, drawn)) for name in models}
    ends = [(1 - level) / 2, (1 + level) / 2]
    last = found[models[-1]]["mae"]
    rows = {}
    for name, values in found.items():
        both = {one: np.quantile(values[one], ends) for one in JUDGED}
        lead = np.quantile(_share(last - values["mae"], last), ends[0])
        rows[name] = {f"{one}_{end}": pair[at] for one, pair in both.items() for at, end in enumerate(("low", "high"))}
        rows[name]["lead_low"] = lead
    return pd.DataFrame.from_dict(rows, orient="index")


def comparison(sums: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the measures of each model with their intervals, in the order of `names` (column of scores to name).

    `lead` is the share by which the mean absolute error is below that of the last one, `lead_low` the lower end of its
    interval. `sums` has the slice `day`.
    """
    by_day = sums[sums["slice"] == "day"]
    found = pd.DataFrame({said: measures(by_day[by_day["model"] == name]) for name, said in names.items()}).T
    found["lead"] = _share((found["mae"].iloc[-1] - found["mae"]).to_numpy(), found["mae"].iloc[[-1]].to_numpy())
    return found.join(intervals(by_day, list(names)).rename(index=dict(names)))


def lead_of(sums: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """Return by which share the error of the first of `names` is below that of the last: `lead`, and `low`, the lower
    end of its bootstrap interval.
    """
    found = comparison(sums, {name: name for name in dict.fromkeys(names)})
    return {"lead": float(found["lead"].iloc[0]), "low": float(found["lead_low"].iloc[0])}


def shown(measured: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each measure: what each model achieves, and from where to where that may lie."""
    columns = {}
    for name, one in measured.iterrows():
        columns[name] = {measure: f"{one[measure]:,.4g}" for measure in JUDGED}
        columns[f"{name}: 95% interval"] = {
            measure: f"{one[f'{measure}_low']:,.4g} to {one[f'{measure}_high']:,.4g}" for measure in JUDGED
        }
    return pd.DataFrame(columns).rename_axis("measure")


def verdict(measured: pd.DataFrame, by_month: pd.DataFrame) -> tuple[str, str]:
    """Return the recommendation at the gate and its reason; `measured` of `comparison`, the model first, the rule last.

    Rework where the rule is as good as the model or the lead may be chance; how far the model strays is told, not
    judged.
    """
    model, rule = measured.iloc[0], measured.iloc[-1]
    both = f"mean absolute error {model['mae']:,.4g} ({model['mae_low']:,.4g} to {model['mae_high']:,.4g})"
    both += f" against {rule['mae']:,.4g} of the simple rule"
    if model["mae"] >= rule["mae"]:
        return "rework", f"The simple rule wins: {both}. Use the rule, or find better columns."
    if model["lead_low"] <= 0:
        return "rework", f"The lead over the simple rule may be chance: {both}."
    said = f"{both}; {model['lead']:.0%} lower, at least {model['lead_low']:.0%}"
    said += f"; {model['r2']:.0%} of the variance explained, bias {model['bias']:+,.3g}"
    worst = f"; in its worst month the error is {by_month['mae'].max():,.4g}" if len(by_month) else ""
    return "accept", f"{said}{worst}."


def months_off(by_month: pd.DataFrame, bound: float = 0.5) -> list[str]:
    """Return, in a sentence, the months whose bias is more than `bound` of their mean absolute error."""
    if not len(by_month):
        return []
    off = by_month[by_month["bias"].abs() > bound * by_month["mae"]]
    months = ", ".join(f"{one.value} by {one.bias:+,.3g}" for one in off.itertuples())
    said = f"Predictions are off to one side in the month of {months}"
    return [f"{said}: watch the bias, and retrain when it stays off."] if months else []


def _drawn(sums: pd.DataFrame, days: Sequence[str], drawn: Floats) -> Floats:
    """Return SUMS of each draw of days; a day without rows of this model adds nothing."""
    daily = sums.set_index("value")[list(SUMS)].reindex(days).fillna(0.0).to_numpy(float)
    return drawn @ daily


def _measured(totals: Floats) -> dict[str, Floats]:
    """Return the measures of each row of totals, whose columns are SUMS."""
    rows, outcome, size, square, score, error, error_square = totals.T
    count = np.maximum(rows, 1.0)
    spread = square - outcome**2 / count
    return {
        "mae": error / count,
        "rmse": np.sqrt(error_square / count),
        "wape": _share(error, size),
        "r2": np.where(spread > 0, 1 - _share(error_square, spread), 0.0),
        "bias": (score - outcome) / count,
        "mean": outcome / count,
        "mean_score": score / count,
        "rows": rows,
    }


def _share(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)
