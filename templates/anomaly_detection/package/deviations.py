"""How far each number of a case lies from what is usual, in robust sigmas: median and quartiles from one pass.

Where cases have a time, usual is what is usual at that hour, on working days and at weekends apart, so that an unusual
night is compared with nights. `candidates` fits it; it is the first part of the saved pipeline, as one SQL statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from kit.runtime.errors import KitError
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from .bins import number_sql
from .features import HOUR, WEEKDAY

DEVIATIONS, LEVELS, CONTEXT = "_deviations", "_levels", "_context"
"""Columns that are added: sigmas from what is usual in the context, sigmas from the median of all, the context."""
FEWEST_IN_CONTEXT = 30
"""Contexts with fewer rows use the median of all."""
MOST_SIGMAS = 1_000.0
_SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_WIDTHS = ((2, 4, 0.75), (1, 5, 0.95), (0, 6, 0.99))
"""Pairs of quantiles whose distance gives the sigma, the first that is not 0, with the upper one's share."""


@dataclass(frozen=True)
class Scale:
    """What is usual of a column: its median in each context and over all, its sigma, and the sigmas of a gap."""

    column: str
    medians: tuple[float, ...]
    median: float
    sigma: float
    gap: float

    @property
    def deviation_sql(self) -> str:
        """Sigmas from the context's median; of a missing value, the sigmas of a value as rare as a gap."""
        usual = ", ".join(f"{one!r}D" for one in self.medians)
        median = f"element_at(array({usual}), {CONTEXT} + 1)" if len(self.medians) > 1 else f"{self.medians[0]!r}D"
        return self._sigmas_sql(median, self.gap)

    @property
    def level_sql(self) -> str:
        """Sigmas from the median of all rows; 0 where the value is missing."""
        return self._sigmas_sql(f"{self.median!r}D", 0.0)

    def _sigmas_sql(self, median: str, missing: float) -> str:
        number = number_sql(self.column)
        held = f"greatest(least(({number} - {median}) / {self.sigma!r}D, {MOST_SIGMAS!r}D), -{MOST_SIGMAS!r}D)"
        return f"if({number} is null, {missing!r}D, {held})"  # least and greatest pass over nulls


@dataclass(frozen=True)
class Usual:
    """What is usual: the scale of each column that varies, and how a row's context is found."""

    scales: tuple[Scale, ...]
    context_sql: str
    contexts: int

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in the order of the arrays."""
        return tuple(one.column for one in self.scales)

    def stage(self) -> SQLTransformer:
        """Return the pipeline's first part: it adds DEVIATIONS, LEVELS and CONTEXT."""
        arrays = {DEVIATIONS: "deviation_sql", LEVELS: "level_sql"}
        cells = [
            f"array({', '.join(getattr(one, sql) for one in self.scales)}) AS {name}" for name, sql in arrays.items()
        ]
        inner = f"SELECT *, {self.context_sql} AS {CONTEXT} FROM __THIS__"
        return SQLTransformer(statement=f"SELECT *, {', '.join(cells)} FROM ({inner})")


def context_of(names: Sequence[str]) -> tuple[str, int]:
    """Return the SQL of a row's context, counted from 0, and how many there are: by hour, weekday, or one for all."""
    weekend = f"cast(coalesce(`{WEEKDAY}`, 1) >= 6 as int)"
    if HOUR in names and WEEKDAY in names:
        return f"cast(coalesce(`{HOUR}`, 0) as int) * 2 + {weekend}", 48
    if HOUR in names:
        return f"cast(coalesce(`{HOUR}`, 0) as int)", 24
    return (weekend, 2) if WEEKDAY in names else ("0", 1)


def usual_of(train: DataFrame, numeric: Sequence[str], calendar: Sequence[str]) -> Usual:
    """Return what is usual in `train`, in one pass; `calendar` are the features that may make the context.

    Raises KitError where no column varies.
    """
    sql, contexts = context_of(calendar)
    cells = [F.expr(f"percentile_approx({number_sql(name)}, array({', '.join(f'{one}D' for one in _SHARES)}), 2000)")
             .alias(f"quantiles {place}") for place, name in enumerate(numeric)]  # fmt: skip
    cells += [F.expr(f"count({number_sql(name)})").alias(f"known {place}") for place, name in enumerate(numeric)]
    cells += [F.expr(f"stddev({number_sql(name)})").alias(f"spread {place}") for place, name in enumerate(numeric)]
    grouped = train.withColumn(CONTEXT, F.expr(sql)).rollup(CONTEXT)
    rows = grouped.agg(F.count(F.lit(1)).alias("rows"), *cells).collect()
    total = next(one for one in rows if one[CONTEXT] is None)
    found = {one[CONTEXT]: one for one in rows if one[CONTEXT] is not None}
    scales = [_scale(name, place, found, total, contexts) for place, name in enumerate(numeric)]
    kept = tuple(one for one in scales if one is not None)
    if not kept:
        raise KitError("no numeric column varies, so nothing can be unusual", "Correct problem.features in kit.yml.")
    return Usual(kept, sql, contexts)


def reason_sql(names: Sequence[str], gaps: Sequence[float], most: int = 3) -> str:
    """Return the SQL of a row's reason: the columns that deviate most, with their robust sigmas, as one text."""
    said = ", ".join("'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'" for name in names)
    missing = ", ".join(f"{one!r}D" for one in gaps)
    ranked = f"array_sort(transform({DEVIATIONS}, (one, i) -> struct(-abs(one) as size, i as place, one as sigmas)))"
    text = "if(one.sigmas = element_at(array({gaps}), one.place + 1), 'missing', format_string('%+.1f', one.sigmas))"
    cell = f"concat(element_at(array({said}), one.place + 1), ' ', {text.format(gaps=missing)})"
    return f"array_join(transform(slice({ranked}, 1, {min(most, len(names))}), one -> {cell}), '; ')"


def _scale(name: str, place: int, by_context: Mapping[int, Row], total: Row, contexts: int) -> Scale | None:
    overall = total[f"quantiles {place}"]
    if not overall:
        return None
    large = {number: one for number, one in by_context.items() if one[f"known {place}"] >= FEWEST_IN_CONTEXT}
    medians = [
        float(large[number][f"quantiles {place}"][3]) if number in large else float(overall[3])
        for number in range(contexts)
    ]
    sigma = _sigma(list(large.values()) or [total], place, total)
    known, rows = total[f"known {place}"], total["rows"]
    share = max((rows - known) / rows, 1 / (rows + 1))
    gap = round(NormalDist().inv_cdf(1 - share / 2), 9) if share < 1 else 0.0
    return Scale(name, tuple(medians), float(overall[3]), sigma, gap) if sigma > 0 else None


def _sigma(groups: Sequence[Row], place: int, total: Row) -> float:
    """Return the robust sigma within contexts, weighted by their rows; wider quantiles where the quartiles agree."""
    weights = [float(one[f"known {place}"]) for one in groups]
    for low, high, share in _WIDTHS:
        widths = [one[f"quantiles {place}"][high] - one[f"quantiles {place}"][low] for one in groups]
        width: Any = sum(width * weight for width, weight in zip(widths, weights, strict=True)) / sum(weights)
        if width > 0:
            return float(width) / (2 * NormalDist().inv_cdf(share))
    return float(total[f"spread {place}"] or 0.0)
