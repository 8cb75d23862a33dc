"""The cases of a classification before any model: how many, how often positive, and what simple rules achieve.

`definition` calls it. What is collected is bounded by months, hours and bins, never by rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Cut, count_bins, fit_bins
from .evaluation import auc, top_precision
from .features import DAY, LABEL, TIME, open_columns

FEWEST_POSITIVES = 200
"""Below this many positive cases on either side of the split no figure of a model would be stable."""
LEARN, HOLD_OUT = "to learn from", "hold-out"
SMOOTHING = 20.0
"""Rows of the overall rate that are mixed into the rate of each group of a rule."""


def in_days(population: DataFrame, first: dt.date | None, last: dt.date | None) -> DataFrame:
    """Return the cases whose `event_day` lies from `first` to `last`, both included; None is unbounded.

    A case without a day is left out: data engineering sets it aside.
    """
    kept = population.where(F.col(DAY).isNotNull()) if first is None else population.where(F.col(DAY) >= F.lit(first))
    return kept if last is None else kept.where(F.col(DAY) <= F.lit(last))


def rates(population: DataFrame, order: str = DAY) -> pd.DataFrame:
    """Return counts by day and hour: `day`, `month` (its first day), `weekday` (0 Monday), `hour`, `cases`, `rows`
    (with a known outcome), `positives`.

    With the `order` of blocks `day` is the block, and the other three are missing.
    """
    hour = [F.hour(TIME).alias("hour")] if order == DAY else []
    counts = (
        population.where(F.col(order).isNotNull())
        .groupBy(F.col(order).alias("day"), *hour)
        .agg(
            F.count(F.lit(1)).alias("cases"),
            F.count(LABEL).alias("rows"),
            F.coalesce(F.sum(LABEL), F.lit(0.0)).cast("bigint").alias("positives"),
        )
    )
    found = counts.toPandas()
    if order != DAY:
        return found.sort_values("day", ignore_index=True)
    found = found.sort_values(["day", "hour"], ignore_index=True)
    day = pd.to_datetime(found["day"])
    return found.assign(month=day.dt.to_period("M").dt.to_timestamp(), weekday=day.dt.weekday)


def rate_by(counts: pd.DataFrame, *groups: str | Sequence[str]) -> list[pd.DataFrame]:
    """Return `rows` (with a known outcome) and `positives` of `rates`, summed by each of the groups, in order."""
    names = [[one] if isinstance(one, str) else list(one) for one in groups]
    return [counts.groupby(by, as_index=False)[["rows", "positives"]].sum().query("rows > 0") for by in names]


def first_test_day(counts: pd.DataFrame, declared: dt.date | None, order: str = DAY) -> Any:
    """Return the declared first day of the hold-out, or the day from which on the last quarter of the cases lies.

    With the `order` of blocks it is a block, whatever day is declared.
    """
    if declared is not None and order == DAY:
        return declared
    by_day = counts.groupby("day")["rows"].sum().sort_index()
    first = by_day.index[(by_day.cumsum() >= 0.75 * by_day.sum()).to_numpy()][0]
    return first if order == DAY else int(first)


def summary(counts: pd.DataFrame, test_start: Any) -> pd.DataFrame:
    """Return before and from `test_start` on: `first`, `last` (day or block), `cases`, `known`, `positives`, `rate`."""
    part = (counts["day"] >= test_start).map({False: LEARN, True: HOLD_OUT}).rename("part")
    found = counts.groupby(part).agg(
        first=("day", "min"),
        last=("day", "max"),
        cases=("cases", "sum"),
        known=("rows", "sum"),
        positives=("positives", "sum"),
    )
    return found.assign(rate=found["positives"] / found["known"].clip(lower=1)).reindex([LEARN, HOLD_OUT])


def cuts(population: DataFrame, problem: Mapping[str, Any]) -> list[Cut]:
    """Return bins of every column that is not key, time or target, whether it may be used or not."""
    numeric, categorical = open_columns(population, {**problem, "leaks": {}, "unused": {}})
    return list(fit_bins(population, numeric, categorical, count=20))


def judged(found: pd.DataFrame, problem: Mapping[str, Any], limit: float) -> pd.DataFrame:
    """Add `state` to what columns can do alone: declared as leak, suspicious (better than `limit`), or usable."""
    telling = (found["auc"] > limit) | (found["filled_with_outcome"] > 0.5)
    state = telling.map({True: "suspicious", False: "usable"}).mask(
        found["column"].isin(list(problem["leaks"])), "declared as leak"
    )
    return found.assign(state=state)


def best_usable(cuts: Sequence[Cut], strength: pd.DataFrame, most: int) -> list[Cut]:
    """Return the cuts of the strongest usable columns, strongest first."""
    named = {one.column: one for one in cuts}
    return [named[column] for column in strength.loc[strength["state"] == "usable", "column"].head(most)]


def benchmarks(population: DataFrame, rules: Sequence[Cut], test_start: Any, order: str = DAY) -> pd.DataFrame:
    """Return what each rule achieves on the days from `test_start` on with the rates of the days before, best first.

    A rule scores a case with the smoothed rate of its group. Columns: `rule`, `auc`, `top_rate` (rate among the tenth
    with the highest scores), `rate` (among all), `cases`, `groups`. The last row is the base rate alone: AUC 0.5.
    """
    known = population.where(F.col(LABEL).isNotNull()).withColumn("held_out", F.col(order) >= F.lit(test_start))
    counts = count_bins(known, rules, ["held_out"], positives=LABEL)
    found = [_benchmark(one.column, counts[counts["column"] == one.column]) for one in rules]
    best = pd.DataFrame(found).sort_values("auc", ascending=False, ignore_index=True)
    base = best.iloc[[0]].assign(rule="base rate alone", auc=0.5, top_rate=best["rate"].iloc[0], groups=1)
    return pd.concat([best, base], ignore_index=True)


def recommendation(
    found: pd.DataFrame, breaches: Sequence[str], suspicious: Sequence[str], best: Mapping[str, Any]
) -> tuple[str, str]:
    """Return the outcome at the gate and why: stop with too few positives, revise where something is open, else go."""
    few = found.index[found["positives"].fillna(0) < FEWEST_POSITIVES]
    if len(few):
        return "stop", f"fewer than {FEWEST_POSITIVES} positive cases {' and '.join(few)}"
    if breaches:
        return "revise", f"sources break their contract: {'; '.join(breaches)}"
    if suspicious:
        return "revise", f"columns that know too much and are not declared: {', '.join(suspicious)}"
    said = f"{best['rule']} reaches AUC {best['auc']:.3f} and a rate of {best['top_rate']:.0%} in the top tenth"
    positives = int(found["positives"].sum())
    return "go", f"{positives:,} positive cases, sources keep their contract; to beat: {said} (all: {best['rate']:.0%})"


def _benchmark(rule: str, counts: pd.DataFrame) -> dict[str, Any]:
    learnt = counts[~counts["held_out"]].set_index("bin")
    test = counts[counts["held_out"]].set_index("bin")
    overall = learnt["positives"].sum() / max(learnt["rows"].sum(), 1)
    scores = (learnt["positives"] + SMOOTHING * overall) / (learnt["rows"] + SMOOTHING)
    judged = test.assign(score=scores.reindex(test.index).fillna(overall)).sort_values("score", ascending=False)
    rows, positives = judged["rows"].to_numpy(float), judged["positives"].to_numpy(float)
    return {
        "rule": f"past rate by {rule}",
        "auc": auc(judged["score"], positives, rows - positives),
        "top_rate": top_precision(rows, positives) if rows.sum() else 0.0,
        "rate": float(positives.sum() / max(rows.sum(), 1)),
        "cases": int(rows.sum()),
        "groups": len(learnt),
    }
