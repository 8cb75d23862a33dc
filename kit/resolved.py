"""The projection `.kit/resolved.json`: kit.yml with the organisation's defaults filled in, for the notebooks to read.

The runtime travels without the rest of the kit, so it cannot resolve owners, gates and environments by itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from kit.artefacts import operating_model_of
from kit.config import Catalog
from kit.notices import job_permissions, stage_notices
from kit.operating import maturity_level, stage_gate
from kit.ownership import DUTIES, holders, stage_ownership, stage_tables
from kit.runtime.context import RESOLVED
from kit.spec import Spec
from kit.template import Template

__all__ = ["RESOLVED", "resolved_bytes", "resolved_values"]


def resolved_values(catalog: Catalog, chain: Sequence[Template], spec: Spec, kit_yml: str) -> dict[str, Any]:
    """Return what the runtime reads: owners, gates, stages, environments, sources and the problem with its defaults."""
    return {
        "kit_yml_sha256": hashlib.sha256(kit_yml.encode()).hexdigest(),
        "roles": {role: _role(catalog, spec, role) for role in catalog.roles},
        "ownership": {stage: _owners(catalog, chain, spec, stage) for stage in catalog.flow.stages},
        "stages": {stage: _stage(catalog, spec, stage) for stage in catalog.flow.stages},
        "environments": {name: environment_values(catalog, spec, name) for name in environment_names(catalog, spec)},
        "notices": {stage: stage_notices(catalog, chain, spec, stage) for stage in catalog.flow.stages},
        "permissions": job_permissions(catalog, chain, spec),
        "operating_model": _operating_model(catalog, chain, spec),
        "sources": {name: one.model_dump(mode="json", exclude_none=True) for name, one in spec.sources.items()},
        "problem": spec.problem.model_dump(mode="json"),
    }


def resolved_bytes(catalog: Catalog, chain: Sequence[Template], spec: Spec, kit_yml: str) -> bytes:
    """Return the projection's file: stages in their order, the same bytes for the same project."""
    values = resolved_values(catalog, chain, spec, kit_yml)
    return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()


def environment_names(catalog: Catalog, spec: Spec) -> list[str]:
    """Return the sorted names of the environments that the project can run in."""
    return sorted({**catalog.environments, **spec.environments})


def environment_values(catalog: Catalog, spec: Spec, name: str) -> dict[str, Any]:
    """Return an environment's settings: those of kit.yml over the organisation's of the same name, or of `local`.

    Its Spark `settings` lie over `config/spark.yml`.
    """
    own = spec.environments.get(name)
    base = catalog.environments.get(name, catalog.environments["local"])
    layers = [base.model_dump(by_alias=True, exclude_none=True)]
    if own is not None:
        layers.append(own.model_dump(by_alias=True, exclude_none=True, exclude_unset=True))
    values = {key: value for layer in layers for key, value in layer.items()}
    settings = dict(catalog.spark)
    for layer in layers:
        settings |= layer.get("settings", {}) | ({"spark.master": layer["master"]} if "master" in layer else {})
    return {**values, "settings": settings}


def _operating_model(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> dict[str, Any]:
    """Return what the set-up of the team makes the notebooks show and ask for."""
    model = operating_model_of(catalog, chain, spec)
    maturity = {name: maturity_level(catalog, spec, name) for name in catalog.maturity}
    return {
        "topology": catalog.topologies[spec.topology].model_dump(include={"title", "description"}),
        "maturity": {name: {"title": catalog.maturity[name].title, "level": level.name, "sentence": level.sentence}
                     for name, level in maturity.items()},
        "required": model.required,
        "recommended": model.recommended,
        "contents": model.contents,
    }  # fmt: skip


def _role(catalog: Catalog, spec: Spec, role: str) -> dict[str, Any]:
    people = [{"name": one.name, "email": one.email} for one in holders(spec, role)]
    return {"role": role, "title": catalog.roles[role].title, "people": people}


def _owners(catalog: Catalog, chain: Sequence[Template], spec: Spec, stage: str) -> dict[str, Any]:
    owned = stage_ownership(catalog, chain, spec, stage)
    owners: dict[str, Any] = {duty: [_role(catalog, spec, one) for one in getattr(owned, duty)] for duty in DUTIES[1:]}
    return {"accountable": _role(catalog, spec, owned.accountable), **owners}


def _stage(catalog: Catalog, spec: Spec, stage: str) -> dict[str, Any]:
    info = catalog.flow.stages[stage]
    reads, writes = stage_tables(catalog, spec, stage)
    gate = {"name": info.gate, **stage_gate(catalog, spec, stage).model_dump()}
    return {**info.model_dump(), "reads": reads, "writes": writes, "gate": gate}
