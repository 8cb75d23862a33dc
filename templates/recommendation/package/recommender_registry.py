"""The registry for recommenders: as `registry`, but what a version holds is a folder of `recommenders.save`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
from pyspark.sql import SparkSession

from .recommenders import Recommender, load, save
from .registry import (
    CHAMPION,
    log_documents,
    log_folder,
    log_measures,
    logged_folder,
    owner_tags,
    packaged,
    promote,
    register,
    registered_name,
    rehearse_rollback,
    version_of,
)

__all__ = ["CHAMPION", "load_pipeline", "log_documents", "log_measures", "log_recommender", "owner_tags", "packaged",
           "promote", "register", "registered_name", "rehearse_rollback", "version_of"]  # fmt: skip

FOLDER = "recommender"
"""Folder of the saved recommender inside the data of the MLflow model."""


def log_recommender(mlflow: Any, recommender: Recommender, scratch: Path, *, loader: str, example: pd.DataFrame) -> str:
    """Save a recommender into the active run as an MLflow model and return its uri; `scratch` is emptied."""
    shutil.rmtree(scratch, ignore_errors=True)
    save(recommender, scratch / FOLDER)
    return log_folder(mlflow, scratch / FOLDER, loader=loader, example=example, outputs={"items": "string"})


def load_pipeline(mlflow: Any, uri: str) -> Recommender:
    """Return the recommender of an MLflow model that `log_recommender` made."""
    spark = SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    return load(spark, logged_folder(mlflow, uri, FOLDER))
