"""Scoring in batch: which days, and several models beside each other. `deployment` calls it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .labels import SAYS, with_score


def side_by_side(pipelines: Mapping[str, PipelineModel], cases: DataFrame, keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each case with what each pipeline is judged by, under its name."""
    scored, said = cases, list(SAYS)[-1]
    for name, pipeline in pipelines.items():
        added = with_score(pipeline.transform(scored.select(*cases.columns, *_done(scored, cases))))
        scored = added.select(*cases.columns, *_done(scored, cases), F.col(said).alias(name))
    return scored.select(*keep, *pipelines)


def first_day_to_score(last: dt.date | None, test_start: dt.date, run_date: dt.date) -> dt.date:
    """Return the day after the last one that has predictions, but never one after `run_date`; the hold-out's if none
    has.
    """
    return min(test_start if last is None else last + dt.timedelta(days=1), run_date)


def _done(scored: DataFrame, cases: DataFrame) -> list[str]:
    return [name for name in scored.columns if name not in cases.columns]
