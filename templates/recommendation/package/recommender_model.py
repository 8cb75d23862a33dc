"""How MLflow loads a saved recommender: `mlflow.pyfunc.load_model` calls `_load_pyfunc`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from .cuts import MOST_ITEMS
from .interactions import ITEM, USER
from .ranking import K
from .recommenders import Recommender, load, recommend


class RecommenderModel:
    """A recommender that makes lists for rows of pandas on the active Spark session, or on one that it starts."""

    def __init__(self, recommender: Recommender, spark: SparkSession) -> None:
        self.recommender, self.spark = recommender, spark

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Return `items`, a JSON array of the K best, for rows of `user` and `had` (a JSON array, the latest first).

        They come in the rows' order; `params` are not used.
        """
        del params
        rows = model_input[[USER, "had"]].astype(str).assign(_place=range(len(model_input)))
        users = self.spark.createDataFrame(rows).withColumn("had", F.from_json("had", "array<string>"))
        users = users.withColumns({"size": F.size("had"), "recent": F.slice("had", 1, MOST_ITEMS)})
        made = recommend(self.recommender, users, self.recommender.tables["popular"])
        names = F.transform(F.slice("list", 1, K), lambda one: one[ITEM])
        found = made.select("_place", F.to_json(names).alias("items")).toPandas()
        return found.sort_values("_place")[["items"]].set_axis(model_input.index)


def example(users: DataFrame, count: int = 3) -> pd.DataFrame:
    """Return a few rows of the input: `user`, and `had` as JSON."""
    few = users.orderBy(F.xxhash64(USER)).limit(count).select(USER, F.slice("had", 1, 10).alias("had")).toPandas()
    return few.assign(had=[json.dumps(list(one)) for one in few["had"]])


def _load_pyfunc(path: str) -> RecommenderModel:
    spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    return RecommenderModel(load(spark, Path(path).resolve()), spark)
