"""The cases of a classification before any model: how many, how often positive, and what simple rules achieve.

`definition` calls it. What is collected is bounded by months, hours and bins, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Cut, count_bins
from .evaluation import auc, top_precision
from .features import DAY, LABEL
from .exploration import HOLD_OUT, LEARN, open_matters
from .strength import SMOOTHING

FEWEST_POSITIVES = 200
"""Below this many positive cases on either side of the split no figure of a model would be stable."""


def summary(counts: pd.DataFrame, test_start: Any) -> pd.DataFrame:
    """Return before and from `test_start` on: `first`, `last` (day or block), `cases`, `known`, `positives`, `rate`."""
    part = (counts["day"] >= test_start).map({False: LEARN, True: HOLD_OUT}).rename("part")
    found = counts.groupby(part).agg(
        first=("day", "min"),
        last=("day", "max"),
        cases=("cases", "sum"),
        known=("rows", "sum"),
        positives=("total", "sum"),
    )
    return found.assign(rate=found["positives"] / found["known"].clip(lower=1)).reindex([LEARN, HOLD_OUT])


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
    if breaches or suspicious:
        return "revise", open_matters(breaches, suspicious)
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
