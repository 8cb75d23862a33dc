"""`kit configure`: change topology and maturity of a project, and show what follows before it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.artefacts import operating_model_of
from kit.config import Catalog
from kit.errors import ConfigError
from kit.files import replace_file
from kit.operating import STRICTNESS, OperatingModel, maturity_level, stage_gate
from kit.ownership import is_held
from kit.project import Project, open_project
from kit.questions import level_question, topology_question
from kit.repair import fix_project
from kit.resources import kit_resources
from kit.spec import SPEC_NAME, Spec, parse_spec
from kit.yaml_edit import with_scalar
from kit.yaml_source import YamlSource, nearest

Answers = Mapping[str, str]
"""`topology` and the attributes of maturity, as somebody has said them: a name, or a level's number."""


@dataclass(frozen=True)
class Consequences:
    """What other answers make of a project."""

    answers: dict[str, str]
    """What changes: `topology: centralized -> coe`."""
    changes: list[str]
    """What follows, a phrase each."""
    files: list[str] = field(default_factory=list)
    """Files that were written."""

    def as_dict(self) -> dict[str, Any]:
        """Return what `kit configure --json` prints."""
        return {"answers": self.answers, "changes": self.changes, "files": self.files}

    def text(self) -> str:
        """Return the outcome for a person."""
        if not self.answers:
            return "Nothing changes."
        lines = [f"{name}: {said}" for name, said in self.answers.items()]
        lines += ["What follows:", *(f"  {one}" for one in self.changes or ["nothing"])]
        written = f"Written: {', '.join(self.files)}" if self.files else "Nothing was written."
        return "\n".join([*lines, written])


def configure(folder: Path, answers: Answers, *, dry_run: bool = False) -> Consequences:
    """Write the answers into kit.yml, repair what is computed from it, and return what follows from them.

    Every other character of kit.yml stays. Raises ConfigError for an answer that is none; nothing is written then.
    """
    project = open_project(folder)
    said = _understood(project.catalog, answers)
    text = project.source.text
    for name, value in said.items():
        path = ["topology"] if name == "topology" else ["maturity", name]
        text = with_scalar(text, path, value)
    after = parse_spec(YamlSource.parse(text, str(folder / SPEC_NAME)))
    found = Consequences(_changed_answers(project, after), changes(project, after))
    if dry_run or not found.answers:
        return found
    replace_file(folder / SPEC_NAME, text.encode())
    return Consequences(found.answers, found.changes, [SPEC_NAME, *fix_project(folder, kit_resources())])


def ask_answers(folder: Path, prompt: Callable[[str, str], str]) -> dict[str, str]:
    """Return the answers of a person who sees each choice with the sentence that lets a team place itself.

    `prompt` takes a question and the present answer, which an empty reply keeps.
    """
    project = open_project(folder)
    catalog, spec = project.catalog, project.spec
    answers = {"topology": prompt(topology_question(catalog), spec.topology)}
    for name, attribute in catalog.maturity.items():
        answers[name] = prompt(level_question(attribute), str(getattr(spec.maturity, name)))
    return answers


def changes(project: Project, after: Spec) -> list[str]:
    """Return what follows when a project's spec becomes another one, a phrase each: gates, roles, checks, contents."""
    catalog, before = project.catalog, project.spec
    old = operating_model_of(catalog, project.chain, before)
    new = operating_model_of(catalog, project.chain, after)
    people = _roles(catalog, after, old, new)
    return [*_gates(catalog, before, after), *people, *_checks(old, new), *_contents(old, new)]


def _understood(catalog: Catalog, answers: Answers) -> dict[str, str | int]:
    """Return the answers as kit.yml holds them: the topology's name, each level's number."""
    said: dict[str, str | int] = {}
    for name, answer in answers.items():
        if name == "topology":
            if answer not in catalog.topologies:
                known = catalog.topologies
                raise ConfigError(f"unknown topology '{answer}'{nearest(answer, known)}", f"One of {', '.join(known)}.")
            said[name] = answer
            continue
        levels = [one.name for one in catalog.maturity[name].levels]
        by_name = {**{str(number): number for number in (1, 2, 3)}, **dict(zip(levels, (1, 2, 3), strict=True))}
        if answer not in by_name:
            hint = f"Say 1, 2, 3 or {', '.join(levels)}."
            raise ConfigError(f"'{answer}' is no level of {catalog.maturity[name].title.lower()}", hint)
        said[name] = by_name[answer]
    return said


def _changed_answers(project: Project, after: Spec) -> dict[str, str]:
    before = project.spec
    pairs = {"topology": (before.topology, after.topology)}
    for name, attribute in project.catalog.maturity.items():
        levels = [maturity_level(project.catalog, spec, name).name for spec in (before, after)]
        pairs[attribute.title] = (levels[0], levels[1])
    return {name: f"{old} -> {new}" for name, (old, new) in pairs.items() if old != new}


def _gates(catalog: Catalog, before: Spec, after: Spec) -> list[str]:
    said = []
    for stage, info in catalog.flow.stages.items():
        old, new = (stage_gate(catalog, spec, stage).decided_by for spec in (before, after))
        if old != new:
            titles = ", ".join(catalog.roles[role].title for role in new)
            said.append(f"gate {info.gate} is decided by {titles}")
    return said


def _roles(catalog: Catalog, spec: Spec, old: OperatingModel, new: OperatingModel) -> list[str]:
    def title(role: str) -> str:
        return catalog.roles[role].title + ("" if is_held(spec, role) else " (unfilled)")

    said = [f"role required: {title(role)}" for role in new.required if role not in old.required]
    said += [f"role no longer required: {title(role)}" for role in old.required if role not in new.required]
    said += [f"role recommended: {title(role)}" for role in new.recommended if role not in old.recommended]
    gone = [role for role in old.recommended if role not in {*new.recommended, *new.required}]
    return said + [f"role no longer recommended: {title(role)}" for role in gone]


def _checks(old: OperatingModel, new: OperatingModel) -> list[str]:
    said = []
    for name, level in new.levels.items():
        if level != old.levels[name]:
            way = "stricter" if STRICTNESS.index(level) > STRICTNESS.index(old.levels[name]) else "laxer"
            said.append(f"check {name} is {way}: {old.levels[name]} -> {level}")
    return said


def _contents(old: OperatingModel, new: OperatingModel) -> list[str]:
    said = [f"notebooks ask for {name.replace('_', ' ')}" for name in new.contents if name not in old.contents]
    gone = [name for name in old.contents if name not in new.contents]
    return said + [f"notebooks no longer ask for {name.replace('_', ' ')}" for name in gone]
