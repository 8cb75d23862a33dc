"""Bins of a column: how this project turns any column into few values, for drift, leak checks, rules and crossed
features.

Edges are learnt from a reference once and then fixed, so that two periods are cut in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

MISSING = -1
"""The bin of null and NaN."""
CATEGORY_BINS = 1024
"""Categories are hashed into so many bins, which bounds what a comparison collects on any data."""


class Cut(Protocol):
    """Whatever gives a row a bin: a column's `Bins`, or two of them crossed."""

    @property
    def column(self) -> str:
        """The name under which the bins are reported."""

    @property
    def sql(self) -> str:
        """A SQL expression of type int for the bin."""


@dataclass(frozen=True)
class Bins:
    """The bins of one column: numeric with ascending `edges`, or categorical where `edges` is None."""

    column: str
    edges: tuple[float, ...] | None = None

    @property
    def sql(self) -> str:
        """MISSING, or 0 .. len(edges) with `edge <= value` going up, or the hash of the category."""
        if self.edges is None:
            text = f"cast(`{self.column}` as string)"
            return (
                f"case when {text} is null then {MISSING} else cast(pmod(xxhash64({text}), {CATEGORY_BINS}) as int) end"
            )
        value = number_sql(self.column)
        below = " ".join(f"when {value} < {edge!r}D then {number}" for number, edge in enumerate(self.edges))
        return f"case when {value} is null then {MISSING} {below} else {len(self.edges)} end"

    def label(self, number: int) -> str:
        """Return bin `number` for a reader: its range, or the number of the category's hash."""
        if number == MISSING:
            return "missing"
        if self.edges is None or not self.edges:
            return f"category {number}" if self.edges is None else "any value"
        if number == 0:
            return f"< {self.edges[0]:g}"
        if number == len(self.edges):
            return f">= {self.edges[-1]:g}"
        return f"{self.edges[number - 1]:g} to {self.edges[number]:g}"


@dataclass(frozen=True)
class Crossed:
    """Two columns looked at together: one bin per pair of their bins."""

    first: Bins
    second: Bins

    @property
    def column(self) -> str:
        """Both names, such as `carrier x departure_hour`."""
        return f"{self.first.column} x {self.second.column}"

    @property
    def sql(self) -> str:
        """A different int for each pair of bins."""
        return f"({self.first.sql} + 1) * {CATEGORY_BINS + 1} + {self.second.sql} + 1"


def number_sql(column: str) -> str:
    """Return a SQL expression for the column as double, null where it is null or NaN."""
    return f"nullif(cast(`{column}` as double), double('NaN'))"


def quantiles(df: DataFrame, numeric: Sequence[str], shares: Sequence[float]) -> dict[str, list[float]]:
    """Return the approximate quantiles of each numeric column at `shares` in one pass; empty where all values are
    missing.
    """
    if not numeric:
        return {}
    wanted = ", ".join(f"{share!r}D" for share in shares)
    cells = [F.expr(f"percentile_approx({number_sql(name)}, array({wanted}), 1000)").alias(name) for name in numeric]
    row = df.agg(*cells).first()
    return {name: list(row[name] or []) for name in numeric} if row else {}


def fit_bins(df: DataFrame, numeric: Sequence[str], categorical: Sequence[str], count: int = 10) -> list[Bins]:
    """Return bins that hold about equally many rows of `df` in each numeric column, at most `count`; in the columns'
    order.
    """
    found = quantiles(df, numeric, [number / count for number in range(1, count)])
    edges = {name: tuple(sorted({value for value in found[name] if math.isfinite(value)})) for name in numeric}
    return [*(Bins(name, edges[name]) for name in numeric), *(Bins(name) for name in categorical)]


def count_bins(df: DataFrame, cuts: Sequence[Cut], by: Sequence[str] = (), **sums: str) -> pd.DataFrame:
    """Return how many rows fall into each bin of each cut, in one pass: columns `by`, `column`, `bin`, `rows`, `sums`.

    `sums` names SQL expressions to be summed, such as `positives="label"`. The result is bounded by the bins and by the
    values of `by`, never by the rows.
    """
    # `inline`, since Spark interprets a `stack`.
    cells = ", ".join(f"struct({position} as column, {one.sql} as bin)" for position, one in enumerate(cuts))
    addends = [F.expr(expression).alias(name) for name, expression in sums.items()]
    long = df.select(*by, *addends, F.expr(f"inline(array({cells}))"))
    totals = [F.count(F.lit(1)).alias("rows"), *(F.sum(name).alias(name) for name in sums)]
    counted = long.groupBy(*by, "column", "bin").agg(*totals).toPandas()
    return counted.assign(column=[cuts[position].column for position in counted["column"]])


def bounded_sample(df: DataFrame, rows: int, limit: int, by: Sequence[str]) -> DataFrame:
    """Return about `limit` of the `rows` rows of `df`; the values of the columns `by` decide, so the same rows each
    time.
    """
    if rows <= limit:
        return df
    return df.where(F.pmod(F.xxhash64(*by), F.lit(1_000_003)) < int(1_000_003 * limit / rows))
