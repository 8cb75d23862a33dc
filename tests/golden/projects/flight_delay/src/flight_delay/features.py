"""Features of a classification: which columns the model may see, and the names of label and scores in every stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.runtime.errors import KitError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

LABEL = "label"
"""1.0 for the positive class, 0.0 for the other, null while the outcome is unknown."""
TIME, DAY = "event_time", "event_day"
RULE = "rule_score"
"""The smoothed rate of the strongest pair of columns: the benchmark's score."""
SCORE = "score"
"""The probability of the positive class, as the model says it."""
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


def slices(sample: DataFrame, categorical: Sequence[str], most: int = 40) -> dict[str, str]:
    """Return the categorical columns with at most `most` values, as SQL expressions by which results are cut."""
    if not categorical:
        return {}
    row = sample.agg(*[F.approx_count_distinct(name).alias(name) for name in categorical]).first().asDict()
    return {name: f"`{name}`" for name in categorical if row[name] <= most}


def _closed(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that no model may see, each with the reason."""
    closed = dict.fromkeys(problem["key"], "part of the key") | {problem["event_time"]: "the moment of the prediction"}
    closed |= {LABEL: "the target", TIME: "the moment of the prediction", DAY: "the moment of the prediction"}
    return (
        closed | {problem["target"]: "the target"} | {name: f"a leak ({why})" for name, why in problem["leaks"].items()}
    )
