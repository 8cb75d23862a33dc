"""From raw columns to vectors: what is learnt from the training rows alone, written down as one SQL statement.

`modeling` fits it; it is the first part of the saved pipeline, so every later stage prepares its rows in the same way.
All that is learnt comes from two passes over the rows, and stands as plain numbers in the statement.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from .bins import Crossed, number_sql
from .features import LABEL, RULE, Columns

LINEAR, TREES = "linear_features", "tree_features"
"""Vectors that a preparation makes: for linear models (with squares), and for trees."""
SMOOTHING = 50.0
"""Cases of the overall mean that are mixed into the mean of each group, unless a link says how many."""
MOST_GROUPS = 500
"""Groups beyond the most frequent ones share the overall mean."""
FEWEST_GROUPS = 50
"""So many groups have a mean of their own, however many numbers that is."""
_IN_BUCKET = 4
"""Groups that share a bucket of a lookup: Spark searches a map entry by entry."""


@dataclass(frozen=True)
class Link:
    """The scale of groups as features: `to` leads there from a mean, `back` is SQL that returns from `{}`."""

    to: Callable[[float], float]
    back: str
    of: str | tuple[str, ...] = LABEL
    """SQL of what is averaged in a group; several where a group's mean is an array, such as the share of each class."""
    prior: Callable[[Mapping[str, float]], float] = lambda _: SMOOTHING
    """How many cases of the overall mean are mixed into each group's, by sums over the groups: `groups`, `rows`,
    `total`, `squares`, `rows_squared`, `explained` (each group's squared total over its rows)."""

    @property
    def averaged(self) -> tuple[str, ...]:
        """SQL of each number that is averaged."""
        return (self.of,) if isinstance(self.of, str) else self.of

    def parts(self, mean: str) -> dict[str, str]:
        """Return SQL by name for each number in the column of a mean: the column itself, or what its array holds."""
        if isinstance(self.of, str):
            return {mean: mean}
        return {f"{mean}_{place}": f"{mean}[{place}]" for place in range(len(self.of))}

    def rule(self, mean: str) -> str:
        """Return SQL that leads the column of a mean back: a number, or an array."""
        back = [self.back.format(part) for part in self.parts(mean).values()]
        return back[0] if isinstance(self.of, str) else f"array({', '.join(back)})"


@dataclass(frozen=True)
class Range:
    """The training range of a number: 1st percentile, median, 99th percentile, share of missing values."""

    low: float
    median: float
    high: float
    missing: float


def preparation(train: DataFrame, columns: Columns, pairs: Sequence[Crossed], link: Link) -> PipelineModel:
    """Return the preparation, fitted on `train` only; it adds `linear_features`, `tree_features` and `rule_score`.

    Numbers are filled with their median, held to the training range and flagged where missing. Categories and pairs
    become their smoothed mean outcome on the scale of `link` (Micci-Barreca 2001); a group that was never seen gets
    that of all rows. The rule's score is the mean outcome of the first pair. Where a link averages several numbers, a
    group has a feature for each.
    """
    found = ranges(train, columns.numeric)
    numbers = {_name(name, "number"): _number_sql(name, one) for name, one in found.items()}
    flags = {_name(name, "missing"): _flag_sql(name) for name, one in found.items() if one.missing > 0}
    squares = {_name(name, "square"): _square_sql(_name(name, "number"), one) for name, one in found.items()}
    groups = {name: f"coalesce(cast(`{name}` as string), '')" for name in columns.categorical}
    groups |= {one.column: f"cast({one.sql} as string)" for one in pairs}
    means = {_name(name, "mean"): sql for name, sql in group_means(train, groups, link).items()}
    rule = {RULE: link.rule(_name(pairs[0].column, "mean"))}
    parts = {part: sql for name in means for part, sql in link.parts(name).items()}
    trees = [*numbers, *flags, *parts]
    opened = {name: sql for name, sql in parts.items() if name not in means}
    inner = _select(numbers | flags | means, "__THIS__")
    return PipelineModel(
        stages=[
            SQLTransformer(statement=_select(squares | rule | opened, f"({inner})")),
            VectorAssembler(inputCols=trees, outputCol=TREES),
            VectorAssembler(inputCols=[*trees, *squares], outputCol=LINEAR),
        ]
    )


def ranges(train: DataFrame, numeric: Sequence[str]) -> dict[str, Range]:
    """Return the range of each numeric column that has any value, in one pass."""
    if not numeric:
        return {}
    shares = [
        F.expr(f"percentile_approx({number_sql(name)}, array(0.01D, 0.5D, 0.99D), 1000)").alias(f"{name} quantiles")
        for name in numeric
    ]
    gaps = [F.expr(f"avg(cast({number_sql(name)} is null as double))").alias(f"{name} missing") for name in numeric]
    row = train.agg(*shares, *gaps).first().asDict()
    known = [name for name in numeric if row[f"{name} quantiles"]]
    return {name: Range(*row[f"{name} quantiles"], row[f"{name} missing"]) for name in known}


def group_means(train: DataFrame, groups: Mapping[str, str], link: Link) -> dict[str, str]:
    """Return, by name, a SQL expression for the smoothed mean outcome of a row's group, on the scale of `link`.

    It is a number, or an array of as many as the link averages. `groups` are SQL expressions of type string by name.
    One pass; at most MOST_GROUPS groups of each are collected, fewer where each has many numbers.
    """
    # `inline`, since Spark interprets a `stack`.
    cells = ", ".join(f"struct({place} as place, {sql} as group)" for place, sql in enumerate(groups.values()))
    values = {f"_{number}": sql for number, sql in enumerate(link.averaged)}
    said = [F.expr(sql).alias(f"value{at}") for at, sql in values.items()]
    counts = train.select(*said, F.expr(f"inline(array({cells}))")).groupBy("place", "group")
    sums = {f"total{at}": f"sum(value{at})" for at in values}
    sums |= {f"squares{at}": f"sum(value{at} * value{at})" for at in values}
    counts = counts.agg(F.count(F.lit(1)).alias("rows"), *[F.expr(sql).alias(name) for name, sql in sums.items()])
    place = Window.partitionBy("place")
    wanted = {name: f"sum({name})" for name in ("rows", *sums)}
    wanted |= {"groups": "count(1)", "rows_squared": "sum(rows * rows)"}
    wanted |= {f"explained{at}": f"sum(total{at} * total{at} / rows)" for at in values}
    totals = [F.expr(sql).over(place).cast("double").alias(f"all_{name}") for name, sql in wanted.items()]
    most = max(MOST_GROUPS // len(values), FEWEST_GROUPS)
    frequent = F.row_number().over(place.orderBy(F.desc("rows"), "group")) <= most
    rows = counts.select("*", *totals, frequent.alias("is_frequent")).where("is_frequent").collect()
    overall = {at: rows[0][f"all_total{at}"] / rows[0]["all_rows"] for at in values}
    otherwise = _literal([link.to(mean) for mean in overall.values()])
    return {
        name: _lookup_sql(sql, _means([one for one in rows if one["place"] == number], overall, link), otherwise)
        for number, (name, sql) in enumerate(groups.items())
    }


def _means(groups: Sequence[Row], overall: Mapping[str, float], link: Link) -> dict[str, str]:
    """Return SQL for the smoothed mean of each group of one kind, on the scale of `link`."""
    found: dict[str, list[float]] = {one["group"]: [] for one in groups}
    for at, mean in overall.items():
        names = {name: f"all_{name}{at}" for name in ("total", "squares", "explained")}
        names |= {name: f"all_{name}" for name in ("groups", "rows", "rows_squared")}
        sums = {name: groups[0][said] for name, said in names.items()}
        prior = link.prior(sums)
        for one in groups:
            found[one["group"]].append(link.to((one[f"total{at}"] + prior * mean) / (one["rows"] + prior)))
    return {group: _literal(means) for group, means in found.items()}


def _literal(values: Sequence[float]) -> str:
    said = ", ".join(f"{value!r}D" for value in values)
    return said if len(values) == 1 else f"array({said})"


def _lookup_sql(key: str, values: Mapping[str, str], otherwise: str) -> str:
    """Return the value of a text by its checksum's bucket, then by itself, in an array of small maps."""
    count = max(1, len(values) // _IN_BUCKET)
    buckets: list[list[str]] = [[] for _ in range(count)]
    for text, value in sorted(values.items()):
        buckets[zlib.crc32(text.encode()) % count].append(f"{text_sql(text)}, {value}")
    nothing = f"cast(map() as map<string, {'array<double>' if otherwise.startswith('array') else 'double'}>)"
    maps = ", ".join(f"map({', '.join(one)})" if one else nothing for one in buckets)
    bucket = f"cast(crc32(cast({key} as binary)) % {count} as int) + 1"
    return f"coalesce(element_at(element_at(array({maps}), {bucket}), {key}), {otherwise})"


def text_sql(text: str) -> str:
    """Return a text as it stands in SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _number_sql(name: str, one: Range) -> str:
    filled = f"coalesce({number_sql(name)}, {one.median!r}D)"
    return f"greatest(least({filled}, {one.high!r}D), {one.low!r}D)"


def _flag_sql(name: str) -> str:
    return f"cast({number_sql(name)} is null as double)"


def _square_sql(number: str, one: Range) -> str:
    width = (one.high - one.low) or 1.0
    return f"power(({number} - {one.median!r}D) / {width!r}D, 2)"


def _select(columns: Mapping[str, str], table: str) -> str:
    added = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    return f"SELECT *, {added} FROM {table}"


def _name(column: str, kind: str) -> str:
    safe = re.sub(r"\W+", "_", column)
    return f"{safe}__{kind}"
