"""Who has to review a change of which path: `.github/CODEOWNERS` and GitLab's form, projections of people and roles.

In both the last line that matches a path counts. Paths are those of a project that is a repository of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kit.config import Catalog
from kit.operating import stage_gate
from kit.ownership import holders, stage_ownership
from kit.spec import Person, Spec, Team
from kit.template import Template

GITHUB, GITLAB = ".github/CODEOWNERS", ".gitlab/CODEOWNERS"

_HEAD = "# Written by `kit check --fix` from kit.yml; change people and roles there.\n"
_MANAGER = "project_manager"

Rule = tuple[str, list[str]]
"""A path as CODEOWNERS spells it, and the roles that own it."""


def codeowners_files(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> dict[str, str]:
    """Return the text of both files by path."""
    return {GITHUB: github_codeowners(catalog, chain, spec), GITLAB: gitlab_codeowners(catalog, chain, spec)}


def github_codeowners(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> str:
    """Return the text of `.github/CODEOWNERS`; a path whose role nobody holds keeps the owner of everything."""
    rules = [*_content_rules(catalog, chain, spec), *_gate_rules(catalog, spec)]
    return _HEAD + "\n".join(_line(catalog, spec, path, roles) for path, roles in rules) + "\n"


def gitlab_codeowners(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> str:
    """Return the text of `.gitlab/CODEOWNERS`: a section for each role that decides at a gate, so that all must
    approve.
    """
    content = [_line(catalog, spec, path, roles) for path, roles in _content_rules(catalog, chain, spec)]
    sections = [
        f"\n[{path.strip('/').replace('/', ' ')}, {catalog.roles[role].title}]\n{_line(catalog, spec, path, [role])}"
        for path, roles in _gate_rules(catalog, spec)
        for role in roles
    ]
    return _HEAD + "\n".join([*content, *sections]) + "\n"


def owners(spec: Spec, role: str) -> list[str]:
    """Return who stands for a role in CODEOWNERS: the team that holds it, else each person; by git name, else e-mail.

    Services and agents review nothing.
    """
    found = [one for one in holders(spec, role) if not (isinstance(one, Person) and one.kind != "person")]
    teams = [one.git for one in found if isinstance(one, Team) and one.git]
    names = teams or [name for one in found if (name := one.git or one.email)]
    return list(dict.fromkeys(names))


def _content_rules(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> Iterator[Rule]:
    stages = [*catalog.flow.stages]
    accountable = {stage: stage_ownership(catalog, chain, spec, stage).accountable for stage in stages}
    first = accountable[stages[0]]
    code = next((accountable[one] for one in stages if catalog.flow.stages[one].gate == "G3"), first)
    yield "*", [_MANAGER if _MANAGER in catalog.roles and owners(spec, _MANAGER) else first]
    yield "/kit.yml", [first]
    yield "/src/", [code]
    yield "/tests/", [code]
    for stage in stages:
        yield f"/notebooks/{catalog.flow.notebook(stage)}", [accountable[stage]]


def _gate_rules(catalog: Catalog, spec: Spec) -> Iterator[Rule]:
    for stage, info in catalog.flow.stages.items():
        yield f"/gates/{info.gate}/", stage_gate(catalog, spec, stage).decided_by


def _line(catalog: Catalog, spec: Spec, path: str, roles: Sequence[str]) -> str:
    """Return a rule as a line; without anybody a comment, since a line without owners would take the ownership away."""
    names = list(dict.fromkeys(name for role in roles for name in owners(spec, role)))
    titles = ", ".join(catalog.roles[role].title for role in roles)
    return f"{path} {' '.join(names)}" if names else f"# {path} is for {titles}: unfilled"
