"""Who hears of what, and who may do what on the platform: projections of people and roles for schedulers and jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kit.config import Catalog
from kit.ownership import holders, stage_ownership
from kit.spec import Person, Spec, Team
from kit.template import Template

PERMISSIONS = ("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE")
"""Permissions of a job on Databricks, the weakest first."""
_RELEASE = "G4"


def stage_notices(catalog: Catalog, chain: Sequence[Template], spec: Spec, stage: str) -> dict[str, list[str]]:
    """Return who hears of a failure of a stage: `emails` and `chats` of those accountable and responsible."""
    owned = stage_ownership(catalog, chain, spec, stage)
    found = [one for role in (owned.accountable, *owned.responsible) for one in holders(spec, role)]
    return {
        "emails": _once(email for one in found for email in _emails(one)),
        "chats": _once(one.chat for one in found if one.chat),
    }


def job_permissions(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> list[dict[str, str]]:
    """Return what each principal may do with the project's job, sorted: `level` and `group_name` or `user_name`.

    Who releases manages it, who is responsible for a stage may run it, all others look. A principal gets the strongest.
    Teams and people are named by `group`, people without one by their e-mail.
    """
    strongest: dict[tuple[str, str], int] = {}
    for stage, info in catalog.flow.stages.items():
        owned = stage_ownership(catalog, chain, spec, stage)
        levels = dict.fromkeys((*owned.consulted, *owned.informed), 0)
        levels |= {owned.accountable: 1, **dict.fromkeys(owned.responsible, 1)}
        if info.gate == _RELEASE:
            levels[owned.accountable] = 2
        for role, level in levels.items():
            for one in holders(spec, role):
                principal = _principal(one)
                if principal is not None:
                    strongest[principal] = max(strongest.get(principal, 0), level)
    return [{kind: name, "level": PERMISSIONS[level]} for (kind, name), level in sorted(strongest.items())]


def _principal(one: Person | Team) -> tuple[str, str] | None:
    if one.group:
        return ("user_name" if "@" in one.group else "group_name", one.group)
    return ("user_name", one.email) if isinstance(one, Person) else None


def _emails(one: Person | Team) -> list[str]:
    """Return the address of a person or team; a team without one is reached through its members."""
    if one.email:
        return [one.email]
    return list(one.members) if isinstance(one, Team) else []


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
