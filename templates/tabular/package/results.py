"""What modeling records: how a model has learnt, and what was measured, as the rows of `modeling.evaluation`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Cut
from .features import Columns
from .split import Split


def learning(split: Split, columns: Columns, pairs: Sequence[Cut]) -> dict[str, Any]:
    """Return what a run records of how a model has learnt, besides its kind and settings."""
    return {
        "learnt_from": split.learnt_from,
        "held_out": split.held_out,
        "features": len(columns.all),
        "pairs": "; ".join(one.column for one in pairs),
    }


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


def accepted(evaluation: DataFrame, mlflow_run_id: str, measures: Sequence[str]) -> dict[str, float]:
    """Return the measures with which a model was accepted: `modeling.evaluation` of its run, the first time.

    Empty where there are none, as for a model that another project has registered.
    """
    rows = evaluation.where((F.col("mlflow_run_id") == mlflow_run_id) & (F.col("slice") == "all"))
    row = rows.where("model = 'model'").orderBy("run_date").first()
    return {name: float(row[name]) for name in measures} if row else {}
