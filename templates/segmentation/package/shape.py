"""The scale on which entities are compared: logarithm where a column is skewed, median and quartiles, ends held.

A few giants would otherwise be segments of their own. What is learnt stands as plain numbers in one SQL statement, the
first part of the saved pipeline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.sql import DataFrame

from .bins import quantiles

SHAPE, PLACE = "shape", "shape_{}"
"""The vector of scaled columns, and the name of each by its place."""
SKEWED = 1.5
"""A column is skewed where the upper half of its middle is so many times as wide as the lower half."""
_SHARES = (0.01, 0.25, 0.5, 0.75, 0.99)


@dataclass(frozen=True)
class Scale:
    """How a column is scaled: filled with `middle`, held from `low` to `high`, perhaps its logarithm, over `width`."""

    column: str
    low: float
    middle: float
    high: float
    width: float
    is_log: bool

    @property
    def sql(self) -> str:
        """The scaled value: about 0 in the middle, about 1 a standard deviation above it."""
        filled = f"coalesce(nullif(cast(`{self.column}` as double), double('NaN')), {self.middle!r}D)"
        held = f"greatest(least({filled}, {self.high!r}D), {self.low!r}D)"
        value = f"ln(1 + {held} - ({self.low!r}D))" if self.is_log else held
        return f"({value} - ({self.to(self.middle)!r}D)) / {self.width!r}D"

    def to(self, value: float) -> float:
        """Return a value before it is centred."""
        return math.log1p(value - self.low) if self.is_log else value


def scales(df: DataFrame, columns: Sequence[str]) -> list[Scale]:
    """Return the scale of each column that has two values or more, in one pass."""
    found = quantiles(df, columns, _SHARES)
    return [scale(name, found[name]) for name in columns if found[name] and found[name][0] < found[name][-1]]


def scale(column: str, shares: Sequence[float]) -> Scale:
    """Return the scale by the quantiles at 1, 25, 50, 75 and 99 %."""
    low, lower, middle, upper, high = shares
    is_log = high - middle > SKEWED * 2 * max(middle - low, 1e-9)
    plain = Scale(column, low, middle, high, 1.0, is_log)
    quartiles = (plain.to(upper) - plain.to(lower)) / 1.349
    ends = (plain.to(high) - plain.to(low)) / 4.652
    return Scale(column, low, middle, high, max(quartiles, ends), is_log)


def stages(scales: Sequence[Scale]) -> list[SQLTransformer | VectorAssembler]:
    """Return the parts of a pipeline that add the scaled columns and their vector."""
    names = [PLACE.format(place) for place in range(len(scales))]
    cells = ", ".join(f"{one.sql} AS {name}" for name, one in zip(names, scales, strict=True))
    scaled = SQLTransformer(statement=f"SELECT *, {cells} FROM __THIS__")
    return [scaled, VectorAssembler(inputCols=names, outputCol=SHAPE)]
