"""What a model rests on: cases with one column shuffled at a time (Breiman 2001), and a few rows to show."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from .features import LABEL, Columns

SHUFFLED = "shuffled"
"""Place of the column that is shuffled in a copy of a case; -1 in the copy that is as it was."""


def shuffled(cases: DataFrame, names: Sequence[str]) -> DataFrame:
    """Return each labelled case as it is and once per column with that column taken from another case, in one pass.

    Columns: `label`, `shuffled` and `names`. The copies are as many as the columns: give a few thousand cases.
    """
    quoted = [F.col(f"`{name}`") for name in names]
    by_chance = Window.orderBy(F.xxhash64(*quoted))
    other = F.lead(F.struct(*quoted)).over(by_chance).alias("other")
    pairs = cases.select(LABEL, *quoted, other).where("other is not null")
    copies = pairs.withColumn(SHUFFLED, F.explode(F.sequence(F.lit(-1), F.lit(len(names) - 1))))
    values = [
        F.when(F.col(SHUFFLED) == place, F.col("other")[name]).otherwise(F.col(f"`{name}`")).alias(name)
        for place, name in enumerate(names)
    ]
    return copies.select(LABEL, SHUFFLED, *values)


def example(cases: DataFrame, columns: Columns, rows: int = 5) -> pd.DataFrame:
    """Return a few rows of the model's input: numbers as float, the rest as text."""
    numbers = [F.col(f"`{name}`").cast("double").alias(name) for name in columns.numeric]
    texts = [F.col(f"`{name}`").cast("string").alias(name) for name in columns.categorical]
    return cases.select(*numbers, *texts).limit(rows).toPandas()
