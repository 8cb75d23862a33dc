"""Scoring in batch: which days, which columns, who is warned. `deployment` calls it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from .candidates import with_score
from .evaluation import TOP, intervals, measures
from .features import DAY, SCORE

WIDTH = 0.02
"""Width of a bin of `histogram`."""


def side_by_side(pipelines: Mapping[str, PipelineModel], cases: DataFrame, keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each case with one score for each pipeline, under its name."""
    scored = cases
    for name, pipeline in pipelines.items():
        added = with_score(pipeline.transform(scored.select(*cases.columns, *_done(scored, cases))))
        scored = added.select(*cases.columns, *_done(scored, cases), F.col(SCORE).alias(name))
    return scored.select(*keep, *pipelines)


def lead_of(counts: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """Return the `lead` in AUC of the first of `names` over the last, and `low`, the lower end of its bootstrap
    interval.
    """
    aucs = [measures(counts[counts["model"] == name])["auc"] for name in (names[0], names[-1])]
    return {"lead": aucs[0] - aucs[1], "low": float(intervals(counts, names).loc[names[0], "ahead_low"])}


def first_day_to_score(last: dt.date | None, test_start: dt.date, run_date: dt.date) -> dt.date:
    """Return the day after the last one that has predictions, but never one after `run_date`; the hold-out's if none
    has.
    """
    return min(test_start if last is None else last + dt.timedelta(days=1), run_date)


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


def _done(scored: DataFrame, cases: DataFrame) -> list[str]:
    return [name for name in scored.columns if name not in cases.columns]
