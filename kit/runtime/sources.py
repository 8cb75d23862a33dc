"""Declared sources: where the raw data lies, a fingerprint that changes with it, and how Spark reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.runtime import columns
from kit.runtime.errors import KitError
from kit.runtime.secret import secret_value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_FETCHED = "10000"
"""Rows that a database hands over at once; the default of most drivers is 10, or all of them."""


def source_path(project: Path, name: str, source: Mapping[str, Any]) -> Path | None:
    """Return the source's file or folder (a sample is fetched into the cache once); None for any other place."""
    if source.get("sample"):
        from kit.runtime.samples import sample_path

        return sample_path(source["sample"])
    if not source.get("path"):
        return None
    path = (project / str(source["path"])).resolve()
    if not path.exists():
        raise KitError(
            f"source '{name}': {path} does not exist", f"Put the data there or correct sources.{name}.path in kit.yml."
        )
    return path


def source_fingerprint(project: Path, name: str, source: Mapping[str, Any]) -> str | None:
    """Return a short hash that changes when the data or its declaration does, found without Spark.

    Files count by name, size and time of change. None for a table of a catalog or a database: only these know.
    """
    path = source_path(project, name, source)
    if path is None:
        return None
    files = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    seen = [(one.name, one.stat().st_size, one.stat().st_mtime_ns) for one in files]
    said = json.dumps([_plain(source), seen], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def read_source(spark: SparkSession, project: Path, name: str, source: Mapping[str, Any]) -> DataFrame:
    """Return the source as it is: no cleaning, columns of text where the format does not type them.

    Where kit.yml declares its columns, these come under the names that kit.yml gives them. Raises KitError for a file
    that is not there and for a secret that is not known here.
    """
    declared, path = source.get("columns", {}), source_path(project, name, source)
    if path is None:
        rows = _database(spark, source["jdbc"]) if source.get("jdbc") else spark.table(source["table"])
        return columns.named(rows, declared, name) if declared else rows
    options = {str(key): str(value) for key, value in source.get("options", {}).items()}
    reader = spark.read.format(source.get("format", "csv")).options(**options)
    if not declared:
        return reader.load(str(path))
    if source.get("format") == "json":
        reader = reader.schema(columns.text_schema(declared))
    return columns.named(reader.load(str(path)), declared, name)


def _database(spark: SparkSession, jdbc: Mapping[str, Any]) -> DataFrame:
    """Return a table of a database, read over one connection unless its `options` split it."""
    options = {key: secret_value(str(jdbc[key])) for key in ("url", "user", "password", "driver") if jdbc.get(key)}
    options |= {"dbtable": str(jdbc["table"]), "fetchsize": _FETCHED}
    options |= {key: str(value) for key, value in jdbc.get("options", {}).items()}
    return spark.read.format("jdbc").options(**options).load()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
