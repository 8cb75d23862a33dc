"""Evaluation of scores for a yes-or-no outcome: `ranked` counts rows per bin of the score, every measure comes from the
counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .ranked import TOP, Floats, auc, auc_of_bins, drawn_days, score_counts, top_precision

__all__ = ["TOP", "auc", "score_counts", "top_precision"]

MEASURES = ("auc", "average_precision", "log_loss", "brier", "rate", "mean_score", "top_precision", "lift", "rows")
"""What `measures` returns."""


def measures(counts: pd.DataFrame) -> dict[str, float]:
    """Return the measures of one model on the rows behind `counts`; `auc` and `average_precision` are 0.5 and 0 with
    one class.

    `auc`; `average_precision`; `log_loss` (nats); `brier` (Brier 1950); `rate` (observed) and `mean_score` (predicted);
    `top_precision`, the observed rate among the tenth with the highest scores, and `lift`, that over `rate`; `rows`.
    """
    bins = counts.groupby("bin")[["rows", "positives", "score", "square", "loss"]].sum().sort_index(ascending=False)
    rows, positives = float(bins["rows"].sum()), float(bins["positives"].sum())
    found = bins["positives"].cumsum()
    precision = found / bins["rows"].cumsum()
    rate = positives / rows
    top = top_precision(bins["rows"].to_numpy(float), bins["positives"].to_numpy(float))
    return {
        "auc": auc(bins.index.to_numpy(float), bins["positives"], bins["rows"] - bins["positives"]),
        "average_precision": float((bins["positives"] * precision).sum() / max(positives, 1.0)),
        "log_loss": float(bins["loss"].sum()) / rows,
        "brier": float(bins["square"].sum()) / rows,
        "rate": rate,
        "mean_score": float(bins["score"].sum()) / rows,
        "top_precision": top,
        "lift": top / rate if rate else 0.0,
        "rows": rows,
    }


def calibration(counts: pd.DataFrame, parts: int = 10) -> pd.DataFrame:
    """Return predicted and observed rate in `parts` groups of about equally many rows by score: `rows`, `predicted`,
    `observed`.
    """
    bins = counts.groupby("bin")[["rows", "positives", "score"]].sum().sort_index()
    middle = (bins["rows"].cumsum() - bins["rows"] / 2) / bins["rows"].sum()
    groups = bins.groupby(np.minimum((middle * parts).astype(int), parts - 1)).sum()
    return pd.DataFrame(
        {
            "rows": groups["rows"],
            "predicted": groups["score"] / groups["rows"],
            "observed": groups["positives"] / groups["rows"],
        }
    ).reset_index(drop=True)


def by_value(counts: pd.DataFrame, slice_: str, least: int = 100) -> pd.DataFrame:
    """Return the measures of each value of a slice with at least `least` rows, in order of the values: `value` and
    `measures`.
    """
    part = counts[counts["slice"] == slice_]
    found = [
        {"value": value, **measures(rows)}
        for value, rows in part.groupby("value", sort=True)
        if rows["rows"].sum() >= least
    ]
    return pd.DataFrame(found)


def intervals(
    counts: pd.DataFrame, models: Sequence[str], draws: int = 500, level: float = 0.95, seed: int = 7
) -> pd.DataFrame:
    """Return the bootstrap interval of each model's AUC, days being drawn with replacement: `low`, `high`,
    `ahead_low`, by model.

    Rows of one day share its weather and its events, so days and not rows are drawn (Field and Welsh 2007).
    `ahead_low` is the lower end of the lead over the last of `models`, both measured on the same days. `counts` has
    the slice `day`.
    """
    days = sorted(counts.loc[counts["slice"] == "day", "value"].unique())
    drawn = drawn_days(len(days), draws, seed)
    aucs = {
        name: _drawn_aucs(counts[(counts["slice"] == "day") & (counts["model"] == name)], days, drawn)
        for name in models
    }
    ends = [(1 - level) / 2, (1 + level) / 2]
    rows = {
        name: [*np.quantile(values, ends), np.quantile(values - aucs[models[-1]], ends[0])]
        for name, values in aucs.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high", "ahead_low"])


def lead_of(counts: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """Return the `lead` in AUC of the first of `names` over the last, and `low`, the lower end of its bootstrap
    interval.
    """
    aucs = [measures(counts[counts["model"] == name])["auc"] for name in (names[0], names[-1])]
    return {"lead": aucs[0] - aucs[1], "low": float(intervals(counts, names).loc[names[0], "ahead_low"])}


def comparison(counts: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the measures of each model with the interval of its AUC, in the order of `names` (score column to name).

    Besides `measures`: `auc_low`, `auc_high`, and `lead_low`, the lower end of the lead over the last one. `counts`
    has the slice `day`.
    """
    by_day = counts[counts["slice"] == "day"]
    found = pd.DataFrame({said: measures(by_day[by_day["model"] == name]) for name, said in names.items()}).T
    ends = intervals(by_day, list(names)).rename(index=dict(names))
    return found.assign(auc_low=ends["low"], auc_high=ends["high"], lead_low=ends["ahead_low"])


def verdict(measured: pd.DataFrame, by_month: pd.DataFrame) -> tuple[str, str]:
    """Return the recommendation at the gate and its reason; `measured` of `comparison`, the model first and the rule
    last.

    Rework where the rule is as good as the model or the lead may be chance; how far calibration strays is told, not
    judged.
    """
    model, rule = measured.iloc[0], measured.iloc[-1]
    gap = (
        (by_month["mean_score"] - by_month["rate"]).abs().max()
        if len(by_month)
        else abs(model["mean_score"] - model["rate"])
    )
    both = f"AUC {model['auc']:.3f} ({model['auc_low']:.3f} to {model['auc_high']:.3f})"
    both += f" against {rule['auc']:.3f} of the simple rule"
    if model["auc"] <= rule["auc"]:
        return "rework", f"The simple rule wins: {both}. Use the rule, or find better columns."
    if model["lead_low"] <= 0:
        return "rework", f"The lead over the simple rule may be chance: {both}."
    said = f"{both}; {model['top_precision']:.0%} positives in the top tenth against {model['rate']:.0%} overall"
    return "accept", f"{said}; in its worst month the mean score is off by {gap:.3f}."


def months_off(by_month: pd.DataFrame, bound: float = 0.05) -> list[str]:
    """Return, in a sentence, the months in which the mean score is off the rate by more than `bound`."""
    if not len(by_month):
        return []
    gap = by_month["mean_score"] - by_month["rate"]
    off = [f"{by_month['value'][place]} by {gap[place]:+.3f}" for place in gap.index[gap.abs() > bound]]
    said = f"The mean score is off in the month of {', '.join(off)}"
    return [f"{said}: watch calibration, and retrain when it stays off."] if off else []


def _drawn_aucs(counts: pd.DataFrame, days: Sequence[str], drawn: Floats) -> Floats:
    table = counts.assign(negatives=counts["rows"] - counts["positives"]).pivot_table(
        index="value", columns="bin", values=["positives", "negatives"], aggfunc="sum", fill_value=0.0
    )
    table = table.reindex(days, fill_value=0.0)
    return auc_of_bins(drawn @ table["positives"].to_numpy(float), drawn @ table["negatives"].to_numpy(float))
