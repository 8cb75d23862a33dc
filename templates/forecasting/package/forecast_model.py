"""How MLflow loads a saved pipeline of forecasts: `mlflow.pyfunc.load_model` calls `_load_pyfunc`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

OUTPUTS = dict.fromkeys(["forecast", "low", "high"], "double")


class ForecastModel:
    """A pipeline that forecasts rows of pandas on the active Spark session, or on one that it starts."""

    def __init__(self, pipeline: PipelineModel, spark: SparkSession) -> None:
        self.pipeline, self.spark = pipeline, spark

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return `forecast`, `low`, `high` for rows of what is known at an origin, in their order; no `params`."""
        del params
        rows = self.spark.createDataFrame(model_input.reset_index(drop=True).rename_axis("_place").reset_index())
        made = self.pipeline.transform(rows).select("_place", *OUTPUTS).toPandas()
        return made.set_index("_place").sort_index().set_axis(model_input.index)


def _load_pyfunc(path: str) -> ForecastModel:
    spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    return ForecastModel(PipelineModel.load(Path(path).resolve().as_uri()), spark)
