"""Features of a classification: which columns the model may see, and how they are prepared for it.

`modeling` calls it; `deployment` meets the preparation inside the saved pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.runtime.errors import KitError
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import SQLTransformer, StringIndexer, TargetEncoder, VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Crossed, number_sql

LABEL = "label"
"""1.0 for the positive class, 0.0 for the other, null while the outcome is unknown."""
TIME, DAY = "event_time", "event_day"
LINEAR, TREES = "linear_features", "tree_features"
"""Vectors that `preparation` makes: for linear models (with squares), and for trees."""
RULE = "rule_score"
"""The smoothed rate of the strongest pair of columns: the benchmark's score."""
SCORE = "score"
"""The probability of the positive class, as the model says it."""
SMOOTHING = 50.0
"""Cases of the overall rate that are mixed into the rate of each category."""
_NUMERIC = {"tinyint", "smallint", "int", "bigint", "float", "double", "boolean"}


@dataclass(frozen=True)
class Columns:
    """The features by kind."""

    numeric: tuple[str, ...]
    categorical: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """The features, numeric first."""
        return (*self.numeric, *self.categorical)


def labelled(df: DataFrame, problem: Mapping[str, Any]) -> DataFrame:
    """Return `df` with `label` (double), `event_time` (timestamp) and `event_day` (date) as `problem` declares them."""
    target, positive = F.col(problem["target"]), str(problem["positive"])
    if is_numeric(dict(df.dtypes)[problem["target"]]) and positive not in ("true", "false"):
        is_positive = target.cast("double") == float(positive)
    else:
        is_positive = target.cast("string") == positive
    time = F.col(problem["event_time"])
    return df.withColumns({LABEL: is_positive.cast("double"), TIME: time.cast("timestamp"), DAY: F.to_date(time)})


def feature_columns(df: DataFrame, problem: Mapping[str, Any]) -> Columns:
    """Return the declared features, or, where none are declared, all columns but key, time, target and declared leaks.

    Raises KitError where a declared one is closed to the model, is missing, or is not of the kind that was declared.
    """
    types, declared = dict(df.dtypes), problem["features"]
    closed = _closed(problem)
    numeric, categorical = list(declared["numeric"]), list(declared["categorical"])
    if not numeric and not categorical:
        numeric = [name for name, kind in types.items() if name not in closed and is_numeric(kind)]
        categorical = [name for name, kind in types.items() if name not in closed and kind == "string"]
    wrong = [f"{name}: {closed[name]}" for name in numeric + categorical if name in closed]
    wrong += [f"{name}: not a column of the table" for name in numeric + categorical if name not in {*types, *closed}]
    wrong += [
        f"{name}: not a number but {types[name]}" for name in numeric if name in types and not is_numeric(types[name])
    ]
    if wrong or not numeric + categorical:
        raise KitError(
            f"features that cannot be used: {'; '.join(wrong) or 'none is left'}",
            "Correct problem.features in kit.yml.",
        )
    return Columns(tuple(numeric), tuple(categorical))


def is_numeric(kind: str) -> bool:
    """Return whether a Spark type can be used as a number."""
    return kind in _NUMERIC or kind.startswith("decimal")


@dataclass(frozen=True)
class Range:
    """The training range of a number: 1st percentile, median, 99th percentile, share of missing values."""

    low: float
    median: float
    high: float
    missing: float


def ranges(train: DataFrame, numeric: Sequence[str]) -> dict[str, Range]:
    """Return the range of each numeric column that has any value, in one pass."""
    if not numeric:
        return {}
    cells = [
        F.expr(f"percentile_approx({number_sql(name)}, array(0.01D, 0.5D, 0.99D), 1000)").alias(f"{name}_quantiles")
        for name in numeric
    ]
    cells += [F.expr(f"avg(cast({number_sql(name)} is null as double))").alias(f"{name}_missing") for name in numeric]
    row = train.agg(*cells).first().asDict()
    return {
        name: Range(*row[f"{name}_quantiles"], row[f"{name}_missing"]) for name in numeric if row[f"{name}_quantiles"]
    }


def preparation(train: DataFrame, columns: Columns, pairs: Sequence[Crossed]) -> PipelineModel:
    """Return the preparation, fitted on `train` only; it adds `linear_features`, `tree_features` and `rule_score`.

    Numbers are filled with their median, held to the training range and flagged where missing. Categories and pairs
    become the log odds of their smoothed rate (Micci-Barreca 2001); a category that was never seen gets those of all
    rows.
    """
    found = ranges(train, columns.numeric)
    numbers = {f"{_safe(name)}__number": _number_sql(name, one) for name, one in found.items()}
    flags = {f"{_safe(name)}__missing": _flag_sql(name) for name, one in found.items() if one.missing > 0}
    squares = {f"{_safe(name)}__square": _square_sql(f"{_safe(name)}__number", one) for name, one in found.items()}
    texts = {_safe(name): f"coalesce(cast(`{name}` as string), '(missing)')" for name in columns.categorical}
    texts |= {_safe(one.column): f"cast({one.sql} as string)" for one in pairs}
    odds = {f"{name}__odds": f"ln({name}__rate / (1 - {name}__rate))" for name in texts}
    trees = [*numbers, *flags, *odds]
    return Pipeline(
        stages=[
            SQLTransformer(statement=_select(numbers | flags | {f"{name}__text": sql for name, sql in texts.items()})),
            *_rates(list(texts)),
            SQLTransformer(statement=_select(odds | squares | {RULE: f"{_safe(pairs[0].column)}__rate"})),
            VectorAssembler(inputCols=trees, outputCol=TREES),
            VectorAssembler(inputCols=[*trees, *squares], outputCol=LINEAR),
        ]
    ).fit(train)


def slices(sample: DataFrame, categorical: Sequence[str], most: int = 40) -> dict[str, str]:
    """Return the categorical columns with at most `most` values, as SQL expressions by which results are cut."""
    if not categorical:
        return {}
    row = sample.agg(*[F.approx_count_distinct(name).alias(name) for name in categorical]).first().asDict()
    return {name: f"`{name}`" for name in categorical if row[name] <= most}


def input_names(preparation: PipelineModel) -> dict[str, list[str]]:
    """Return the names of the entries of each vector that a preparation makes."""
    assemblers = [one for one in preparation.stages if isinstance(one, VectorAssembler)]
    return {one.getOutputCol(): one.getInputCols() for one in assemblers}


def _rates(names: list[str]) -> list[Any]:
    """Return the stages that turn `name__text` into `name__rate`, the smoothed rate of the positive class."""
    texts, indices, rates = ([f"{name}__{kind}" for name in names] for kind in ("text", "index", "rate"))
    return [
        StringIndexer(inputCols=texts, outputCols=indices, handleInvalid="keep"),
        TargetEncoder(
            inputCols=indices,
            outputCols=rates,
            labelCol=LABEL,
            targetType="binary",
            smoothing=SMOOTHING,
            handleInvalid="keep",
        ),
    ]


def _number_sql(name: str, one: Range) -> str:
    filled = f"coalesce({number_sql(name)}, {one.median!r}D)"
    return f"greatest(least({filled}, {one.high!r}D), {one.low!r}D)"


def _flag_sql(name: str) -> str:
    return f"cast({number_sql(name)} is null as double)"


def _square_sql(name: str, one: Range) -> str:
    width = (one.high - one.low) or 1.0
    return f"power(({name} - {one.median!r}D) / {width!r}D, 2)"


def _select(columns: Mapping[str, str]) -> str:
    return "SELECT *, " + ", ".join(f"{sql} AS {name}" for name, sql in columns.items()) + " FROM __THIS__"


def _safe(name: str) -> str:
    return re.sub(r"\W+", "_", name)


def _closed(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that no model may see, each with the reason."""
    closed = dict.fromkeys(problem["key"], "part of the key") | {problem["event_time"]: "the moment of the prediction"}
    closed |= {LABEL: "the target", TIME: "the moment of the prediction", DAY: "the moment of the prediction"}
    return (
        closed | {problem["target"]: "the target"} | {name: f"a leak ({why})" for name, why in problem["leaks"].items()}
    )
