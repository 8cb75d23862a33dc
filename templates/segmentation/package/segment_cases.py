"""The entities before any segment: how many, how much the largest have, columns that say the same twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from . import grid, rfm
from .bins import bounded_sample

FEWEST = 100
"""Below so many entities to learn from no segment is stable."""


def span(rows: DataFrame, problem: Mapping[str, Any]) -> dict[str, Any]:
    """Return of typed rows: `rows`, `entities`, `keyless` (rows without a whole key), `first` and `last` day."""
    keys = [F.col(f"`{name}`") for name in problem["key"]]
    missing = F.expr(" or ".join(f"`{name}` is null" for name in problem["key"]))
    time = problem["event_time"]
    day = F.to_date(F.col(f"`{time}`").cast("timestamp")) if time else F.lit(None).cast("date")
    found = rows.agg(
        F.count(F.lit(1)).alias("rows"),
        F.count_distinct(F.struct(*keys)).alias("entities"),
        F.count_if(missing).alias("keyless"),
        F.min(day).alias("first"),
        F.max(day).alias("last"),
    ).first()
    return dict(found.asDict())


def gold_of(
    rows: DataFrame, problem: Mapping[str, Any], found: Mapping[str, Any], days: tuple[int, int], as_of: dt.date | None
) -> DataFrame:
    """Return the features of transactions or of entities, as `span` says what the rows are.

    `days` are window and horizon. Entities without a time are of the day `as_of` (None: today).
    """
    known = rows.where(" and ".join(f"`{name}` is not null" for name in problem["key"]))
    if not rfm.has_transactions(problem, found["rows"], found["entities"]):
        day = as_of or found["last"] or dt.datetime.now(dt.timezone.utc).date()
        return rfm.entities(known, problem, day)
    plan = rfm.plan(found["first"], min(as_of or found["last"], found["last"]), *days)
    return rfm.features(rfm.days_of(known, problem), problem["key"], plan)


def key_expectations(problem: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the expectation that a row has its key: without it, it is nobody's."""
    condition = " and ".join(f"`{name}` is not null" for name in problem["key"])
    said = "Without its key a row is nobody's."
    return [{"name": "key_known", "condition": condition, "action": "quarantine", "description": said}]


def parts(gold: DataFrame) -> pd.DataFrame:
    """Return `snapshot`, `part`, `rows` in order."""
    counts = gold.groupBy(rfm.SNAPSHOT, rfm.PART).agg(F.count(F.lit(1)).alias("rows")).toPandas()
    return counts.sort_values([rfm.SNAPSHOT, "rows"], ascending=[True, False], ignore_index=True)


def rows_in(counts: pd.DataFrame, part: str) -> int:
    """Return how many rows of `parts` are for something."""
    return int(counts.loc[counts["part"] == part, "rows"].sum())


def samples(
    gold: DataFrame, counts: pd.DataFrame, key: Sequence[str], columns: Sequence[str], limit: int = 4_000
) -> dict[str, pd.DataFrame]:
    """Return a bounded sample of the rows to learn from and to judge by: `columns` and what came next."""
    later = [name for name in (rfm.NEXT_FREQUENCY, rfm.NEXT_AMOUNT) if name in gold.columns]
    made = {}
    for part in (rfm.LEARN, rfm.JUDGE):
        rows = bounded_sample(
            gold.where(F.col(rfm.PART) == part), rows_in(counts, part), limit, [f"`{k}`" for k in key]
        )
        made[part] = rows.select(*[f"`{name}`" for name in [*columns, *later]]).toPandas()
    return made


def concentration(sample: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return `tenth` (1 is the largest tenth of the entities) and its `share` of the sum of a column."""
    values = sample[column].astype(float).clip(lower=0).fillna(0).sort_values(ascending=False, ignore_index=True)
    tenth = (values.index * 10 // max(len(values), 1)) + 1
    sums = values.groupby(tenth).sum()
    return pd.DataFrame({"tenth": sums.index, "share": sums.to_numpy() / max(float(values.sum()), 1e-9)})


def benchmark(found: Mapping[str, pd.DataFrame], columns: Sequence[str], k: int = 5) -> pd.DataFrame:
    """Return what a grid of quintiles says without any model, by its `group`: `rows`, the medians of `columns`, and
    what came next, of the later rows.
    """
    learnt = grid.fit(found[rfm.LEARN], columns, k)
    judge = found[rfm.JUDGE]
    groups = judge.assign(group=learnt.cells(judge) + 1).groupby("group")
    table = groups[list(columns)].median().astype(float)
    table.insert(0, "rows", groups.size())
    if rfm.NEXT_AMOUNT in judge:
        table["next_active"] = groups[rfm.NEXT_FREQUENCY].apply(lambda one: float((one > 0).mean()))
        table["next_amount"] = groups[rfm.NEXT_AMOUNT].mean().astype(float)
    return table.reset_index()


def twins(sample: pd.DataFrame, columns: Sequence[str], limit: float = 0.95) -> pd.DataFrame:
    """Return the pairs of columns that rank the entities the same way, so that they would count twice: `first`,
    `second`, `correlation` of ranks, strongest first.
    """
    ranks = sample[list(columns)].astype(float).rank()
    found = ranks.corr().to_numpy()
    pairs = [
        (columns[a], columns[b], float(found[a, b])) for a, b in zip(*np.triu_indices(len(columns), 1), strict=True)
    ]
    table = pd.DataFrame(pairs, columns=["first", "second", "correlation"]).dropna()
    table = table[table["correlation"].abs() >= limit]
    return table.sort_values("correlation", key=abs, ascending=False, ignore_index=True)


def recommendation(counts: pd.DataFrame, breaches: Sequence[str], table: pd.DataFrame) -> tuple[str, str]:
    """Return the outcome at the gate of the definition and why."""
    learn, judge = rows_in(counts, rfm.LEARN), rows_in(counts, rfm.JUDGE)
    if learn < FEWEST or judge < FEWEST // 2:
        return "stop", f"{learn:,} entities to learn from and {judge:,} to judge by are too few for stable segments"
    if breaches:
        return "revise", f"sources break their contract: {'; '.join(breaches)}"
    said = f"{learn:,} entities to learn from, {judge:,} to judge by"
    if "next_active" in table:
        low, high = table["next_active"].iloc[0], table["next_active"].iloc[-1]
        said += f"; of the grid's lowest group {low:.0%} are active in the next period, of its highest {high:.0%}"
    return "go", said


def ready(
    rows: int, repeated: int, breaches: Sequence[str], dictionary: pd.DataFrame, columns: Sequence[str]
) -> tuple[str, str]:
    """Return the outcome at the gate of data engineering and why."""
    empty = list(dictionary.loc[(dictionary["gaps"] == 1) & dictionary["column"].isin(columns), "column"])
    if not rows:
        return "abandon", "gold.features has no rows"
    if repeated or empty or breaches:
        said = [*breaches, *([f"{repeated:,} rows repeat an entity of a snapshot"] if repeated else [])]
        return "collect more", "; ".join([*said, *[f"column {name} is empty" for name in empty]])
    return "proceed", f"{rows:,} rows, one for each entity and snapshot; segments can rest on {', '.join(columns)}"
