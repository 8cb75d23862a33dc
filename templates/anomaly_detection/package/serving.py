"""What is served: two versions side by side on the same cases, and the predictions with rank and reason.

`deployment` calls it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from . import evaluation
from .features import DAY, SCORE


def compared(judged: DataFrame, names: Sequence[str], order: str, share: float, with_labels: bool) -> pd.DataFrame:
    """Return the measures of each version on the same cases, by its name."""
    said = {name: name for name in names}
    if with_labels:
        return evaluation.by_labels(judged, said, order, share)
    return evaluation.without_labels(judged, said, share)


def lead(measured: pd.DataFrame, share: float) -> dict[str, float]:
    """Return the `lead` of the first version over the last, and `low`, the lower end of its interval.

    In average precision where it was measured; else by how much nearer to the capacity the share flagged is, in log.
    """
    first, last = measured.iloc[0], measured.iloc[-1]
    if "average_precision" in measured:
        return {"lead": float(first["average_precision"] - last["average_precision"]), "low": float(first["lead_low"])}
    away = [abs(math.log(max(one["flagged"], 1e-6) / share)) for one in (first, last)]
    return {"lead": away[1] - away[0], "low": away[1] - away[0]}


def predictions(scored: DataFrame, keys: Sequence[str]) -> DataFrame:
    """Return `keys`, `event_day`, `score`, `rank_in_day` (1 is the most unusual), `flagged` and its `reason`.

    Equal scores are told apart by their key, so that the ranks are the same each time.
    """
    names = [F.col(f"`{name}`") for name in keys]
    rank = F.row_number().over(Window.partitionBy(DAY).orderBy(F.desc(SCORE), *names))
    return scored.select(*names, DAY, SCORE, rank.alias("rank_in_day"), "flagged", "reason")
