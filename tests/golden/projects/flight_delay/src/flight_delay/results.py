"""What modeling has measured, as the rows of `modeling.evaluation`: written by `modeling`, read by `monitoring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F


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
