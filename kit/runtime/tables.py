"""Logical tables: where `gold.features` lies, its version, and how it is read and written.

Locally a logical table is the Delta folder `<warehouse>/gold/features`; on a platform with a catalog it is
`catalog.schema.gold_features`. Nothing relies on a catalog that lives in one kernel.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kit.runtime.errors import KitError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

COMMIT_TAG = "spark.databricks.delta.commitInfo.userMetadata"
"""The setting by which a commit that SQL makes carries a text."""

_NAME = re.compile(r"^[a-z]+\.[a-z][a-z0-9_]*$")


class Warehouse(Protocol):
    """Where the logical tables of one environment lie."""

    def identifier(self, table: str) -> str:
        """Return the table as SQL names it."""

    def version(self, spark: SparkSession | None, table: str) -> int | None:
        """Return the table's newest Delta version, None where it does not exist."""

    def rows_written(self, spark: SparkSession, table: str, version: int) -> dict[str, int]:
        """Return the row counts that the commit of that version says of itself."""


class FolderWarehouse:
    """Delta folders below one root; versions are read from the transaction log without Spark."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, table: str) -> Path:
        """Return the folder of a logical table; raises KitError where the name is not `layer.name`."""
        if not _NAME.match(table):
            raise KitError(f"'{table}' is not a logical table name", "Use layer.name, such as gold.features.")
        layer, name = table.split(".")
        return self.root / layer / name

    def identifier(self, table: str) -> str:
        """Return the path in Delta's own notation."""
        return f"delta.`{self.path(table)}`"

    def version(self, spark: SparkSession | None, table: str) -> int | None:
        """Return the newest version in the transaction log; no Spark is needed."""
        log = self.path(table) / "_delta_log"
        if not log.is_dir():
            return None
        return max((int(entry.stem) for entry in log.glob("*.json") if entry.stem.isdigit()), default=None)

    def rows_written(self, spark: SparkSession, table: str, version: int) -> dict[str, int]:
        """Return the counts in that version's commit file."""
        commit = self.path(table) / "_delta_log" / f"{version:020d}.json"
        for line in commit.read_text(encoding="utf-8").splitlines():
            info = json.loads(line).get("commitInfo")
            if info is not None:
                return _row_counts(info.get("operationMetrics", {}))
        return {}


class CatalogWarehouse:
    """Tables `catalog.schema.layer_name` of a platform's catalog."""

    def __init__(self, catalog: str, schema: str) -> None:
        self.prefix = f"`{catalog}`.`{schema}`"

    def identifier(self, table: str) -> str:
        """Return `catalog.schema.layer_name`, quoted."""
        if not _NAME.match(table):
            raise KitError(f"'{table}' is not a logical table name", "Use layer.name, such as gold.features.")
        return f"{self.prefix}.`{table.replace('.', '_')}`"

    def version(self, spark: SparkSession | None, table: str) -> int | None:
        """Return the newest version in the table's history."""
        if spark is None or not spark.catalog.tableExists(self.identifier(table)):
            return None
        return int(self._history(spark, table)["version"])

    def rows_written(self, spark: SparkSession, table: str, version: int) -> dict[str, int]:
        """Return the counts of the newest entry in the table's history."""
        return _row_counts(self._history(spark, table)["operationMetrics"] or {})

    def _history(self, spark: SparkSession, table: str) -> Any:
        return spark.sql(f"DESCRIBE HISTORY {self.identifier(table)} LIMIT 1").collect()[0]


def read_table(spark: SparkSession, warehouse: Warehouse, table: str, version: int) -> DataFrame:
    """Return the table as it was at that version."""
    return spark.sql(f"SELECT * FROM {warehouse.identifier(table)} VERSION AS OF {version}")


def write_table(
    spark: SparkSession,
    warehouse: Warehouse,
    table: str,
    df: DataFrame,
    *,
    mode: str,
    replace_where: str | None,
    partition_by: list[str],
    tag: Mapping[str, str],
) -> None:
    """Write `df`: `overwrite` replaces all rows (or those of `replace_where`), `append` adds them; one Delta commit.

    The commit carries `tag` as its `userMetadata`; a new table in a catalog also as properties `kit.NAME`.
    """
    exists = warehouse.version(spark, table) is not None
    if not exists and isinstance(warehouse, CatalogWarehouse):
        _create_table(df, warehouse.identifier(table), partition_by, tag)
        return
    writer = df.write.format("delta").mode(mode if exists else "overwrite").option("userMetadata", json.dumps(tag))
    if partition_by:
        writer = writer.partitionBy(*partition_by)
    if exists and replace_where:
        writer = writer.option("replaceWhere", replace_where)
    elif mode == "overwrite":
        writer = writer.option("overwriteSchema", "true")
    if isinstance(warehouse, FolderWarehouse):
        writer.save(str(warehouse.path(table)))
    else:
        writer.saveAsTable(warehouse.identifier(table))


def _create_table(df: DataFrame, identifier: str, partition_by: list[str], tag: Mapping[str, str]) -> None:
    from pyspark.sql import functions as F

    writer = df.writeTo(identifier).using("delta").option("userMetadata", json.dumps(tag))
    for name, value in tag.items():
        writer = writer.tableProperty(f"kit.{name}", value)
    if partition_by:
        writer = writer.partitionedBy(*[F.col(name) for name in partition_by])
    writer.create()


def merge_table(
    spark: SparkSession, warehouse: Warehouse, table: str, df: DataFrame, keys: list[str], tag: Mapping[str, str]
) -> None:
    """Upsert `df` by `keys` in one Delta commit; a key that occurs twice in `df` is refused before anything changes.

    The commit carries `tag` as its `userMetadata`, except on a platform, whose sessions may forbid the setting.
    """
    if isinstance(warehouse, FolderWarehouse):
        spark.conf.set(COMMIT_TAG, json.dumps(tag))
    view = f"merge_{table.replace('.', '_')}"
    df.createOrReplaceTempView(view)
    try:
        on = " AND ".join(f"target.`{key}` <=> source.`{key}`" for key in keys)
        spark.sql(
            f"MERGE INTO {warehouse.identifier(table)} AS target USING `{view}` AS source ON {on} "
            "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        ).collect()
    finally:
        spark.catalog.dropTempView(view)


def _row_counts(metrics: dict[str, Any]) -> dict[str, int]:
    names = {
        "rows": ("numOutputRows", "numTargetRowsInserted"),
        "updated": ("numTargetRowsUpdated",),
        "inserted": ("numTargetRowsInserted",),
    }
    found = {
        ours: next((int(metrics[one]) for one in theirs if one in metrics), None) for ours, theirs in names.items()
    }
    return {ours: count for ours, count in found.items() if count is not None}
