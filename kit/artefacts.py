"""Everything in a project that somebody answers for: notebooks, tables, the model, KPIs, sources, alerts. Each has
exactly one accountable role.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kit.config import Catalog
from kit.operating import OperatingModel, operating_model
from kit.ownership import stage_ownership, stage_tables
from kit.spec import Spec
from kit.template import Template

Kind = Literal["notebook", "table", "model", "source", "KPI", "alerts", "schedule"]

RELEASE = "G4"
"""The gate of the stage whose accountable role answers for the model and for its scheduled runs."""


@dataclass(frozen=True)
class Artefact:
    """Something with one accountable role; `path` is where it lies in the repository, if it does."""

    kind: Kind
    name: str
    accountable: str
    path: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def artefacts(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> list[Artefact]:
    """Return the artefacts in the order of the stages, then sources, KPIs, alerts and the schedule."""
    found: list[Artefact] = []
    for stage, info in catalog.flow.stages.items():
        role = stage_ownership(catalog, chain, spec, stage).accountable
        notebook = catalog.flow.notebook(stage)
        found.append(Artefact("notebook", notebook, role, f"notebooks/{notebook}"))
        found += [Artefact("table", table, role) for table in stage_tables(catalog, spec, stage)[1]]
        if info.gate == RELEASE:
            found += [Artefact("model", spec.name, role), Artefact("schedule", spec.name, role)]
    found += [Artefact("source", name, source.owner) for name, source in spec.sources.items()]
    found += [Artefact("KPI", kpi.name, kpi.owner) for kpi in spec.kpis]
    last = stage_ownership(catalog, chain, spec, [*catalog.flow.stages][-1]).accountable
    return [*found, Artefact("alerts", "monitoring.alerts", last)]


def operating_model_of(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> OperatingModel:
    """Return what a project's set-up asks for, everything that it has to answer for included."""
    pairs = [(one.accountable, str(one)) for one in artefacts(catalog, chain, spec)]
    return operating_model(catalog, pairs, spec)
