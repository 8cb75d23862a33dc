"""Who is warned: the tenth of each day's cases with the highest scores. `deployment` calls it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from .evaluation import TOP
from .features import DAY, SCORE

WIDTH = 0.02
"""Width of a bin of `histogram`."""


def predictions(scored: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return `keys`, `event_day`, `score`, `rank_in_day` (1 is the highest) and `warned`: the tenth of its day that
    comes first.

    Equal scores are told apart by their key, so that the same rows are warned each time.
    """
    day = Window.partitionBy(DAY)
    ranked = scored.withColumns(
        {
            "rank_in_day": F.row_number().over(day.orderBy(F.desc(SCORE), *keys)),
            "in_day": F.count(F.lit(1)).over(day),
        }
    )
    return ranked.select(
        *keys, DAY, SCORE, "rank_in_day", (F.col("rank_in_day") <= TOP * F.col("in_day")).alias("warned")
    )


def histogram(stored: DataFrame) -> pd.DataFrame:
    """Return counts of scores by bin: `low`, `warned`, `others`."""
    low = F.floor(F.least(F.col(SCORE), F.lit(1 - 1e-9)) / WIDTH) * WIDTH
    counts = stored.groupBy(low.cast("double").alias("low")).agg(
        F.count_if(F.col("warned")).alias("warned"), F.count_if(~F.col("warned")).alias("others")
    )
    return counts.toPandas().sort_values("low", ignore_index=True)
