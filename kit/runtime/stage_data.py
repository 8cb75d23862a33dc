"""The data of a stage: its Spark session, its sources and its logical tables; what is read and written is recorded."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from fnmatch import fnmatch
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kit.runtime.context import Context
from kit.runtime.errors import KitError
from kit.runtime.facts import FactLog
from kit.runtime.mappings import Facts
from kit.runtime.sources import read_source, source_fingerprint
from kit.runtime.tables import (
    CatalogWarehouse,
    FolderWarehouse,
    Warehouse,
    merge_table,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PLACEHOLDER = re.compile(r"\{([a-z]+)\.([A-Za-z][A-Za-z0-9_]*)\}")


class StageData:
    """What a stage reads and writes: Spark, declared sources, and tables by their logical names."""

    def __init__(self, name: str, context: Context) -> None:
        self.name, self.context = name, context
        self.log = FactLog(context.run_dir / f"{name}.facts.jsonl")

    @property
    def session_kind(self) -> str:
        """`connect` or `classic`, by the runner's word or the environment's setting."""
        return os.environ.get("KIT_SPARK") or str(self.context.settings.get("spark", "connect"))

    @cached_property
    def spark(self) -> SparkSession:
        """The Spark session of this stage, made at its first use."""
        from kit.runtime.session import get_spark

        project, settings = self.context.project, self.context.settings.get("settings", {})
        return get_spark(project / ".kit" / "spark", settings, [project / "src"], self.session_kind)

    @cached_property
    def warehouse(self) -> Warehouse:
        """Where the logical tables lie in this environment."""
        settings = self.context.settings
        if settings.get("catalog"):
            return CatalogWarehouse(settings.catalog, settings.schema)
        return FolderWarehouse((self.context.project / settings.warehouse).resolve())

    def version(self, table: str) -> int | None:
        """Return the newest Delta version of a logical table, None where it does not exist."""
        return self.warehouse.version(self.spark if isinstance(self.warehouse, CatalogWarehouse) else None, table)

    def exists(self, table: str) -> bool:
        """Return whether the logical table has been written."""
        return self.version(table) is not None

    def read(self, table: str, version: int | None = None) -> DataFrame:
        """Return a logical table, as of `version` or its newest; the version read is recorded and stays fixed."""
        version = self._version_to_read(table) if version is None else version
        self.log.add("read", table=table, version=version)
        return read_table(self.spark, self.warehouse, table, version)

    def source(self, name: str) -> DataFrame:
        """Return a declared source as it is, before any cleaning; its fingerprint is recorded."""
        source = self._source(name)
        self.log.add("source", source=name, fingerprint=self.source_fingerprint(name))
        return read_source(self.spark, self.context.project, name, source)

    def source_fingerprint(self, name: str) -> str | None:
        """Return the hash that changes when the source does; None where only the platform knows."""
        return source_fingerprint(self.context.project, name, self._source(name))

    def write(
        self,
        df: DataFrame,
        table: str,
        *,
        mode: str = "overwrite",
        replace_where: str | None = None,
        partition_by: Sequence[str] = (),
    ) -> int:
        """Write a logical table in one commit and return its new Delta version.

        `overwrite` replaces all rows, with `replace_where` only those of the condition; `append` adds.
        """
        options: dict[str, Any] = {"mode": mode, "replace_where": replace_where, "partition_by": list(partition_by)}
        write_table(self.spark, self.warehouse, table, df, **options, tag=self._tag)
        return self._record_write(table, mode)

    def merge(self, df: DataFrame, table: str, keys: Sequence[str]) -> int:
        """Upsert `df` into a logical table by `keys` and return its new Delta version; a missing table is made."""
        if not self.exists(table):
            return self.write(df, table)
        merge_table(self.spark, self.warehouse, table, df, list(keys), self._tag)
        return self._record_write(table, "merge")

    def sql(self, query: str) -> DataFrame:
        """Return the rows of a query in which `{layer.table}` and `{source.name}` stand for tables and sources."""
        return self.spark.sql(_PLACEHOLDER.sub(self._sql_name, query))

    # -- inner ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _tag(self) -> dict[str, str]:
        """What every commit to a table says: who answers for it, and the run that made it."""
        owner = self.context.resolved.ownership[self.name].accountable
        people = ", ".join(one.email or one.name for one in owner.people)
        return {"accountable": owner.role, "people": people, "run": self.context.run_id}

    def _source(self, name: str) -> Facts:
        sources = self.context.spec.get("sources", {})
        if name not in sources:
            raise KitError(f"kit.yml declares no source '{name}'", f"Known: {', '.join(sorted(sources)) or 'none'}.")
        source: Facts = sources[name]
        return source

    def _version_to_read(self, table: str) -> int:
        version = self.version(table)
        if version is None:
            stages = self.context.resolved.stages
            writers = [name for name in stages if any(fnmatch(table, one) for one in stages[name].writes)]
            cure = f"Run stage {writers[0]} first: kit run --only {writers[0]}." if writers else "Check the name."
            raise KitError(f"{self.name}: table '{table}' does not exist in {self.context.environment}", cure)
        return version

    def _sql_name(self, match: re.Match[str]) -> str:
        layer, name = match.groups()
        if layer != "source":
            version = self._version_to_read(f"{layer}.{name}")
            self.log.add("read", table=f"{layer}.{name}", version=version)
            return self.warehouse.identifier(f"{layer}.{name}")
        view = f"source_{name}"
        self.source(name).createOrReplaceTempView(view)
        return f"`{view}`"

    def _record_write(self, table: str, mode: str) -> int:
        version = self._version_to_read(table)
        counts = self.warehouse.rows_written(self.spark, table, version)
        self.log.add("write", table=table, version=version, mode=mode, **counts)
        return version
