"""What `kit.yml` says against what the organisation and the rest of `kit.yml` know: roles, topology, tables, columns.

Types and keys are judged by `kit.spec`; here are the rules that need more than one part to be judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from kit.config import Catalog
from kit.errors import ConfigError
from kit.ownership import DUTIES, stage_ownership, stage_tables
from kit.spec import Spec
from kit.template import Template, project_fragment
from kit.yaml_source import nearest

Where = tuple[str | int, ...]

_PLACEHOLDER = re.compile(r"\{([a-z]+\.[a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Inconsistency:
    """A statement of `kit.yml` that cannot be; `where` is its path of keys."""

    where: Where
    rule: str
    message: str
    cure: str


def inconsistencies(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> list[Inconsistency]:
    """Return everything in a valid spec that contradicts the catalog or another part of the spec."""
    return [
        *_unknown_roles(catalog, spec),
        *_topology(catalog, spec),
        *_ownership(catalog, chain, spec),
        *_tables(catalog, spec),
        *_problem_columns(chain, spec),
    ]


def refuse_inconsistencies(catalog: Catalog, chain: Sequence[Template], spec: Spec, name: str) -> None:
    """Raise ConfigError with all of them; `name` says where the spec came from."""
    found = inconsistencies(catalog, chain, spec)
    if found:
        lines = [f"{name}: {'.'.join(map(str, one.where))}: {one.message}" for one in found]
        raise ConfigError("\n".join(lines), found[0].cure)


def known_tables(catalog: Catalog, spec: Spec) -> set[str]:
    """Return the declared sources and every table, or pattern of tables, that a stage writes."""
    written = {table for stage in catalog.flow.stages for table in stage_tables(catalog, spec, stage)[1]}
    return written | {f"source.{name}" for name in spec.sources}


def is_declared(table: str, declared: Iterable[str]) -> bool:
    """Say whether a table is among the declared ones; `bronze.*` stands for all tables of the layer, on either side."""
    return any(fnmatchcase(table, one) or fnmatchcase(one, table) for one in declared)


def _unknown_roles(catalog: Catalog, spec: Spec) -> Iterator[Inconsistency]:
    said: list[tuple[Where, str]] = []
    for number, person in enumerate(spec.people):
        said += [(("people", number, "roles", place), role) for place, role in enumerate(person.roles)]
    for number, team in enumerate(spec.teams):
        said += [(("teams", number, "roles", place), role) for place, role in enumerate(team.roles)]
    for name, gate in spec.gates.items():
        said += [(("gates", name, "decided_by", place), role) for place, role in enumerate(gate.decided_by or [])]
    said += [(("sources", name, "owner"), source.owner) for name, source in spec.sources.items()]
    said += [(("kpis", number, "owner"), kpi.owner) for number, kpi in enumerate(spec.kpis)]
    for where, role in said:
        if role not in catalog.roles:
            message = f"unknown role '{role}'{nearest(role, catalog.roles)}"
            yield Inconsistency(where, "role", message, "config/roles.yml lists the roles; `kit list` shows them.")


def _topology(catalog: Catalog, spec: Spec) -> Iterator[Inconsistency]:
    if spec.topology not in catalog.topologies:
        message = f"unknown topology '{spec.topology}'{nearest(spec.topology, catalog.topologies)}"
        yield Inconsistency(("topology",), "topology", message, f"Choose one of {', '.join(catalog.topologies)}.")


def _ownership(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> Iterator[Inconsistency]:
    for stage in catalog.flow.stages:
        error = _ownership_error(catalog, chain, spec, stage)
        if error:
            said = spec.ownership.get(stage)  # type: ignore[call-overload]
            duty = next((one for one in DUTIES if said and getattr(said, one) is not None), DUTIES[0])
            yield Inconsistency(("ownership", stage, duty), "accountable", error.message, error.hint)


def _ownership_error(catalog: Catalog, chain: Sequence[Template], spec: Spec, stage: str) -> ConfigError | None:
    try:
        stage_ownership(catalog, chain, spec, stage)
    except ConfigError as error:
        return error
    return None


def _tables(catalog: Catalog, spec: Spec) -> Iterator[Inconsistency]:
    known = known_tables(catalog, spec)
    for where, table in _named_tables(spec):
        if not is_declared(table, known):
            message = f"no stage writes '{table}', and it is not a source{nearest(table, known)}"
            yield Inconsistency(where, "table", message, "Correct the name, or declare it under `stages` or `sources`.")


def _named_tables(spec: Spec) -> Iterator[tuple[Where, str]]:
    for stage, said in spec.stages.items():
        for place, table in enumerate(said.reads or []):
            yield ("stages", stage, "reads", place), table
    for table in spec.expectations:
        yield ("expectations", table), table
    for number, kpi in enumerate(spec.kpis):
        for key in ("baseline_query", "query"):
            for table in _PLACEHOLDER.findall(getattr(kpi, key) or ""):
                yield ("kpis", number, key), table


def _problem_columns(chain: Sequence[Template], spec: Spec) -> Iterator[Inconsistency]:
    """Yield what `problem` names and the one source with declared columns does not have.

    `features` are not judged, nor what the template itself says: a package may compute columns that no source has. With
    several sources nothing is.
    """
    declared = [(name, source) for name, source in spec.sources.items() if source.columns]
    if len(declared) != 1:
        return
    name, source = declared[0]
    own = _texts(project_fragment(list(chain)).get("problem", {}))
    for where, column in _named_columns(spec):
        if column not in source.columns and column not in own:
            message = f"source '{name}' declares no column '{column}'{nearest(column, source.columns)}"
            yield Inconsistency(
                where, "column", message, f"Correct the name, or declare it under sources.{name}.columns."
            )


def _named_columns(spec: Spec) -> Iterator[tuple[Where, str]]:
    problem = spec.problem
    for key in ("target", "event_time", "user", "item"):
        if getattr(problem, key):
            yield ("problem", key), getattr(problem, key)
    for list_ in ("key", "series"):
        for place, column in enumerate(getattr(problem, list_)):
            yield ("problem", list_, place), column
    for key in ("leaks", "unused"):
        for column in getattr(problem, key):
            yield ("problem", key, column), column


def _texts(value: Any) -> set[str]:
    """Return the texts in a value of YAML, at any depth."""
    if isinstance(value, str):
        return {value}
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return {text for part in parts for text in _texts(part)}
