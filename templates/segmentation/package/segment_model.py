"""How MLflow loads saved segments: `mlflow.pyfunc.load_model` calls `_load_pyfunc`, which says those of pandas rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from .segments import SEGMENT


class SegmentModel:
    """A saved pipeline that says the segment of pandas rows on the active Spark session, or on one that it starts."""

    def __init__(self, pipeline: PipelineModel, spark: SparkSession) -> None:
        self.pipeline, self.spark = pipeline, spark

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the column `segment_no`, in the rows' order; `params` are not used."""
        del params
        rows = self.spark.createDataFrame(model_input.assign(_row=range(len(model_input))))
        found = self.pipeline.transform(rows).selectExpr("_row", f"double({SEGMENT}) as {SEGMENT}").toPandas()
        return found.sort_values("_row")[[SEGMENT]].set_axis(model_input.index)


def _load_pyfunc(path: str) -> SegmentModel:
    spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    return SegmentModel(PipelineModel.load(Path(path).resolve().as_uri()), spark)
