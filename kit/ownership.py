"""Who answers for a stage: resolved from `config/`, template and `kit.yml`, and shown in a notebook's first cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kit.config import Catalog, Ownership
from kit.errors import ConfigError
from kit.operating import stage_gate
from kit.spec import Person, Spec, StageOwnership, Team
from kit.template import Template
from kit.yaml_source import nearest

DUTIES = ("accountable", "responsible", "consulted", "informed")
UNFILLED = "**⚠ unfilled**"


def stage_ownership(catalog: Catalog, chain: Sequence[Template], spec: Spec, stage: str) -> Ownership:
    """Return a stage's roles; each list of `kit.yml` replaces the template's, which replaces the kit's.

    Raises ConfigError where not exactly one role is accountable, or where a role is not in `config/roles.yml`.
    """
    lists: dict[str, Any] = catalog.ownership[stage].model_dump()
    for over in _overrides(chain, spec, stage):
        lists |= {duty: value for duty, value in over.model_dump().items() if value is not None}
    accountable = lists["accountable"] if isinstance(lists["accountable"], list) else [lists["accountable"]]
    if len(accountable) != 1:
        said = f"ownership.{stage}.accountable: exactly one role is needed, not {', '.join(accountable) or 'none'}"
        raise ConfigError(said, "Name one accountable role; the others are responsible or consulted.")
    owned = Ownership(**{**lists, "accountable": accountable[0]})
    for role in [owned.accountable, *owned.responsible, *owned.consulted, *owned.informed]:
        if role not in catalog.roles:
            said = f"ownership.{stage}: unknown role '{role}'{nearest(role, catalog.roles)}"
            raise ConfigError(said, "config/roles.yml lists the roles.")
    return owned


def holders(spec: Spec, role: str) -> list[Person | Team]:
    """Return the people and teams who hold a role, in the order of `kit.yml`."""
    everybody: list[Person | Team] = [*spec.people, *spec.teams]
    return [one for one in everybody if role in one.roles]


def people_holding(spec: Spec, role: str) -> list[Person]:
    """Return the people who can act in a role, by themselves or as members of a team."""
    through = {email.lower() for team in spec.teams if role in team.roles for email in team.members}
    return [one for one in spec.people if role in one.roles or one.email.lower() in through]


def is_held(spec: Spec, role: str) -> bool:
    """Return whether a person or a team holds a role; a service or an agent answers for nothing."""
    return any(isinstance(one, Team) or one.kind == "person" for one in holders(spec, role))


def deciders(spec: Spec, role: str) -> list[Person]:
    """Return the people who can decide in a role: services and agents cannot."""
    return [one for one in people_holding(spec, role) if one.kind == "person"]


def stage_tables(catalog: Catalog, spec: Spec, stage: str) -> tuple[list[str], list[str]]:
    """Return the logical tables that a stage reads and writes; `source.*` becomes the declared sources."""
    said, info = spec.stages.get(stage), catalog.flow.stages[stage]  # type: ignore[call-overload]
    reads = said.reads if said and said.reads is not None else info.reads
    writes = said.writes if said and said.writes is not None else info.writes
    return _expanded(spec, reads), _expanded(spec, writes)


def ownership_facts(catalog: Catalog, chain: Sequence[Template], spec: Spec, stage: str) -> dict[str, Any]:
    """Return what a notebook's metadata says of its stage, as plain values."""
    owned, info = stage_ownership(catalog, chain, spec, stage), catalog.flow.stages[stage]
    reads, writes = stage_tables(catalog, spec, stage)
    gate = stage_gate(catalog, spec, stage)
    return {
        "stage": stage,
        "loop": info.loop,
        "accountable": _held(spec, [owned.accountable])[0],
        **{duty: _held(spec, getattr(owned, duty)) for duty in DUTIES[1:]},
        "gate": {"id": info.gate, "title": gate.title, "decided_by": gate.decided_by, "outcomes": gate.outcomes},
        "reads": reads,
        "writes": writes,
        "kit": spec.kit,
        "template": spec.template,
        "template_version": spec.template_version,
    }


def ownership_source(catalog: Catalog, chain: Sequence[Template], spec: Spec, stage: str) -> str:
    """Return the markdown of the ownership cell: the first screen of a notebook."""
    owned, info = stage_ownership(catalog, chain, spec, stage), catalog.flow.stages[stage]
    reads, writes = stage_tables(catalog, spec, stage)
    gate, number = stage_gate(catalog, spec, stage), list(catalog.flow.stages).index(stage) + 1
    rows = [
        ("Loop", f"{catalog.flow.loops[info.loop]}, notebook {number} of {len(catalog.flow.stages)}"),
        (":---", ":---"),
        *((f"**{duty.capitalize()}**", _people(catalog, spec, _roles(owned, duty))) for duty in DUTIES),
        (f"**Gate {info.gate}**", f"{escape(gate.title)}: {', '.join(gate.outcomes)}"),
        ("**Decided by**", _people(catalog, spec, gate.decided_by)),
        ("**Reads**", _names(reads)),
        ("**Writes**", _names(writes)),
        ("**Made by**", f"usecase-kit {spec.kit}, template {spec.template} {spec.template_version}"),
    ]
    table = "\n".join(f"| {label} | {content} |" for label, content in rows)
    return f"# {escape(spec.title)}: {info.title}\n\n> {info.promise}\n\n{table}"


def escape(text: str) -> str:
    """Return a text that markdown shows as it is, on one line, in a table too."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#$" else letter for letter in " ".join(text.split()))


def _overrides(chain: Sequence[Template], spec: Spec, stage: str) -> list[StageOwnership]:
    said = [template.ownership.get(stage) for template in chain]  # type: ignore[call-overload]
    said.append(spec.ownership.get(stage))  # type: ignore[call-overload]
    return [one for one in said if one is not None]


def _roles(owned: Ownership, duty: str) -> list[str]:
    value: str | list[str] = getattr(owned, duty)
    return [value] if isinstance(value, str) else value


def _held(spec: Spec, roles: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {"role": role, "persons": [{"name": one.name, "email": one.email} for one in holders(spec, role)]}
        for role in roles
    ]


def _people(catalog: Catalog, spec: Spec, roles: Iterable[str]) -> str:
    """Return each role with its holders; roles without one come together at the end, loudly."""
    filled = [
        f"{escape(catalog.roles[role].title)}: {', '.join(_link(one) for one in holders(spec, role))}"
        for role in roles
        if holders(spec, role)
    ]
    empty = [escape(catalog.roles[role].title) for role in roles if not holders(spec, role)]
    if empty:
        filled.append(f"{', '.join(empty)}: {UNFILLED}")
    return " · ".join(filled) or "nobody"


def _link(holder: Person | Team) -> str:
    return f"[{escape(holder.name)}](mailto:{holder.email})" if holder.email else escape(holder.name)


def _names(tables: list[str]) -> str:
    return ", ".join(f"`{table}`" for table in tables) or "nothing"


def _expanded(spec: Spec, names: list[str]) -> list[str]:
    expanded: list[str] = []
    for name in names:
        expanded += [f"source.{source}" for source in spec.sources] if name == "source.*" else [name]
    return list(dict.fromkeys(expanded))
