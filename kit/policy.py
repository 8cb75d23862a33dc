"""The checks of the operating model on `kit.yml`: roles filled, charter written, sources described, KPIs dated.

How strict each is comes from topology and maturity (`config/checks.yml`). `kit check` shows them; no gate passes while
one of level `fail` is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.artefacts import operating_model_of
from kit.config import Catalog, CheckLevel
from kit.operating import OperatingModel
from kit.ownership import holders, is_held, stage_ownership
from kit.spec import Spec
from kit.template import Template

Where = tuple[str | int, ...]
CHARTER = ("objective", "decision", "consumption")

_SECRET = re.compile(r"password|passwd|secret|token|api_?key", re.IGNORECASE)
_REFERENCE = re.compile(r"^secret://")


@dataclass(frozen=True)
class Breach:
    """Something that a check found; `where` is its path of keys in kit.yml."""

    check: str
    level: CheckLevel
    where: Where
    message: str
    cure: str


def breaches(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> list[Breach]:
    """Return what the checks that are on find in a spec, in the order of `config/checks.yml`."""
    model = operating_model_of(catalog, chain, spec)
    found = [
        *_unfilled(catalog, spec, model),
        *_charter(catalog, chain, spec),
        *_kpis(catalog, spec),
        *_sources(catalog, spec),
        *_secrets(spec.model_dump(mode="json", include={"sources", "environments", "parameters"})),
    ]
    order = [*catalog.checks]
    judged = [Breach(check, model.levels[check], where, said, cure) for check, where, said, cure in found]
    return sorted((one for one in judged if one.level != "off"), key=lambda one: order.index(one.check))


def blockers(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> list[str]:
    """Return what keeps every gate shut, a phrase each."""
    return [f"check {one.check}: {one.message}" for one in breaches(catalog, chain, spec) if one.level == "fail"]


Found = tuple[str, Where, str, str]


def _unfilled(catalog: Catalog, spec: Spec, model: OperatingModel) -> Iterator[Found]:
    for role, reasons in model.required.items():
        if role in catalog.roles and not is_held(spec, role):
            more = f" and {len(reasons) - 2} more" if len(reasons) > 2 else ""
            said = f"nobody is {catalog.roles[role].title.lower()} ({'; '.join(reasons[:2])}{more})"
            yield "role-unfilled", ("people",), said, f"Give somebody under `people` the role {role}."
    for role, reasons in model.recommended.items():
        if role in catalog.roles and not is_held(spec, role):
            said = f"nobody is {catalog.roles[role].title.lower()}: {reasons[0]}"
            yield "role-recommended", ("people",), said, f"Give somebody under `people` the role {role}."


def _charter(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> Iterator[Found]:
    role = stage_ownership(catalog, chain, spec, next(iter(catalog.flow.stages))).accountable
    for key in CHARTER:
        if not getattr(spec.charter, key):
            yield _empty(catalog, spec, role, ("charter", key), f"charter.{key} is empty")
    if not spec.charter.risks:
        yield _empty(catalog, spec, role, ("charter", "risks"), "charter.risks names no risk")
    if not spec.kpis:
        yield _empty(catalog, spec, role, ("kpis",), "no KPI is declared")


def _empty(catalog: Catalog, spec: Spec, role: str, where: Where, said: str) -> Found:
    return "charter-empty", where, said, f"{_who(catalog, spec, role)} fills it in kit.yml."


def _kpis(catalog: Catalog, spec: Spec) -> Iterator[Found]:
    for number, kpi in enumerate(spec.kpis):
        if kpi.due is None:
            cure = f"{_who(catalog, spec, kpi.owner)} gives it `due`."
            yield "kpi-undated", ("kpis", number), f"KPI '{kpi.name}' has no date", cure


def _sources(catalog: Catalog, spec: Spec) -> Iterator[Found]:
    for name, source in spec.sources.items():
        owner = _who(catalog, spec, source.owner)
        lacking = [key for key in ("description", "key") if not getattr(source, key)]
        if lacking:
            said = f"source '{name}' does not say its {' and '.join(lacking)}"
            yield "source-contract", ("sources", name), said, f"{owner} writes it in kit.yml."
        if source.sample and not source.sample.licence:
            yield "source-licence", ("sources", name), f"the sample of '{name}' has no licence", f"{owner} names it."
        if source.personal_data and not is_held(spec, "security_officer"):
            columns = ", ".join(source.personal_data)
            said = f"source '{name}' holds personal data ({columns}) and nobody is security officer"
            yield "personal-data", ("sources", name), said, "Give somebody under `people` the role security_officer."


def _secrets(value: Any, where: Where = ()) -> Iterator[Found]:
    """Yield each text below a key that names a secret and that is no reference to one."""
    pairs = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, one in pairs:
        if isinstance(one, str) and one and _SECRET.search(str(key)) and not _REFERENCE.match(one):
            said = f"a secret seems to be written out at {'.'.join(map(str, (*where, key)))}"
            yield "written-secret", (*where, key), said, "Write secret://SCOPE/KEY, and change the secret."
        else:
            yield from _secrets(one, (*where, key))


def _who(catalog: Catalog, spec: Spec, role: str) -> str:
    """Return a role with its holders: `Data owner (Mei Tanaka)`."""
    title = catalog.roles[role].title if role in catalog.roles else role
    return f"{title} ({', '.join(one.name for one in holders(spec, role)) or 'unfilled'})"
