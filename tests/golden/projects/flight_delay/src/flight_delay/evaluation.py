"""Evaluation of scores for a yes-or-no outcome: Spark counts rows per bin of the score, every measure comes from the
counts.

Scores are binned by their log odds in steps of 0.05, fine enough for the area under the curve to agree with the exact
one to the third decimal and better. What is collected is bounded by bins, models and slices, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

STEP, REACH, TINY = 0.05, 10.0, 1e-9
"""Width of a bin and largest absolute value, in log odds; the smallest distance of a score from 0 and 1."""
TOP = 0.1
"""The share of rows with the highest scores that is acted upon."""

MEASURES = ("auc", "average_precision", "log_loss", "brier", "rate", "mean_score", "top_precision", "lift", "rows")
"""What `measures` returns."""

Floats = npt.NDArray[np.float64]


def score_counts(
    scored: DataFrame, scores: Sequence[str], slices: Mapping[str, str], label: str = "label"
) -> pd.DataFrame:
    """Return counts of the rows with a label by score, slice and bin of the score, in one pass.

    `scores` are columns of probabilities, `slices` SQL expressions by name (none: all rows are one). Columns: `model`,
    `slice`, `value` (text), `bin`, `rows`, `positives`, `score` (sum), `square` (sum of squared errors), `loss` (sum of
    negative log likelihoods, nats).
    """
    models = ", ".join(
        f"struct('{name}' as model, least(greatest(`{name}`, {TINY}D), 1 - {TINY}D) as score)" for name in scores
    )
    slices = slices or {"all": "'all'"}
    cuts = ", ".join(f"struct('{name}' as slice, cast({sql} as string) as value)" for name, sql in slices.items())
    inner = scored.where(F.col(label).isNotNull()).withColumn("cut", F.expr(f"array({cuts})"))
    by_model = inner.select(F.col(label).alias("label"), "cut", F.expr(f"inline(array({models}))"))
    bin_ = F.expr(f"cast(round(greatest(least(ln(score / (1 - score)), {REACH}D), -{REACH}D) / {STEP}D) as int)").alias(
        "bin"
    )
    long = by_model.select("model", "label", "score", bin_, F.expr("inline(cut)"))
    return (
        long.groupBy("model", "slice", "value", "bin")
        .agg(
            F.count(F.lit(1)).alias("rows"),
            F.sum("label").alias("positives"),
            F.sum("score").alias("score"),
            F.sum(F.pow(F.col("score") - F.col("label"), 2)).alias("square"),
            F.sum(F.expr("-ln(case when label = 1 then score else 1 - score end)")).alias("loss"),
        )
        .toPandas()
    )


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


def auc(scores: npt.ArrayLike, positives: npt.ArrayLike, negatives: npt.ArrayLike) -> float:
    """Return the area under the ROC curve of counts by score, ties counting half (Mann and Whitney 1947); 0.5 with one
    class.
    """
    order = np.argsort(np.asarray(scores, dtype=float), kind="stable")
    _, group = np.unique(np.asarray(scores, dtype=float)[order], return_inverse=True)
    up = np.bincount(group, weights=np.asarray(positives, dtype=float)[order])
    down = np.bincount(group, weights=np.asarray(negatives, dtype=float)[order])
    return float(_auc_of_bins(up[None, :], down[None, :])[0])


def top_precision(rows: Floats, positives: Floats, share: float = TOP) -> float:
    """Return the rate among the `share` of rows that come first; of the bin at the border only the part that fits
    counts.
    """
    wanted = share * rows.sum()
    taken = np.clip(wanted - (np.cumsum(rows) - rows), 0.0, rows)
    return float((positives * taken / np.maximum(rows, 1.0)).sum() / wanted)


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
    drawn = (
        np.random.default_rng(seed).multinomial(len(days), np.full(len(days), 1 / len(days)), size=draws).astype(float)
    )
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


def table(measured: pd.DataFrame, slices: Mapping[str, pd.DataFrame], **same: object) -> pd.DataFrame:
    """Return the rows of `modeling.evaluation`: `model`, `slice`, `value`, the measures, and the columns `same`."""
    shared = list(MEASURES)
    rows = [measured[shared].rename_axis("model").reset_index().assign(slice="all", value="all")]
    rows += [
        one[["value", *shared]].assign(model=measured.index[0], slice=name) for name, one in slices.items() if len(one)
    ]
    return pd.concat(rows, ignore_index=True)[["model", "slice", "value", *shared]].assign(**same)


def _drawn_aucs(counts: pd.DataFrame, days: Sequence[str], drawn: Floats) -> Floats:
    table = counts.assign(negatives=counts["rows"] - counts["positives"]).pivot_table(
        index="value", columns="bin", values=["positives", "negatives"], aggfunc="sum", fill_value=0.0
    )
    table = table.reindex(days, fill_value=0.0)
    return _auc_of_bins(drawn @ table["positives"].to_numpy(float), drawn @ table["negatives"].to_numpy(float))


def _auc_of_bins(positives: Floats, negatives: Floats) -> Floats:
    """Return the AUC of each row of counts, whose columns are bins in ascending order of the score."""
    below = np.cumsum(negatives, axis=1) - negatives / 2
    pairs = positives.sum(axis=1) * negatives.sum(axis=1)
    return np.where(pairs > 0, (positives * below).sum(axis=1) / np.maximum(pairs, 1.0), 0.5)
