"""The operating model of one project: what its topology and the maturity of its foundations make of the organisation's
defaults. Gates, ownership, checks and notebooks ask here, so that an answer to `kit new` has one meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kit.config import Catalog, CheckLevel, Demands, Gate, Level
from kit.spec import Spec

STRICTNESS: tuple[CheckLevel, ...] = ("off", "warn", "fail")
"""Levels of a check, the laxest first."""


@dataclass(frozen=True)
class OperatingModel:
    """What a project's set-up asks for."""

    required: dict[str, list[str]]
    """Roles that somebody must hold, each with the reasons."""
    recommended: dict[str, list[str]]
    """Roles that somebody had better hold, and need not, each with the reasons."""
    levels: dict[str, CheckLevel]
    """How strict each check is."""
    contents: dict[str, str]
    """What the notebooks show and ask for besides, each with who asks for it."""


def stage_gate(catalog: Catalog, spec: Spec, stage: str) -> Gate:
    """Return the gate at the end of a stage as this project has it: kit.yml over the topology over the organisation."""
    name = catalog.flow.stages[stage].gate
    gate, own = catalog.gates[name], spec.gates.get(name)  # type: ignore[call-overload]
    topology = catalog.topologies.get(spec.topology)
    decided_by = topology.gates.get(name, gate.decided_by) if topology else gate.decided_by
    if own is not None and own.decided_by is not None:
        decided_by = own.decided_by
    return gate.model_copy(update={"decided_by": decided_by})


def maturity_level(catalog: Catalog, spec: Spec, attribute: str) -> Level:
    """Return the level at which a project's team has placed itself."""
    number: int = getattr(spec.maturity, attribute)
    return catalog.maturity[attribute].levels[number - 1]


def operating_model(catalog: Catalog, accountable: Sequence[tuple[str, str]], spec: Spec) -> OperatingModel:
    """Return what the set-up asks for; `accountable` are the pairs of a role and what it is accountable for."""
    required: dict[str, list[str]] = {}
    for role, what in accountable:
        required.setdefault(role, []).append(f"accountable for {what}")
    for stage, info in catalog.flow.stages.items():
        for role in stage_gate(catalog, spec, stage).decided_by:
            required.setdefault(role, []).append(f"decides at gate {info.gate}")
    recommended: dict[str, list[str]] = {}
    levels = {name: check.level for name, check in catalog.checks.items()}
    contents: dict[str, str] = {}
    for source, demands in _demands(catalog, spec):
        for role in demands.required:
            required.setdefault(role, []).append(source)
        for role, reason in demands.recommended.items():
            recommended.setdefault(role, []).append(reason)
        for name, level in demands.checks.items():
            levels[name] = max(levels[name], level, key=STRICTNESS.index)
        contents |= dict.fromkeys(demands.contents, source)
    open_ = {role: reasons for role, reasons in recommended.items() if role not in required}
    return OperatingModel(required, open_, levels, contents)


def _demands(catalog: Catalog, spec: Spec) -> Iterator[tuple[str, Demands]]:
    """Yield what asks for something, with its name as a person reads it."""
    topology = catalog.topologies.get(spec.topology)
    if topology is not None:
        yield f"topology {spec.topology}", topology
    for name, attribute in catalog.maturity.items():
        level = maturity_level(catalog, spec, name)
        yield f"{attribute.title} is {level.name}", level
