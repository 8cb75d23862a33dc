"""The scale on which a model learns a number: as it is, or its logarithm where a few outcomes dwarf the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .features import LABEL
from .preparation import Link
from .strength import prior_rows

GOAL = "goal"
"""The outcome on the scale of the model."""
SKEWED = 1.0
"""From this skewness on the logarithm is tried as well."""


@dataclass(frozen=True)
class Scale:
    """A scale of the outcome: SQL that leads there from `{}`, and the link by which means of groups follow it."""

    name: str
    to: str
    link: Link


PLAIN = Scale("as it is", "{}", Link(float, "{}", prior_rows))
LOG = Scale("log1p", "log1p({})", Link(math.log1p, "expm1({})", prior_rows))


@dataclass(frozen=True)
class Range:
    """The range to which predictions are held: half as wide again as that of the known outcomes on either side.

    It does not go below 0 where no outcome does.
    """

    low: float
    high: float

    def held(self, sql: str) -> str:
        """Return SQL for a value that is held to the range."""
        return f"greatest(least({sql}, {self.high!r}D), {self.low!r}D)"


def look(known: DataFrame) -> tuple[Range, list[Scale]]:
    """Return the range of predictions and the scales to try: LOG too where outcomes are skewed and none negative."""
    row = known.agg(F.min(LABEL).alias("low"), F.max(LABEL).alias("high"), F.skewness(LABEL).alias("skew")).first()
    assert row is not None
    room = (row["high"] - row["low"]) / 2
    low = max(0.0, row["low"] - room) if row["low"] >= 0 else row["low"] - room
    is_skewed = row["low"] >= 0 and (row["skew"] or 0.0) > SKEWED
    return Range(float(low), float(row["high"] + room)), [PLAIN, LOG] if is_skewed else [PLAIN]
