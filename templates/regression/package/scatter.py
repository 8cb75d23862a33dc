"""Observed against predicted numbers, counted in cells by Spark, so that a plot of any number of cases stays small."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from .features import LABEL, SCORE

CELLS = 40
"""Cells along each axis."""


def cells(scored: DataFrame) -> pd.DataFrame:
    """Return counts of labelled cases by `predicted` and `observed` (middle of a cell) and their `rows`.

    The cells reach from the 1st to the 99th percentile of outcomes and predictions; what is beyond is put at the edge.
    """
    known = scored.where(F.col(LABEL).isNotNull())
    ends = [F.expr(f"percentile_approx({name}, array(0.005D, 0.995D), 1000)").alias(name) for name in (LABEL, SCORE)]
    row = known.agg(*ends).first()
    if row is None or row[LABEL] is None:
        return pd.DataFrame({"predicted": [], "observed": [], "rows": []})
    low, high = min(row[LABEL][0], row[SCORE][0]), max(row[LABEL][1], row[SCORE][1])
    width = (high - low) / CELLS or 1.0
    places = known.select(_middle(SCORE, low, width).alias("predicted"), _middle(LABEL, low, width).alias("observed"))
    return places.groupBy("predicted", "observed").agg(F.count(F.lit(1)).alias("rows")).toPandas()


def bars(stored: DataFrame, known: DataFrame, count: int = 50) -> pd.DataFrame:
    """Return how many stored predictions and known outcomes lie in each of `count` bars: `low`, `predictions`,
    `outcomes`.

    The bars reach from the 1st to the 99th percentile of the predictions.
    """
    row = stored.agg(F.expr(f"percentile_approx({SCORE}, array(0.01D, 0.99D), 1000)")).first()
    low, high = row[0] if row is not None and row[0] else (0.0, 1.0)
    width = (high - low) / count or 1.0
    both = [part.groupBy(_bar(name, low, width, count).alias("bar")).agg(F.count(F.lit(1)).alias(said))
            for part, name, said in ((stored, SCORE, "predictions"), (known, LABEL, "outcomes"))]  # fmt: skip
    joined = both[0].join(both[1], "bar", "full").toPandas().set_index("bar")
    filled = joined.reindex(range(count)).fillna(0).astype(int).reset_index()
    return pd.DataFrame({"low": low + filled["bar"] * width, **filled[["predictions", "outcomes"]]})


def _middle(name: str, low: float, width: float) -> Column:
    return low + (_bar(name, low, width, CELLS) + 0.5) * width


def _bar(name: str, low: float, width: float, count: int) -> Column:
    return F.least(F.greatest(F.floor((F.col(name) - low) / width), F.lit(0)), F.lit(count - 1))
