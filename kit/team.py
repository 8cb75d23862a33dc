"""`kit team`: who does what, who carries too much, which roles are open, and what would be left without a person."""

from __future__ import annotations

from typing import Any

from kit.artefacts import artefacts, operating_model_of
from kit.errors import ConfigError
from kit.operating import stage_gate
from kit.ownership import DUTIES, deciders, is_held, people_holding, stage_ownership
from kit.project import Project
from kit.spec import Person, Spec
from kit.text import table_text
from kit.yaml_source import nearest

MANY_STAGES, MANY_ROLES = 3, 5
"""More than so many stages to answer for, or roles to hold, is too much where somebody else is in the team."""
_LETTERS = dict(zip(DUTIES, "ARCI", strict=True))


def team_of(project: Project, without: str | None = None) -> dict[str, Any]:
    """Return the team as plain values: `raci` by stage, `unfilled` and `recommended` roles, `overloaded` people.

    With `without`, a name or an e-mail, also what nobody would answer for if that person left. Raises ConfigError for
    somebody who is not in the team.
    """
    spec, catalog = project.spec, project.catalog
    model = operating_model_of(catalog, project.chain, spec)
    found = {
        "people": [one.name for one in spec.people],
        "raci": [_row(project, stage) for stage in catalog.flow.stages],
        "unfilled": {role: why for role, why in model.required.items() if not is_held(spec, role)},
        "recommended": {role: why for role, why in model.recommended.items() if not is_held(spec, role)},
        "overloaded": _overloaded(project),
    }
    return {**found, "without": _without(project, without)} if without else found


def team_text(project: Project, found: dict[str, Any]) -> str:
    """Return the team for a person: the table of duties, then what is open, too much, or would be orphaned."""
    rows = [["stage", *found["people"]]]
    rows += [[one["stage"], *(one["duties"].get(name, "") for name in found["people"])] for one in found["raci"]]
    parts = [table_text(rows), "A accountable, R responsible, C consulted, I informed, D decides at the gate"]
    titles = {name: role.title for name, role in project.catalog.roles.items()}
    parts += _list("Nobody holds", [f"{titles.get(role, role)}: {why[0]}" for role, why in found["unfilled"].items()])
    wanted = [f"{titles.get(role, role)}: {why[0]}" for role, why in found["recommended"].items()]
    parts += _list("Recommended, and open", wanted)
    parts += _list("Carry too much", [f"{name}: {why}" for name, why in found["overloaded"].items()])
    if "without" in found:
        parts += _without_parts(found["without"])
    return "\n\n".join(parts)


def _row(project: Project, stage: str) -> dict[str, Any]:
    owned = stage_ownership(project.catalog, project.chain, project.spec, stage)
    decided_by = stage_gate(project.catalog, project.spec, stage).decided_by
    duties: dict[str, list[str]] = {}
    for duty, letter in _LETTERS.items():
        said = getattr(owned, duty)
        for role in [said] if isinstance(said, str) else said:
            for one in people_holding(project.spec, role):
                duties.setdefault(one.name, []).append(letter)
    for role in decided_by:
        for one in deciders(project.spec, role):
            duties.setdefault(one.name, []).append("D")
    return {"stage": stage, "duties": {name: "".join(dict.fromkeys(letters)) for name, letters in duties.items()}}


def _overloaded(project: Project) -> dict[str, str]:
    """Return the people who carry too much, each with how much; alone, somebody has no choice."""
    people = [one for one in project.spec.people if one.kind == "person"]
    found = {}
    for one in people if len(people) > 1 else []:
        stages = [
            stage
            for stage in project.catalog.flow.stages
            if one in people_holding(project.spec, _accountable(project, stage))
        ]
        roles = [role for role in project.catalog.roles if one in people_holding(project.spec, role)]
        if len(stages) > MANY_STAGES or len(roles) > MANY_ROLES:
            found[one.name] = (
                f"accountable for {len(stages)} of {len(project.catalog.flow.stages)} stages, {len(roles)} roles"
            )
    return found


def _without(project: Project, who: str) -> dict[str, Any]:
    """Return what nobody would answer for without a person, by role, and who could take each role over."""
    person = _person(project.spec, who)
    left = spec_without(project.spec, person)
    held = [role for role in project.catalog.roles if person in people_holding(project.spec, role)]
    lost = [role for role in held if not deciders(left, role)]
    found = artefacts(project.catalog, project.chain, project.spec)
    model = operating_model_of(project.catalog, project.chain, project.spec)
    return {
        "person": person.name,
        "roles": [
            {
                "role": role,
                "title": project.catalog.roles[role].title,
                "artefacts": [str(one) for one in found if one.accountable == role],
                "gates": [
                    info.gate
                    for stage, info in project.catalog.flow.stages.items()
                    if role in stage_gate(project.catalog, project.spec, stage).decided_by
                ],
                "is_required": role in model.required,
                "could_take_over": _successors(project, role, left),
            }
            for role in lost
        ],
    }


def spec_without(spec: Spec, person: Person) -> Spec:
    """Return a spec in which a person is neither in the team nor a member of one."""
    email = person.email.lower()
    teams = [
        team.model_copy(update={"members": [one for one in team.members if one.lower() != email]})
        for team in spec.teams
    ]
    return spec.model_copy(update={"people": [one for one in spec.people if one != person], "teams": teams})


def _successors(project: Project, role: str, left: Spec) -> list[str]:
    """Return the people who are accountable or responsible in a stage in which the role has a duty, and stay."""
    names: list[str] = []
    for stage in project.catalog.flow.stages:
        owned = stage_ownership(project.catalog, project.chain, project.spec, stage)
        if role in (owned.accountable, *owned.responsible):
            for near in (owned.accountable, *owned.responsible):
                names += [one.name for one in deciders(left, near)]
    return list(dict.fromkeys(names))


def _person(spec: Spec, who: str) -> Person:
    exact = [one for one in spec.people if who.lower() in (one.name.lower(), one.email.lower())]
    found = exact or [one for one in spec.people if who.lower() in one.name.lower().split()]
    if len(found) == 1:
        return found[0]
    known = [one.name for one in spec.people]
    raise ConfigError(f"'{who}' is not in the team{nearest(who, known)}", "Name somebody under `people` in kit.yml.")


def _accountable(project: Project, stage: str) -> str:
    return stage_ownership(project.catalog, project.chain, project.spec, stage).accountable


def _without_parts(found: dict[str, Any]) -> list[str]:
    if not found["roles"]:
        return [f"Without {found['person']} every role is still held."]
    parts = [f"Without {found['person']} nobody would hold:"]
    for one in found["roles"]:
        gates = f"; decides at {', '.join(one['gates'])}" if one["gates"] else ""
        heirs = ", ".join(one["could_take_over"]) or "nobody in the same stages"
        parts[-1] += f"\n  {one['title']}{gates}; could take over: {heirs}"
        parts[-1] += "".join(f"\n    {artefact}" for artefact in one["artefacts"])
    return parts


def _list(title: str, lines: list[str]) -> list[str]:
    return ["\n".join([f"{title}:", *(f"  {line}" for line in lines)])] if lines else []
