"""The cases of a regression before any model: how many, how their outcomes lie, and what simple rules achieve.

`definition` calls it. What is collected is bounded by days, hours and bins, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Cut, count_bins
from .exploration import HOLD_OUT, LEARN, open_matters
from .features import DAY, LABEL
from .strength import prior_rows, sums_of

FEWEST_KNOWN = 100
"""Below this many known outcomes on either side of the split no figure of a model would be stable."""
SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
"""The quantiles that `distribution` tells."""
BARS = 50


def summary(counts: pd.DataFrame, test_start: Any) -> pd.DataFrame:
    """Return before and from `test_start` on: `first`, `last` (day or block), `cases`, `known`, `mean`."""
    part = (counts["day"] >= test_start).map({False: LEARN, True: HOLD_OUT}).rename("part")
    found = counts.groupby(part).agg(
        first=("day", "min"), last=("day", "max"), cases=("cases", "sum"), known=("rows", "sum"), total=("total", "sum")
    )
    found = found.assign(mean=found["total"] / found["known"].clip(lower=1)).drop(columns="total")
    return found.reindex([LEARN, HOLD_OUT])


def distribution(population: DataFrame) -> dict[str, float]:
    """Return of the known outcomes `lowest`, `highest`, `mean`, `skewness`, `zeros` (share) and quantiles (`p50`)."""
    shares = ", ".join(f"{share}D" for share in SHARES)
    row = population.agg(
        F.min(LABEL).alias("lowest"),
        F.max(LABEL).alias("highest"),
        F.avg(LABEL).alias("mean"),
        F.skewness(LABEL).alias("skewness"),
        F.avg((F.col(LABEL) == 0).cast("double")).alias("zeros"),
        F.expr(f"percentile_approx({LABEL}, array({shares}), 1000)").alias("quantiles"),
    ).first()
    assert row is not None
    found = {name: float(row[name] or 0.0) for name in ("lowest", "highest", "mean", "skewness", "zeros")}
    return found | {f"p{share * 100:g}": value for share, value in zip(SHARES, row["quantiles"] or [], strict=False)}


def histogram(population: DataFrame, found: Mapping[str, float]) -> pd.DataFrame:
    """Return counts of outcomes in BARS bars from the 1st to the 99th percentile of `distribution`: `low`, `cases`.

    What lies beyond is counted in the first and the last bar.
    """
    first, last = found.get("p1", 0.0), found.get("p99", 1.0)
    width = (last - first) / BARS or 1.0
    place = F.least(F.greatest(F.floor((F.col(LABEL) - first) / width), F.lit(0)), F.lit(BARS - 1))
    counts = (
        population.where(F.col(LABEL).isNotNull()).groupBy(place.alias("bar")).agg(F.count(F.lit(1)).alias("cases"))
    )
    bars = counts.toPandas().sort_values("bar", ignore_index=True)
    return pd.DataFrame({"low": first + bars["bar"].astype(float) * width, "cases": bars["cases"]})


def benchmarks(population: DataFrame, rules: Sequence[Cut], test_start: Any, order: str = DAY) -> pd.DataFrame:
    """Return what each rule achieves on the days from `test_start` on with the means of the days before, best first.

    A rule says the smoothed mean of a case's group. Columns: `rule`, `mae`, `rmse`, `wape` (absolute errors as share of
    the absolute outcomes), `cases`, `groups`. The last row is the overall mean alone.
    """
    cells = ", ".join(f"struct({place} as rule, {one.sql} as bin)" for place, one in enumerate(rules))
    cells = f"array({cells}, struct({len(rules)} as rule, 0 as bin))" if rules else "array(struct(0 as rule, 0 as bin))"
    held_out = (F.col(order) >= F.lit(test_start)).alias("held_out")
    known = population.where(F.col(LABEL).isNotNull())
    long = known.select(LABEL, held_out, F.expr(f"inline({cells})"))
    before = known.where(F.col(order) < F.lit(test_start))
    overall = before.agg(F.avg(LABEL)).first()[0] or 0.0
    prior = F.expr(_priors_sql(before, rules))
    mean = (F.sum(LABEL) + prior * overall) / (F.count(F.lit(1)) + prior)
    learnt = long.where("not held_out").groupBy("rule", "bin").agg(mean.alias("mean"))
    said = F.coalesce("mean", F.lit(overall))
    judged = long.where("held_out").join(F.broadcast(learnt), ["rule", "bin"], "left").withColumn("said", said)
    error = F.col("said") - F.col(LABEL)
    found = judged.groupBy("rule").agg(
        F.avg(F.abs(error)).alias("mae"),
        F.sqrt(F.avg(error * error)).alias("rmse"),
        F.coalesce(F.sum(F.abs(error)) / F.nullif(F.sum(F.abs(LABEL)), F.lit(0.0)), F.lit(0.0)).alias("wape"),
        F.count(F.lit(1)).alias("cases"),
    )
    groups = learnt.groupBy("rule").agg(F.count(F.lit(1)).alias("groups"))
    return _named(found.join(groups, "rule").toPandas(), rules)


def recommendation(
    found: pd.DataFrame, breaches: Sequence[str], suspicious: Sequence[str], benchmark: pd.DataFrame
) -> tuple[str, str]:
    """Return the outcome at the gate and why: stop with too few outcomes, revise where something is open, else go."""
    few = found.index[found["known"].fillna(0) < FEWEST_KNOWN]
    if len(few):
        return "stop", f"fewer than {FEWEST_KNOWN} known outcomes {' and '.join(few)}"
    if breaches or suspicious:
        return "revise", open_matters(breaches, suspicious)
    best, alone = benchmark.iloc[0], benchmark.iloc[-1]
    said = f"{best['rule']} is off by {best['mae']:,.4g} on average, the mean alone by {alone['mae']:,.4g}"
    return "go", f"{int(found['known'].sum()):,} known outcomes, sources keep their contract; to beat: {said}"


def _priors_sql(before: DataFrame, rules: Sequence[Cut]) -> str:
    """Return SQL for how many rows of the overall mean are mixed into the groups of a `rule`."""
    if not rules:
        return "1D"
    bins = count_bins(before, rules, total=LABEL, squares=f"{LABEL} * {LABEL}")
    priors = [prior_rows(sums_of(bins[bins["column"] == one.column])) for one in rules]
    return f"case rule {' '.join(f'when {place} then {prior!r}D' for place, prior in enumerate(priors))} else 1D end"


def _named(found: pd.DataFrame, rules: Sequence[Cut]) -> pd.DataFrame:
    names = [*(f"past mean by {one.column}" for one in rules), "overall mean alone"]
    named = found.sort_values("mae").assign(rule=[names[place] for place in found.sort_values("mae")["rule"]])
    is_last = named["rule"] == names[-1]
    return pd.concat([named[~is_last], named[is_last]], ignore_index=True)
