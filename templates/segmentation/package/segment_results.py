"""What modeling has measured, as rows of `modeling.evaluation` and `modeling.segments`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pandas as pd

MEASURES = ("silhouette", "silhouette_low", "silhouette_high", "spearman", "spearman_low", "spearman_high")


def table(measured: pd.DataFrame, holds: float, test_start: dt.date, origin: Mapping[str, object]) -> pd.DataFrame:
    """Return a row for the segments and one for the grid: `model`, MEASURES (NaN where the next period is unknown),
    `holds`, `rows`, `test_start`, and `origin` in each row.
    """
    rows = measured.reindex(columns=[*MEASURES, "rows"]).astype(float).rename_axis("model").reset_index()
    return rows.assign(holds=holds, test_start=test_start, **origin)


def segments_table(profile: pd.DataFrame, origin: Mapping[str, object]) -> pd.DataFrame:
    """Return `segment_no`, `segment_name`, `rows` (bigint), `share` of each segment as it was learnt, and `origin`."""
    kept = profile[["segment_no", "segment_name", "rows", "share"]]
    return kept.astype({"rows": "int64"}).assign(**origin)
