"""Features of cases in a table: which columns the model may see, when a case is, the names that every stage uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.runtime.errors import KitError
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .bins import Bins, fit_bins

LABEL = "label"
"""The outcome as a number, null while it is unknown."""
TIME, DAY = "event_time", "event_day"
BLOCK, BLOCKS = "block", 400
"""Rows without a time are dealt into so many blocks by their key; the last blocks are held out."""
RULE = "rule_score"
"""What the simple rule says: the smoothed mean outcome in the group of the strongest pair of columns."""
SCORE = "score"
"""What the model says."""
HOUR, WEEKDAY = "event_hour", "event_weekday"
"""What the calendar says of a case: hour 0 to 23, weekday 1 (Monday) to 7; added where the table has no such column."""
CALENDAR = {HOUR: tuple(map(float, range(1, 24))), WEEKDAY: tuple(map(float, range(2, 8)))}
"""The edges that give each hour and each weekday a bin of its own."""
OF_THE_CALENDAR = (HOUR, WEEKDAY, "day_of_year", "month", "week_of_year")
"""Features that move with the calendar alone, which is no drift."""
CALENDAR_MEANINGS = {HOUR: "hour of the event time", WEEKDAY: "weekday of the event time, 1 Monday to 7 Sunday"}
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


def is_value(df: DataFrame, column: str, value: str) -> Column:
    """Return whether a column has a value that kit.yml writes as text: numbers by their size, all else by its text."""
    found = F.col(f"`{column}`")
    if is_numeric(dict(df.dtypes)[column]) and value not in ("true", "false"):
        return found.cast("double") == float(value)
    return found.cast("string") == value


def placed(df: DataFrame, problem: Mapping[str, Any], label: Column, as_of: dt.date | None = None) -> DataFrame:
    """Return `df` with `label`, `event_time` (timestamp) and `event_day` (date) as `problem` declares the time.

    Where the problem has no time, all rows are of the day `as_of` (None: today), and get a `block` (0 to BLOCKS - 1).
    """
    if problem["event_time"]:
        time = F.col(f"`{problem['event_time']}`").cast("timestamp")
        return df.withColumns({LABEL: label, TIME: time, DAY: F.to_date(time)})
    day = F.lit(as_of) if as_of else F.current_date()
    block = F.pmod(F.xxhash64(*[F.col(f"`{name}`") for name in problem["key"]]), F.lit(BLOCKS)).cast("int")
    return df.withColumns({LABEL: label, TIME: day.cast("timestamp"), DAY: day, BLOCK: block})


def with_calendar(df: DataFrame, problem: Mapping[str, Any]) -> DataFrame:
    """Add hour (of a timestamp) and weekday of the event time, which are known for any day to come."""
    if not problem["event_time"]:
        return df
    time = F.col(f"`{problem['event_time']}`")
    has_hour = dict(df.dtypes)[problem["event_time"]] != "date"
    parts = {WEEKDAY: F.weekday(time) + 1} | ({HOUR: F.hour(time.cast("timestamp"))} if has_hour else {})
    return df.withColumns({name: part for name, part in parts.items() if name not in df.columns})


def apart_from_calendar(columns: Columns) -> Columns:
    """Return the features but those of the calendar; all where there are no others."""
    rest = Columns(tuple(name for name in columns.numeric if name not in OF_THE_CALENDAR), columns.categorical)
    return rest if rest.all else columns


def feature_bins(df: DataFrame, numeric: Sequence[str], categorical: Sequence[str], count: int = 10) -> list[Bins]:
    """Return bins of about equally many rows, but one for each hour and weekday of the calendar."""
    fitted = fit_bins(df, numeric, categorical, count)
    return [Bins(one.column, CALENDAR[one.column]) if one.column in CALENDAR else one for one in fitted]


def calendar(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return month and hour as SQL expressions by which results are cut; nothing where the problem has no time."""
    return {"month": f"trunc({DAY}, 'month')", "hour": f"hour({TIME})"} if problem["event_time"] else {}


def order_of(problem: Mapping[str, Any]) -> str:
    """Return the column by which rows are split: the day, or, without a time, the block."""
    return DAY if problem["event_time"] else BLOCK


def feature_columns(df: DataFrame, problem: Mapping[str, Any]) -> Columns:
    """Return the declared features, or, where none are declared, all that are open to the model.

    Closed are key, time, target, and what is declared under leaks and unused.

    Raises KitError where a declared one is closed to the model, is missing, or is not of the kind that was declared.
    """
    types, declared = dict(df.dtypes), problem["features"]
    closed = _closed(problem)
    numeric, categorical = list(declared["numeric"]), list(declared["categorical"])
    if not numeric and not categorical:
        numeric, categorical = open_columns(df, problem)
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


def open_columns(df: DataFrame, problem: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the numeric and the categorical columns that nothing in `problem` closes to the model."""
    closed = _closed(problem)
    kinds = {name: kind for name, kind in df.dtypes if name not in closed and not name.startswith("_")}
    numeric = [name for name, kind in kinds.items() if is_numeric(kind)]
    return numeric, [name for name, kind in kinds.items() if kind == "string"]


def quoted(names: Sequence[str]) -> list[str]:
    """Return names of columns for Spark, whatever they contain."""
    return [f"`{name}`" for name in names]


def is_numeric(kind: str) -> bool:
    """Return whether a Spark type can be used as a number."""
    return kind in _NUMERIC or kind.startswith("decimal")


def slices(sample: DataFrame, names: Sequence[str], best: int = 4) -> dict[str, str]:
    """Return the first `best` of the columns that have few values, as SQL expressions by which results are cut.

    Few are 2 to 40 values of a text, 2 to 12 of a number.
    """
    kinds = {name: kind for name, kind in sample.dtypes if name in names}
    cells = [F.approx_count_distinct(f"`{name}`").alias(str(place)) for place, name in enumerate(names)]
    counts = sample.agg(*cells).first() if cells else []
    few = [
        name for name, count in zip(names, counts, strict=True) if 2 <= count <= (12 if is_numeric(kinds[name]) else 40)
    ]
    return {name: f"`{name}`" for name in few[:best]}


def _closed(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that no model may see, each with the reason."""
    closed = {name: f"unused ({why})" for name, why in problem["unused"].items()}
    closed |= {name: f"a leak ({why})" for name, why in problem["leaks"].items()}
    closed |= dict.fromkeys([LABEL, problem["target"]], "the target") | dict.fromkeys(problem["key"], "part of the key")
    return closed | dict.fromkeys([problem["event_time"], TIME, DAY, BLOCK], "the moment of the prediction")
