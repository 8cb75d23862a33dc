"""The cases of a classification with several classes before any model: how many of each, what simple rules achieve.

`definition` and `modeling` call it. What is collected is bounded by days, classes and bins, never by rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Cut, count_bins
from .exploration import HOLD_OUT, LEARN, open_matters
from .features import DAY, LABEL
from .strength import by_class, log_loss, shares_of

FEWEST_TO_LEARN, FEWEST_TO_JUDGE = 30, 10
"""Below so many cases of a class on either side of the split, nothing that is said of that class is stable."""
LEFT_OUT = 0.01
"""From this share on, outcomes that are none of the classes have to be explained before a model is made."""
ALONE = "class shares alone"
"""The rule that says the same of every case: how often each class came before."""


@dataclass(frozen=True)
class Whole:
    """All rows as one bin."""

    column: str = ALONE
    sql: str = "0"


def summary(counts: pd.DataFrame, test_start: Any) -> pd.DataFrame:
    """Return before and from `test_start` on: `first`, `last` (day or block), `cases`, `known`, and a column for each
    label with its cases; `counts` as `exploration.counts_by_day`, by label.
    """
    part = (counts["day"] >= test_start).map({False: LEARN, True: HOLD_OUT}).rename("part")
    found = counts.groupby(part).agg(
        first=("day", "min"), last=("day", "max"), cases=("cases", "sum"), known=("rows", "sum")
    )
    known = counts[counts["label"].notna()]
    labels = known.groupby([part[known.index], known["label"].astype(int)])["rows"].sum().unstack(fill_value=0)
    return found.join(labels).reindex([LEARN, HOLD_OUT])


def class_table(found: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Return of each class by name how many cases there are on either side of the split, and their share."""
    rows = {name: found.get(place, pd.Series(0.0, found.index)).fillna(0) for place, name in enumerate(classes)}
    counts = pd.DataFrame(rows).T.astype(int)
    shares = (counts / counts.sum().clip(lower=1)).add_prefix("share ")
    return pd.concat([counts, shares], axis=1)[[LEARN, f"share {LEARN}", HOLD_OUT, f"share {HOLD_OUT}"]]


def days_of(counts: pd.DataFrame) -> pd.DataFrame:
    """Return counts by day as `split.count_days` does, from counts by day and label."""
    days = counts.groupby("day").agg(
        cases=("cases", "sum"), known=("rows", "sum"), total=("total", "sum"), lowest=("label", "min"),
        highest=("label", "max"),
    )  # fmt: skip
    return days.reset_index().sort_values("day", ignore_index=True)


def past_shares(counts: pd.DataFrame, before: Any, classes: Sequence[str]) -> str:
    """Return SQL for the array of class shares before a day, from counts by day and label: the rule ALONE."""
    known = counts[(counts["day"] < before) & counts["label"].notna()]
    rows = known.groupby(known["label"].astype(int))["rows"].sum().reindex(range(len(classes)), fill_value=0)
    overall, _ = shares_of(rows.to_frame().T)
    return f"array({', '.join(f'{float(share)!r}D' for share in overall)})"


def benchmarks(population: DataFrame, rules: Sequence[Cut], test_start: Any, order: str = DAY) -> pd.DataFrame:
    """Return what each rule achieves on the days from `test_start` on with the class shares of the days before.

    A rule says of a case the smoothed class shares of its group. Columns: `rule`, `log_loss` (nats, lowest first),
    `accuracy` of the likeliest class, `cases`, `groups`. The last row is the class shares alone.
    """
    known = population.where(F.col(LABEL).isNotNull()).withColumn("held_out", F.col(order) >= F.lit(test_start))
    tried = [*rules, Whole()]
    counts = count_bins(known, tried, ["held_out", LABEL])
    found = [_benchmark(one.column, counts[counts["column"] == one.column]) for one in tried]
    best = pd.DataFrame(found[:-1], columns=list(found[-1])).sort_values("log_loss")
    return pd.concat([one for one in (best, pd.DataFrame(found[-1:])) if len(one)], ignore_index=True)


def recommendation(
    found: pd.DataFrame,
    table: pd.DataFrame,
    strange: pd.DataFrame,
    breaches: Sequence[str],
    suspicious: Sequence[str],
    benchmark: pd.DataFrame,
) -> tuple[str, str]:
    """Return the outcome at the gate and why: stop with fewer than two classes of enough cases, revise where something
    is open, else go. `table` of `class_table`, `strange` of `labels.not_classes`.
    """
    enough = (table[LEARN] >= FEWEST_TO_LEARN) & (table[HOLD_OUT] >= FEWEST_TO_JUDGE)
    bound = f"{FEWEST_TO_LEARN} cases to learn from and {FEWEST_TO_JUDGE} to judge by"
    if enough.sum() < 2:
        return "stop", f"fewer than two classes have {bound}"
    known = int(found["known"].sum())
    said = [open_matters(breaches, suspicious)]
    said += [f"classes without {bound}: {', '.join(table.index[~enough])}"] if not enough.all() else []
    said += [strange_said(strange)] if len(strange) and strange["all"].iloc[0] > LEFT_OUT * known else []
    if any(said):
        return "revise", "; ".join(one for one in said if one)
    best, alone = benchmark.iloc[0], benchmark.iloc[-1]
    beat = f"{best['rule']} has a log loss of {best['log_loss']:.3f}, class shares alone {alone['log_loss']:.3f}"
    return "go", f"{known:,} known outcomes of {len(table)} classes, sources keep their contract; to beat: {beat}"


def strange_said(strange: pd.DataFrame) -> str:
    """Return in words how many outcomes are none of the classes; nothing where all are."""
    if strange.empty:
        return ""
    named = ", ".join(f"{one.outcome} {one.rows:,}" for one in strange.itertuples())
    return f"{strange['all'].iloc[0]:,} outcomes are none of the classes in kit.yml, neither learnt nor judged: {named}"


def _benchmark(rule: str, counts: pd.DataFrame) -> dict[str, Any]:
    rows = counts.set_index(["bin", LABEL])["rows"]
    sides = [by_class(rows[(counts["held_out"] == side).to_numpy()]) for side in (False, True)]
    labels = sides[0].columns.union(sides[1].columns)
    learnt, test = (side.reindex(columns=labels, fill_value=0.0) for side in sides)
    overall, shares = shares_of(learnt)
    said = shares.reindex(test.index).fillna(dict(zip(labels, overall, strict=True))).to_numpy(float)
    hits = test.to_numpy(float)[np.arange(len(test)), said.argmax(axis=1)].sum()
    return {
        "rule": rule if rule == ALONE else f"past shares by {rule}",
        "log_loss": log_loss(test, shares, overall),
        "accuracy": float(hits / max(test.to_numpy().sum(), 1.0)),
        "cases": int(test.to_numpy().sum()),
        "groups": len(learnt),
    }


def best_said(best: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a benchmark that are recorded."""
    return {"log_loss": float(best["log_loss"]), "accuracy": float(best["accuracy"])}
