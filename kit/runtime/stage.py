"""The stage that a notebook runs: its parameters, its tables, and the facts that it leaves behind.

A notebook calls `start` once, works through the stage that it returns, and calls `stage.finish` in its last cell.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from kit.runtime.context import Context, load_context
from kit.runtime.errors import KitError
from kit.runtime.expectations import Checked, check_rows
from kit.runtime.facts import newest_decision
from kit.runtime.handover import Handover, handover_of
from kit.runtime.mappings import Facts
from kit.runtime.parameters import parse_value, to_plain
from kit.runtime.stage_data import StageData
from kit.runtime.widgets import widget_values

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


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


class Stage(StageData):
    """One stage while it runs; everything that it reads, writes and measures is recorded as a fact."""

    def __init__(self, name: str, context: Context, parameters: SimpleNamespace) -> None:
        super().__init__(name, context)
        self.parameters = parameters

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


def _declared_parameters(spec: Facts, stage: str) -> dict[str, Facts]:
    declared = spec.get("parameters", {})
    return {name: one for name, one in declared.items() if not one.get("stages") or stage in one["stages"]}
