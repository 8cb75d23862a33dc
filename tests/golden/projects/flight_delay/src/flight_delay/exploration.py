"""The cases before any model: which days they lie on, where the hold-out begins, which columns could serve a rule.

`definition` calls it. What is collected is bounded by days, hours and bins, never by rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Cut
from .features import DAY, LABEL, TIME, feature_bins, open_columns
from .strength import BY, MEASURE

LEARN, HOLD_OUT = "to learn from", "hold-out"


def in_days(population: DataFrame, first: dt.date | None, last: dt.date | None) -> DataFrame:
    """Return the cases whose `event_day` lies from `first` to `last`, both included; None is unbounded.

    A case without a day is left out: data engineering sets it aside.
    """
    kept = population.where(F.col(DAY).isNotNull()) if first is None else population.where(F.col(DAY) >= F.lit(first))
    return kept if last is None else kept.where(F.col(DAY) <= F.lit(last))


def counts_by_day(population: DataFrame, order: str = DAY) -> pd.DataFrame:
    """Return counts by day and hour: `day`, `month` (its first day), `weekday` (0 Monday), `hour`, `cases`, `rows`
    (with a known outcome), `total` (of the outcomes).

    With the `order` of blocks `day` is the block, and the other three are missing. Where a kind of problem has columns
    BY, counts are by these and not by hour.
    """
    hour: list[Any] = [F.hour(TIME).alias("hour")] if order == DAY and not BY else list(BY)
    counts = (
        population.where(F.col(order).isNotNull())
        .groupBy(F.col(order).alias("day"), *hour)
        .agg(
            F.count(F.lit(1)).alias("cases"),
            F.count(LABEL).alias("rows"),
            F.coalesce(F.sum(LABEL), F.lit(0.0)).alias("total"),
        )
    )
    found = counts.toPandas()
    if order != DAY:
        return found.sort_values("day", ignore_index=True)
    found = found.sort_values(["day", *(BY or ["hour"])], ignore_index=True)
    day = pd.to_datetime(found["day"])
    return found.assign(month=day.dt.to_period("M").dt.to_timestamp(), weekday=day.dt.weekday)


def sums_by(counts: pd.DataFrame, *groups: str | Sequence[str]) -> list[pd.DataFrame]:
    """Return `rows` (with a known outcome) and `total` of `counts_by_day`, summed by each of the groups, in order."""
    names = [[one] if isinstance(one, str) else list(one) for one in groups]
    return [counts.groupby(by, as_index=False)[["rows", "total"]].sum().query("rows > 0") for by in names]


def first_test_day(counts: pd.DataFrame, declared: dt.date | None, order: str = DAY) -> Any:
    """Return the declared first day of the hold-out, or the day from which on the last quarter of the cases lies.

    With the `order` of blocks it is a block, whatever day is declared.
    """
    if declared is not None and order == DAY:
        return declared
    by_day = counts.groupby("day")["rows"].sum().sort_index()
    first = by_day.index[(by_day.cumsum() >= 0.75 * by_day.sum()).to_numpy()][0]
    return first if order == DAY else int(first)


def cuts(population: DataFrame, problem: Mapping[str, Any]) -> list[Cut]:
    """Return bins of every column that is not key, time or target, whether it may be used or not."""
    numeric, categorical = open_columns(population, {**problem, "leaks": {}, "unused": {}})
    return list(feature_bins(population, numeric, categorical, count=20))


def states(found: pd.DataFrame, problem: Mapping[str, Any], limit: float) -> pd.DataFrame:
    """Add `state` to what columns can do alone: declared as leak, suspicious (stronger than `limit`), or usable."""
    telling = (found[MEASURE] > limit) | (found["filled_with_outcome"] > 0.5)
    state = telling.map({True: "suspicious", False: "usable"}).mask(
        found["column"].isin(list(problem["leaks"])), "declared as leak"
    )
    return found.assign(state=state)


def best_usable(cuts: Sequence[Cut], strength: pd.DataFrame, most: int) -> list[Cut]:
    """Return the cuts of the strongest usable columns, strongest first."""
    named = {one.column: one for one in cuts}
    return [named[column] for column in strength.loc[strength["state"] == "usable", "column"].head(most)]


def open_matters(breaches: Sequence[str], suspicious: Sequence[str]) -> str:
    """Return what has to be settled before a model is made: broken contracts, and columns that know too much."""
    said = [f"sources break their contract: {'; '.join(breaches)}"] if breaches else []
    said += [f"columns that know too much and are not declared: {', '.join(suspicious)}"] if suspicious else []
    return "; ".join(said)
