"""MLflow for a project: an SQLite store and artifacts below it locally, the platform's own on Databricks."""

from __future__ import annotations

import logging
import os
import warnings
from typing import Any

from kit.runtime.context import Context


def configure(context: Context) -> Any:
    """Return the mlflow module with tracking, registry and the project's experiment set (made where missing)."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    _silence()
    import mlflow

    if "DATABRICKS_RUNTIME_VERSION" in os.environ:
        mlflow.set_registry_uri("databricks-uc")
        return mlflow
    root = (context.project / context.settings.get("mlflow", "mlflow")).resolve()
    (root / "artifacts").mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(f"sqlite:///{root / 'mlflow.db'}")
    name = context.spec.name
    if mlflow.get_experiment_by_name(name) is None:
        mlflow.create_experiment(name, artifact_location=(root / "artifacts").as_uri())
    mlflow.set_experiment(name)
    return mlflow


def _silence() -> None:
    """Keep out of the notebook that a new store logs each schema migration, and that progress bars will be of text."""
    for name in ("alembic", "alembic.runtime.migration", "mlflow.store.db.utils", "mlflow.tracking.fluent"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", message="IProgress not found")
