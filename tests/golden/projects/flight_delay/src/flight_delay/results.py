"""What modeling has measured, as the rows of `modeling.evaluation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd


def table(
    measured: pd.DataFrame, slices: Mapping[str, pd.DataFrame], measures: Sequence[str], **same: object
) -> pd.DataFrame:
    """Return `model`, `slice`, `value`, the columns `measures`, and `same` in each row.

    First each model of `measured` on all rows, then the first of them on each value of each slice.
    """
    rows = [measured[list(measures)].rename_axis("model").reset_index().assign(slice="all", value="all")]
    rows += [
        one[["value", *measures]].assign(model=measured.index[0], slice=name)
        for name, one in slices.items()
        if len(one)
    ]
    return pd.concat(rows, ignore_index=True)[["model", "slice", "value", *measures]].assign(**same)
