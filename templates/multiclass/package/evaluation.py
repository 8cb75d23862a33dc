"""Evaluation of probabilities for several classes: Spark counts rows by true and predicted class, every measure comes
from the counts.

What is collected is bounded by models, slices, days and pairs of classes, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

MEASURES = ("log_loss", "accuracy", "balanced_accuracy", "macro_f1", "brier", "confidence", "rows")
"""What `measures` returns."""
JUDGED = ("log_loss", "accuracy", "balanced_accuracy", "macro_f1")
"""The measures that get an interval."""
SUMS = ("rows", "loss", "square", "confidence")
"""What is added up for each pair of true and predicted class."""
CONFIDENCE = "cast(least(floor(_top * 10), 9) as int)"
"""A slice: tenths of the probability of the predicted class."""
TINY = 1e-9
"""The smallest probability that is judged."""

Floats = npt.NDArray[np.float64]


def class_counts(
    scored: DataFrame, models: Mapping[str, str], slices: Mapping[str, str], label: str = "label"
) -> pd.DataFrame:
    """Return SUMS of the rows with a label by model, slice, true and predicted class, in one pass.

    `models` are SQL expressions by name for the probabilities in the order of the labels, `slices` SQL expressions by
    name. Columns: `model`, `slice`, `value` (text), `label`, `predicted` (places of classes), `rows`, `loss` (sum of
    negative log likelihoods, nats), `square` (sum of squared distances, Brier 1950), `confidence` (sum of the
    predicted class's probability).
    """
    said = ", ".join(f"struct('{name}' as _model, {sql} as _p)" for name, sql in models.items())
    cuts = ", ".join(f"struct('{name}' as slice, cast({sql} as string) as value)" for name, sql in slices.items())
    known = scored.where(F.col(label).isNotNull()).withColumn("_label", F.col(label).cast("int"))
    each = known.select("*", F.expr(f"inline(array({said}))")).withColumn("_top", F.expr("array_max(_p)"))
    told = "greatest(_p[_label], 1e-9D)"
    long = each.select(
        F.col("_model").alias("model"),
        F.col("_label").alias("label"),
        F.expr("cast(array_position(_p, _top) - 1 as int)").alias("predicted"),
        F.expr(f"-ln({told})").alias("loss"),
        F.expr("aggregate(_p, 1D, (sum, one) -> sum + one * one) - 2 * _p[_label]").alias("square"),
        F.col("_top").alias("confidence"),
        F.expr(f"inline(array({cuts}))"),
    )
    sums = [F.sum(name).alias(name) for name in SUMS[1:]]
    counted = long.groupBy("model", "slice", "value", "label", "predicted").agg(F.count(F.lit(1)).alias("rows"), *sums)
    return counted.toPandas()


def class_shares(scored: DataFrame, shares: str, slices: Mapping[str, str]) -> pd.DataFrame:
    """Return by `slice` and `value` (text) the mean probability of each class beside its share of the rows with a
    label: `label`, `predicted`, `observed`, `rows`.

    `shares` is SQL for the probabilities in the order of the labels, `slices` SQL expressions by name.
    """
    cuts = ", ".join(f"struct('{name}' as slice, cast({sql} as string) as value)" for name, sql in slices.items())
    known = scored.where("label is not null").selectExpr(
        "cast(label as int) as _label", f"{shares} as _p", f"inline(array({cuts}))"
    )
    each = known.selectExpr("slice", "value", "_label", "posexplode(_p) as (label, share)")
    means = [F.avg("share").alias("predicted"), F.expr("avg(cast(label = _label as double))").alias("observed")]
    found = each.groupBy("slice", "value", "label").agg(*means, F.count(F.lit(1)).alias("rows"))
    return found.toPandas().sort_values(["slice", "value", "label"], ignore_index=True)


def measures(counts: pd.DataFrame) -> dict[str, float]:
    """Return the measures of one model on the rows behind `counts`, which are those of one slice.

    `log_loss` (nats); `accuracy`; `balanced_accuracy`, the mean recall of the classes that are there; `macro_f1`, the
    mean F1 of the classes that are there or are predicted; `brier`, the squared distance over all classes (0 to 2);
    `confidence`, the mean probability of the predicted class; `rows`.
    """
    found = _measured(*_sums(counts.assign(value="all"), ["all"], _size(counts)))
    return {name: float(value[0]) for name, value in found.items()}


def by_value(counts: pd.DataFrame, slice_: str, least: int = 100) -> pd.DataFrame:
    """Return the measures of each value of a slice with at least `least` rows, in order of the values."""
    groups = counts[counts["slice"] == slice_].groupby("value", sort=True)
    return pd.DataFrame(
        [{"value": value, **measures(rows)} for value, rows in groups if rows["rows"].sum() >= least],
        columns=["value", *MEASURES],
    )


def by_class(counts: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Return of each class: `class`, `rows`, `predicted` (rows said to be of it), `recall`, `precision`, `f1`.

    What nothing can be said of is empty.
    """
    _, true, said, hits = (one[0] for one in _sums(counts.assign(value="all"), ["all"], len(classes)))
    found = pd.DataFrame({"class": list(classes), "rows": true.astype(int), "predicted": said.astype(int)})
    parts = {"recall": (hits, true), "precision": (hits, said), "f1": (2 * hits, true + said)}
    return found.assign(**{name: np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
                           for name, (part, whole) in parts.items()})  # fmt: skip


def confusion(counts: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Return the rows of each true class (index) by predicted class (columns)."""
    places = range(len(classes))
    wide = counts.pivot_table(index="label", columns="predicted", values="rows", aggfunc="sum", fill_value=0)
    return wide.reindex(index=places, columns=places, fill_value=0).set_axis(classes, axis=0).set_axis(classes, axis=1)


def calibration(counts: pd.DataFrame) -> pd.DataFrame:
    """Return by tenth of the predicted class's probability: `rows`, `predicted` (its mean), `observed` (share right).

    `counts` has the slice `confidence`.
    """
    part = counts[counts["slice"] == "confidence"]
    part = part.assign(hits=part["rows"].where(part["label"] == part["predicted"], 0))
    sums = part.groupby("value")[["rows", "confidence", "hits"]].sum().sort_index()
    shares = {"predicted": sums["confidence"] / sums["rows"], "observed": sums["hits"] / sums["rows"]}
    return sums[["rows"]].assign(**shares).reset_index(drop=True)


def comparison(
    counts: pd.DataFrame, names: Sequence[str], draws: int = 500, level: float = 0.95, seed: int = 7
) -> pd.DataFrame:
    """Return the measures of each model with bootstrap intervals: the first of `names`, the others, the best last.

    Days are drawn with replacement and not rows, since rows of one day share its events (Field and Welsh 2007).
    Besides `measures`: `log_loss_low`, `log_loss_high` and so on for JUDGED; `lead`, by how much the log loss is below
    that of the last one, and `lead_low`, the lower end of its interval. `counts` has the slice `day`.
    """
    by_day = counts[counts["slice"] == "day"]
    days, size = sorted(by_day["value"].unique()), _size(by_day)
    chance = np.full(len(days), 1 / len(days))
    drawn = np.random.default_rng(seed).multinomial(len(days), chance, size=draws).astype(float)
    daily = {name: _sums(by_day[by_day["model"] == name], days, size) for name in names}
    found = {name: _measured(*(one.sum(axis=0, keepdims=True) for one in sums)) for name, sums in daily.items()}
    chances = {name: _measured(*(drawn @ one for one in sums)) for name, sums in daily.items()}
    order = [names[0], *sorted(names[1:], key=lambda name: -float(found[name]["log_loss"][0]))]
    ends, last = [(1 - level) / 2, (1 + level) / 2], order[-1]
    rows: dict[str, dict[str, float]] = {}
    for name in order:
        both = {one: np.quantile(chances[name][one], ends) for one in JUDGED}
        rows[name] = {one: float(value[0]) for one, value in found[name].items()}
        rows[name] |= {f"{one}_{end}": pair[at] for one, pair in both.items() for at, end in enumerate(("low", "high"))}
        rows[name]["lead"] = float(found[last]["log_loss"][0] - found[name]["log_loss"][0])
        rows[name]["lead_low"] = float(np.quantile(chances[last]["log_loss"] - chances[name]["log_loss"], ends[0]))
    return pd.DataFrame.from_dict(rows, orient="index")


def lead_of(counts: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """Return by how much the log loss of the first of `names` is below that of the last: `lead`, and `low`, the lower
    end of its bootstrap interval.
    """
    found = comparison(counts, list(dict.fromkeys([names[0], names[-1]])))
    return {"lead": float(found["lead"].iloc[0]), "low": float(found["lead_low"].iloc[0])}


def shown(measured: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each measure: what each model achieves, and from where to where that may lie."""
    columns = {}
    for name, one in measured.iterrows():
        columns[name] = {measure: f"{one[measure]:.3f}" for measure in JUDGED}
        columns[f"{name}: 95% interval"] = {
            measure: f"{one[f'{measure}_low']:.3f} to {one[f'{measure}_high']:.3f}" for measure in JUDGED
        }
    return pd.DataFrame(columns).rename_axis("measure")


def verdict(measured: pd.DataFrame, by_month: pd.DataFrame) -> tuple[str, str]:
    """Return the recommendation at the gate and its reason; `measured` of `comparison`, the model first and the best of
    what needs no model last.

    Rework where that is as good as the model or the lead may be chance; months are told, not judged.
    """
    model, rule, name = measured.iloc[0], measured.iloc[-1], measured.index[-1]
    both = f"log loss {model['log_loss']:.3f} ({model['log_loss_low']:.3f} to {model['log_loss_high']:.3f})"
    both += f" against {rule['log_loss']:.3f} of the {name}"
    if model["log_loss"] >= rule["log_loss"]:
        return "rework", f"The {name} wins: {both}. Use that, or find better columns."
    if model["lead_low"] <= 0:
        return "rework", f"The lead over the {name} may be chance: {both}."
    said = f"{both}; {model['accuracy']:.0%} right against {rule['accuracy']:.0%}"
    said += f", {model['balanced_accuracy']:.0%} with every class counting alike"
    worst = f"; in its worst month the log loss is {by_month['log_loss'].max():.3f}" if len(by_month) else ""
    return "accept", f"{said}{worst}."


def months_off(by_month: pd.DataFrame, bound: float = 0.1) -> list[str]:
    """Return, in a sentence, the months in which the model is surer than it is right by more than `bound`."""
    if not len(by_month):
        return []
    gap = by_month["confidence"] - by_month["accuracy"]
    off = [f"{by_month['value'][place]} by {gap[place]:+.2f}" for place in gap.index[gap.abs() > bound]]
    said = f"Mean probability and share right are apart in the month of {', '.join(off)}"
    return [f"{said}: watch calibration, and retrain when it stays off."] if off else []


def never_said(classes: pd.DataFrame) -> list[str]:
    """Return, in a sentence, the classes that are there but are never predicted; `classes` of `by_class`."""
    never = classes[(classes["rows"] > 0) & (classes["predicted"] == 0)]
    if never.empty:
        return []
    named = ", ".join(f"{name} ({rows:,} cases)" for name, rows in zip(never["class"], never["rows"], strict=True))
    return [f"Never the likeliest class, whatever the case: {named}. Act on its probability, or collect more of it."]


def _size(counts: pd.DataFrame) -> int:
    return int(counts[["label", "predicted"]].to_numpy().max()) + 1


def _sums(counts: pd.DataFrame, values: Sequence[str], size: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return by value: SUMS, rows of each true class, of each predicted class, and those that are right."""
    row = pd.Categorical(counts["value"], values).codes.astype(int)
    rows = counts["rows"].to_numpy(float)
    is_right = (counts["label"] == counts["predicted"]).to_numpy(float)
    totals = np.zeros((len(values), len(SUMS)))
    np.add.at(totals, row, counts[list(SUMS)].to_numpy(float))
    found = []
    for name, weight in (("label", rows), ("predicted", rows), ("label", rows * is_right)):
        table = np.zeros((len(values), size))
        np.add.at(table, (row, counts[name].to_numpy(int)), weight)
        found.append(table)
    return totals, *found


def _measured(totals: Floats, true: Floats, said: Floats, hits: Floats) -> dict[str, Floats]:
    """Return the measures of each row of sums, as `_sums` returns them."""
    rows, loss, square, confidence = totals.T
    count = np.maximum(rows, 1.0)
    return {
        "log_loss": loss / count,
        "accuracy": hits.sum(axis=1) / count,
        "balanced_accuracy": _mean_share(hits, true),
        "macro_f1": _mean_share(2 * hits, true + said),
        "brier": square / count,
        "confidence": confidence / count,
        "rows": rows,
    }


def _mean_share(part: Floats, whole: Floats) -> Floats:
    """Return the mean over the classes with a `whole` of their shares."""
    shares = np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)
    return shares.sum(axis=1) / np.maximum((whole > 0).sum(axis=1), 1)
