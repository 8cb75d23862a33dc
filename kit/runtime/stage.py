"""The stage that a notebook runs: its parameters, its tables, and the facts that it leaves behind.

A notebook calls `start` once, works through the stage that it returns, and calls `stage.finish` in its last cell.
"""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from kit.runtime.context import Context, load_context
from kit.runtime.errors import KitError
from kit.runtime.expectations import Checked, check_rows
from kit.runtime.facts import FactLog, newest_decision
from kit.runtime.handover import Handover, handover_of
from kit.runtime.mappings import Facts
from kit.runtime.parameters import parse_value, to_plain
from kit.runtime.sources import read_source, source_fingerprint
from kit.runtime.tables import (
    CatalogWarehouse,
    FolderWarehouse,
    Warehouse,
    merge_table,
    read_table,
    write_table,
)
from kit.runtime.widgets import widget_values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PLACEHOLDER = re.compile(r"\{([a-z]+)\.([A-Za-z][A-Za-z0-9_]*)\}")


class RowsLost(KitError):
    """Raised when the rows that came in are not all accounted for."""


def start(name: str, variables: Mapping[str, Any]) -> Stage:
    """Start stage `name` with the notebook's globals, from which the declared parameters are taken.

    Puts the project's `src/` on the path. Raises KitError where a parameter does not fit its declared type.
    """
    context = load_context()
    source = str(context.project / "src")
    if source not in sys.path:
        sys.path.insert(0, source)
    declared = _declared_parameters(context.spec, name)
    values = {one: variables[one] for one in declared if one in variables} | widget_values(declared, variables)
    parameters = {
        one: parse_value(one, declared[one], values.get(one, declared[one].get("default"))) for one in declared
    }
    stage = Stage(name, context, SimpleNamespace(**parameters))
    stage.log.add(
        "started",
        environment=context.environment,
        parameters={one: to_plain(value) for one, value in parameters.items()},
        spark=stage.session_kind,
    )
    return stage


class Stage:
    """One stage while it runs; everything that it reads, writes and measures is recorded as a fact."""

    def __init__(self, name: str, context: Context, parameters: SimpleNamespace) -> None:
        self.name, self.context, self.parameters = name, context, parameters
        self.log = FactLog(context.run_dir / f"{name}.facts.jsonl")

    # -- what kit.yml says ---------------------------------------------------------------------------------------------

    @property
    def spec(self) -> Facts:
        """`kit.yml` as it is written."""
        return self.context.spec

    @property
    def problem(self) -> Facts:
        """The section `problem` of kit.yml with its defaults filled in."""
        problem: Facts = self.context.resolved.problem
        return problem

    @property
    def run_id(self) -> str:
        """Id of the run, also of one in Jupyter."""
        return self.context.run_id

    @property
    def ownership(self) -> Facts:
        """`accountable`, `responsible`, `consulted`, `informed` of this stage: roles with `role`, `title`, `people`."""
        owners: Facts = self.context.resolved.ownership[self.name]
        return owners

    def owner(self, role: str) -> Facts:
        """Return a role with `role`, `title` and `people` (each `name`, `email`; empty where unfilled)."""
        roles: Facts = self.context.resolved.roles
        if role not in roles:
            raise KitError(f"'{role}' is not a role of this project", f"Known: {', '.join(sorted(roles))}.")
        owner: Facts = roles[role]
        return owner

    def path(self, name: str) -> Path:
        """Return the project's folder `name` for files that are not tables; it is made where it is missing."""
        folder = self.context.project / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    # -- Spark and tables ----------------------------------------------------------------------------------------------

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

    # -- what was found ------------------------------------------------------------------------------------------------

    def check(self, df: DataFrame, table: str, more: Sequence[Mapping[str, Any]] = ()) -> Checked:
        """Check `df` against what kit.yml expects of `table`, and `more`; see `expectations.check_rows`."""
        expectations = [*self.spec.get("expectations", {}).get(table, []), *more]
        checked = check_rows(df, expectations, table)
        for one in checked.results:
            self.log.add("expectation", table=table, **vars(one))
        return checked

    def account(self, name: str, *, read: int, **parts: int) -> None:
        """Record where the rows went (`written=`, `quarantined=`, `deduplicated=` ...); raises RowsLost unless they
        add up.
        """
        self.log.add("accounting", name=name, read=read, **parts)
        total = sum(parts.values())
        if total != read:
            said = ", ".join(f"{part} {count:,}" for part, count in parts.items())
            raise RowsLost(
                f"{self.name}: rows of '{name}' do not add up: read {read:,}, but {said} make {total:,}",
                "A join that multiplies or drops rows is the usual cause; check its keys.",
            )

    def metrics(self, values: Mapping[str, float], prefix: str = "") -> None:
        """Record metrics as `prefix.name`; raises KitError where a value is not a finite number."""
        named = {f"{prefix}.{name}" if prefix else name: float(value) for name, value in values.items()}
        unusable = sorted(name for name, value in named.items() if not math.isfinite(value))
        if unusable:
            raise KitError(
                f"{self.name}: metrics {', '.join(unusable)} are not finite numbers", "Check their input rows."
            )
        self.log.add("metrics", values=named)

    def artefact(self, kind: str, name: str, *, version: str = "", uri: str = "") -> None:
        """Record something made that is not a table: a model, a report, a plot."""
        self.log.add("artefact", kind=kind, name=name, version=str(version), uri=uri)

    def decide(self, outcome: str, reason: str) -> None:
        """Record what this stage recommends at its gate; raises KitError where the gate has no such outcome."""
        gate = self.context.resolved.stages[self.name].gate
        if outcome not in gate.outcomes:
            raise KitError(f"'{outcome}' is not an outcome of gate {gate.name}", f"Known: {', '.join(gate.outcomes)}.")
        self.log.add("decision", outcome=outcome, reason=reason)

    def recommended(self, stage: str) -> tuple[str, str] | None:
        """Return outcome and reason of what a stage's newest run here recommended at its gate; None where none did."""
        found = newest_decision(self.context.run_dir.parent, stage, self.context.environment)
        return (found["outcome"], found["reason"]) if found else None

    def tick(self, item: str, is_met: bool, measured: str, asked_by: str | None = None) -> None:
        """Record an item of the handover's checklist, with what was measured.

        One that belongs to a content for which the set-up of the team asks must be met before the gate can be passed.
        """
        is_required = asked_by in self.context.resolved.operating_model.contents
        self.log.add("checklist", item=item, is_met=bool(is_met), measured=str(measured), is_required=is_required)

    @cached_property
    def _mlflow(self) -> Any:
        from kit.runtime.mlflow_store import configure

        return configure(self.context)

    def mlflow(self) -> Any:
        """Return the mlflow module, imported at first use, with this project's tracking, registry and experiment."""
        return self._mlflow

    def finish(self, open_points: Sequence[str] = ()) -> Handover:
        """Record that the stage is done and return its handover, which the notebook shows."""
        self.log.add("finished", open_points=list(open_points))
        return handover_of(self.name, self.context, self.log.path)

    # -- inner ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _tag(self) -> dict[str, str]:
        """What every commit to a table says: who answers for it, and the run that made it."""
        owner = self.ownership.accountable
        people = ", ".join(one.email or one.name for one in owner.people)
        return {"accountable": owner.role, "people": people, "run": self.run_id}

    def _source(self, name: str) -> Facts:
        sources = self.spec.get("sources", {})
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


def _declared_parameters(spec: Facts, stage: str) -> dict[str, Facts]:
    declared = spec.get("parameters", {})
    return {name: one for name, one in declared.items() if not one.get("stages") or stage in one["stages"]}
