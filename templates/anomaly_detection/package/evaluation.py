"""How good a detector is on the hold-out: by labels where there are any, else by what can be seen without them.

What is collected is bounded by bins, days and months, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .features import LABEL
from .ranked import Floats, auc_of_bins, drawn_days, precision_of_bins, score_counts, top_precision

SPIKE_SIGMAS = 8.0
"""How far off a planted spike is."""
STEADY, WITHIN = 0.5, 3.0
"""Least stability of what is flagged, and by which factor the share flagged may miss the capacity."""


def ranking(counts: pd.DataFrame) -> dict[str, float]:
    """Return `average_precision` and `auc` of one model's `ranked.score_counts`."""
    bins = counts.groupby("bin")[["rows", "positives"]].sum().sort_index()
    up = bins["positives"].to_numpy(float)[None, :]
    down = bins["rows"].to_numpy(float)[None, :] - up
    return {"average_precision": float(precision_of_bins(up, down)[0]), "auc": float(auc_of_bins(up, down)[0])}


def at_capacity(counts: pd.DataFrame, share: float) -> dict[str, float]:
    """Return `capacity_precision` and `capacity_recall`: of the `share` of cases with the highest scores, whatever the
    threshold.
    """
    bins = counts.groupby("bin")[["rows", "positives"]].sum().sort_index(ascending=False).astype(float)
    precision = top_precision(bins["rows"].to_numpy(), bins["positives"].to_numpy(), share)
    found = precision * share * bins["rows"].sum()
    return {"capacity_precision": precision, "capacity_recall": found / max(bins["positives"].sum(), 1.0)}


def by_labels(scored: DataFrame, names: Mapping[str, str], order: str, share: float) -> pd.DataFrame:
    """Return the measures of each score on labelled cases, in the order of `names` (column to name).

    `average_precision` and `auc` with their 95% intervals over days; `lead_low`, the lower end of the lead in average
    precision over the last one; `at_capacity`; at the threshold for `share` of the past `precision`, `recall` and
    `flagged` (share); `rate`, `rows`.
    """
    counts = score_counts(scored, list(names), {"day": order})
    drawn = {name: _drawn(counts, name) for name in names}
    flags = at_threshold(scored.where(F.col(LABEL).isNotNull()), list(names), share)
    last = drawn[list(names)[-1]]["average_precision"]
    found = {}
    for name, said in names.items():
        ends = {f"{one}_{end}": float(np.quantile(values, at)) for one, values in drawn[name].items()
                for end, at in (("low", 0.025), ("high", 0.975))}  # fmt: skip
        lead = float(np.quantile(drawn[name]["average_precision"] - last, 0.025))
        rows = counts[counts["model"] == name]
        found[said] = {**ranking(rows), **ends, "lead_low": lead, **at_capacity(rows, share), **flags.loc[name]}
    return pd.DataFrame(found).T


def without_labels(scored: DataFrame, names: Mapping[str, str], share: float) -> pd.DataFrame:
    """Return what can be said of each score without labels: `flagged` (share), `agreement` with the other, `rows`."""
    flags = at_threshold(scored, list(names), share)[["flagged", "rows"]]
    first, last = next(iter(names)), list(names)[-1]
    agreement = scored.agg(F.corr(first, last)).first()[0]
    return flags.assign(agreement=float(agreement or 0.0)).rename(index=dict(names))


def at_threshold(scored: DataFrame, names: Sequence[str], share: float) -> pd.DataFrame:
    """Return by name of a score, at the threshold for `share`: `precision`, `recall`, `flagged`, `rate`, `rows`."""
    cells = {"rows": "count(1)", "positives": f"count_if({LABEL} = 1)"}
    for name in names:
        over = f"`{name}` >= {1 - share!r}D"
        cells |= {f"flagged {name}": f"count_if({over})", f"caught {name}": f"count_if({over} and {LABEL} = 1)"}
    row = scored.agg(*[F.expr(sql).alias(name) for name, sql in cells.items()]).first()
    rows, positives = max(row["rows"], 1), row["positives"]
    found = {
        name: {
            "precision": row[f"caught {name}"] / max(row[f"flagged {name}"], 1),
            "recall": row[f"caught {name}"] / max(positives, 1),
            "flagged": row[f"flagged {name}"] / rows,
            "rate": positives / rows,
            "rows": float(row["rows"]),
        }
        for name in names
    }
    return pd.DataFrame(found).T


def by_value(scored: DataFrame, sql: str, flagged: str = "flagged") -> pd.DataFrame:
    """Return by the value of a SQL expression, in its order: `value`, `rows`, `flagged` (share), `known`, `positives`,
    `precision` and `recall` (null where nothing is labelled).
    """
    cells = {"rows": "count(1)", "count": f"count_if({flagged})", "known": f"count({LABEL})"}
    cells |= {"sure": f"count_if({flagged} and {LABEL} is not null)", "positives": f"count_if({LABEL} = 1)"}
    cells |= {"caught": f"count_if({flagged} and {LABEL} = 1)"}
    grouped = scored.groupBy(F.expr(f"cast({sql} as string)").alias("value"))
    found = grouped.agg(*[F.expr(one).alias(name) for name, one in cells.items()]).toPandas()
    found = found.sort_values("value", ignore_index=True).astype(dict.fromkeys(cells, float))
    return pd.DataFrame(
        {
            "value": found["value"],
            "rows": found["rows"],
            "flagged": found["count"] / found["rows"],
            "known": found["known"],
            "positives": found["positives"],
            "precision": found["caught"] / found["sure"].where(found["sure"] > 0),
            "recall": found["caught"] / found["positives"].where(found["positives"] > 0),
        }
    )


def reasons(scored: DataFrame) -> pd.DataFrame:
    """Return how often a column is the first reason of a flagged case, most often first: `column`, `cases`."""
    first = F.substring_index("reason", " ", 1).alias("column")
    counts = scored.where("flagged").groupBy(first).agg(F.count(F.lit(1)).alias("cases"))
    return counts.orderBy(F.desc("cases"), "column").limit(15).toPandas()


def top_cases(scored: DataFrame, keys: Sequence[str], most: int = 12) -> pd.DataFrame:
    """Return the most unusual cases of all: `keys`, `score`, `reason`, and the label where it is known."""
    names = [F.col(f"`{name}`") for name in keys]
    return scored.orderBy(F.desc("score"), *names).select(*names, "score", "reason", LABEL).limit(most).toPandas()


def verdict(measured: pd.DataFrame, trial: Mapping[str, Any] | None, share: float) -> tuple[str, str]:
    """Return the recommendation at the gate and its reason; `measured` has the model first and the simple rule last.

    `trial` is the chosen detector's row of the trials, None where nothing was trained.
    """
    model, rule = measured.iloc[0], measured.iloc[-1]
    if "average_precision" in measured:
        return _by_labels(model, rule, share)
    said = f"{model['flagged']:.1%} of the hold-out flagged for a capacity of {share:.1%}"
    said = f"No label says whether that is right, so no accuracy is claimed: {said}"
    if trial is not None:
        said += f"; {trial['stability']:.0%} of it is the same whichever half of the past was learnt from"
        said += f", {trial['planted']:.0%} of planted anomalies flagged"
    if not share / WITHIN <= model["flagged"] <= share * WITHIN:
        return "rework", f"{said}. The hold-out is not like what was learnt from: find out why before anyone is called."
    if trial is not None and trial["stability"] < STEADY:
        return "rework", f"{said}. What is flagged depends on chance; take fewer columns, or more rows."
    return "accept", f"{said}. Have the first flagged cases reviewed, and keep the reviews as labels."


def open_points(measured: pd.DataFrame, by_month: pd.DataFrame, share: float) -> list[str]:
    """Return what is left open: missing labels, months that flag far more than the team can look at."""
    unlabelled = ["No labels: have what is flagged reviewed, and name the reviews as the target in kit.yml."]
    found = [] if "average_precision" in measured else unlabelled
    over = by_month[by_month["flagged"] > WITHIN * share]
    said = ", ".join(f"{str(one.value)[:7]} ({one.flagged:.1%})" for one in over.itertuples())
    return found + ([f"Months that flag over {WITHIN:g} times the capacity: {said}"] if said else [])


def _by_labels(model: Mapping[str, float], rule: Mapping[str, float], share: float) -> tuple[str, str]:
    both = f"average precision {model['average_precision']:.3f} ({model['average_precision_low']:.3f} to "
    both += f"{model['average_precision_high']:.3f}) against {rule['average_precision']:.3f} of the simple rule, "
    both += f"AUC {model['auc']:.3f} against {rule['auc']:.3f}, at {model['rate']:.1%} anomalies"
    if model["average_precision"] <= rule["average_precision"]:
        return "rework", f"The simple rule wins: {both}. Use the rule, or find better columns."
    if model["lead_low"] <= 0:
        return "rework", f"The lead over the simple rule may be chance: {both}."
    at = f"with {share:.1%} of cases looked at, {model['capacity_precision']:.0%} of them are anomalies and "
    at += f"{model['capacity_recall']:.0%} of all anomalies are found; the threshold of the past flags "
    at += f"{model['flagged']:.1%}, {model['precision']:.0%} of it rightly, and finds {model['recall']:.0%}"
    return "accept", f"{both}; {at}."


def _drawn(counts: pd.DataFrame, name: str) -> dict[str, Floats]:
    """Return average precision and AUC of a score in each of 500 draws of days with replacement."""
    rows = counts[counts["model"] == name].assign(negatives=lambda one: one["rows"] - one["positives"])
    table = rows.pivot_table(
        index="value", columns="bin", values=["positives", "negatives"], aggfunc="sum", fill_value=0
    )
    drawn = drawn_days(len(table))
    up, down = drawn @ table["positives"].to_numpy(float), drawn @ table["negatives"].to_numpy(float)
    return {"average_precision": precision_of_bins(up, down), "auc": auc_of_bins(up, down)}
