"""How MLflow loads a saved pipeline: `mlflow.pyfunc.load_model` calls `_load_pyfunc` and gets scores for pandas
rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from .labels import SAYS, with_score

_ROW = "_row"


class ScoringModel:
    """A saved pipeline that scores pandas rows on the active Spark session, or on one that it starts."""

    def __init__(self, folder: Path) -> None:
        self.spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
        self.pipeline = PipelineModel.load(folder.resolve().as_uri())

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return the columns SAYS (`score`), in the rows' order; `params` are not used."""
        del params
        numbered = self.spark.createDataFrame(model_input.assign(**{_ROW: range(len(model_input))}))
        predicted = with_score(self.pipeline.transform(numbered)).select(_ROW, *SAYS)
        return predicted.toPandas().sort_values(_ROW)[[*SAYS]].set_axis(model_input.index)


def _load_pyfunc(path: str) -> ScoringModel:
    return ScoringModel(Path(path))
