"""The cases before any detector: how many, over which time, how many labelled, and what the simple rule would flag.

`definition` calls it. What is collected is bounded by days and hours, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .deviations import DEVIATIONS, Usual
from .exploration import HOLD_OUT, LEARN, open_matters
from .features import LABEL

BOUNDS = (3.0, 5.0, 10.0)
"""Robust sigmas beyond which a case may be called unusual by hand."""
FEWEST_CASES, FEWEST_POSITIVES = 500, 20
"""Below this nothing that is measured would be stable: cases on either side of the split, labelled anomalies in it."""
LARGEST = "largest"
_STEP = 0.25


def summary(counts: pd.DataFrame, test_start: Any) -> pd.DataFrame:
    """Return before and from `test_start` on: `first`, `last` (day or block), `cases`, `labelled`, `anomalies`."""
    part = (counts["day"] >= test_start).map({False: LEARN, True: HOLD_OUT}).rename("part")
    found = counts.groupby(part).agg(
        first=("day", "min"), last=("day", "max"), cases=("cases", "sum"), labelled=("known", "sum"),
        anomalies=("total", "sum"),
    )  # fmt: skip
    return found.reindex([LEARN, HOLD_OUT])


def with_largest(population: DataFrame, usual: Usual) -> DataFrame:
    """Return the cases with the largest of their absolute deviations, in robust sigmas."""
    prepared = usual.stage().transform(population)
    largest = F.array_max(F.transform(DEVIATIONS, F.abs))
    return population.select("*") if not usual.scales else prepared.withColumn(LARGEST, largest)


def histogram(cases: DataFrame, order: str, test_start: Any) -> pd.DataFrame:
    """Return counts by half of the split and bin of the largest deviation: `held_out`, `low`, `rows`, `known`,
    `positives`; bins are a quarter of a sigma wide, the last is open.
    """
    low = F.least(F.floor(F.col(LARGEST) / _STEP) * _STEP, F.lit(30.0)).alias("low")
    counts = cases.groupBy((F.col(order) >= F.lit(test_start)).alias("held_out"), low).agg(
        F.count(F.lit(1)).alias("rows"), F.count(LABEL).alias("known"), F.count_if(F.col(LABEL) == 1).alias("positives")
    )
    return counts.toPandas().astype({"low": float}).sort_values(["held_out", "low"], ignore_index=True)


def benchmarks(found: pd.DataFrame) -> pd.DataFrame:
    """Return what the rule flags on the hold-out for each of BOUNDS: `rule`, `flagged` (cases), `share`, `precision`,
    `recall` (empty without labels); `found` as `histogram` returns it.
    """
    test = found[found["held_out"]]
    rows = []
    for bound in BOUNDS:
        over = test[test["low"] >= bound][["rows", "known", "positives"]].sum()
        is_labelled, positives = test["known"].sum() > 0, test["positives"].sum()
        rows.append(
            {
                "rule": f"some column is off by more than {bound:g} robust sigmas",
                "flagged": int(over["rows"]),
                "share": float(over["rows"] / max(test["rows"].sum(), 1)),
                "precision": float(over["positives"] / max(over["known"], 1)) if is_labelled else None,
                "recall": float(over["positives"] / max(positives, 1)) if is_labelled else None,
            }
        )
    return pd.DataFrame(rows).astype({"precision": float, "recall": float})


def recommendation(
    found: pd.DataFrame, breaches: Sequence[str], suspicious: Sequence[str], best: Mapping[str, Any], labelled: bool
) -> tuple[str, str]:
    """Return the outcome at the gate and why: stop with too few cases, revise where something is open, else go."""
    few = found.index[found["cases"].fillna(0) < FEWEST_CASES]
    if len(few):
        return "stop", f"fewer than {FEWEST_CASES} cases {' and '.join(few)}"
    rare = found.index[found["anomalies"].fillna(0) < FEWEST_POSITIVES] if labelled else []
    matters = open_matters(breaches, suspicious)
    if matters or len(rare):
        said = [f"fewer than {FEWEST_POSITIVES} labelled anomalies {' and '.join(rare)}"] if len(rare) else []
        return "revise", "; ".join([*said, *([matters] if matters else [])])
    rule = f"by hand, {best['share']:.1%} of cases are flagged where {best['rule']}"
    if not labelled:
        return "go", f"{int(found['cases'].sum()):,} cases without labels, so no accuracy can be promised; {rule}"
    rule += f"; {best['precision']:.0%} of that is right, {best['recall']:.0%} of anomalies are among it"
    return "go", f"{int(found['anomalies'].sum()):,} labelled anomalies; to beat: {rule}"


def capacity(cases: float, days: int, alerts_per_day: float | None, share: float) -> float:
    """Return the share of cases that the team can look at: `alerts_per_day` where it is given, else `share`."""
    return share if alerts_per_day is None else float(min(0.5, alerts_per_day * days / max(cases, 1.0)))
