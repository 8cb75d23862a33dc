"""A template: a folder with `template.yml`, stage scripts, package modules and tests; it may extend and use others."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kit.errors import TemplateError
from kit.fragment import merge
from kit.resources import Resources
from kit.spec import StageName, StageOwnership
from kit.yaml_source import YamlSource, nearest

SHARED = "_project"
"""The folder of files that every project gets; it is not a template itself."""


class Template(BaseModel):
    """What a `template.yml` says, and where it lies."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: str
    title: str
    description: str
    extends: str | None = None
    uses: list[str] = []
    """Templates laid between this one and the one it extends: data that several kinds of problem are worked on."""
    ownership: dict[StageName, StageOwnership] = {}
    needs: list[Literal["target", "key", "event_time", "classes", "user", "item"]] = []
    """Keys of `problem` without which it cannot do its work."""
    project: dict[str, Any] = {}
    folder: Path


def load_template(resources: Resources, name: str) -> Template:
    """Return the template; raises TemplateError with the nearest name, or with file and line where it is not valid."""
    path = resources.find(f"templates/{name}/template.yml")
    if path is None or name == SHARED:
        known = [one for one in template_names(resources) if one != name]
        raise TemplateError(f"there is no template '{name}'{nearest(name, known)}", "`kit list` shows the templates.")
    source = YamlSource.read(path)
    try:
        template = Template.model_validate({**source.value, "folder": path.parent})
    except ValidationError as error:
        raise TemplateError(_problems(resources.label(path), source, error), "Correct the named lines.") from error
    if template.name != name:
        said = f"{resources.label(path)}: says name '{template.name}' but lies in the folder '{name}'"
        raise TemplateError(said, "Give both the same name.")
    return template


def template_chain(resources: Resources, name: str) -> list[Template]:
    """Return the template, all that it extends and all that these use, the base first and what is used before its user.

    Raises TemplateError where templates extend each other in a circle, or where one that is used stands on others.
    """
    chain: list[Template] = []
    extended: list[str] = []
    following: str | None = name
    while following:
        if following in extended:
            circle = " -> ".join([*extended, following])
            raise TemplateError(f"templates extend each other in a circle: {circle}", "Take one `extends` out.")
        extended.append(following)
        template = _named_by(resources, chain[-1], "extends", following) if chain else load_template(resources, name)
        used = [_used(resources, template, one) for one in template.uses]
        twice = [one.name for one in used if one in chain]
        if twice:
            where = f"{resources.label(template.folder / 'template.yml')}: uses '{twice[0]}'"
            raise TemplateError(f"{where}, which is in the chain already", "Take it out of one of the two.")
        chain += [template, *reversed(used)]
        following = template.extends
    return chain[::-1]


def _used(resources: Resources, user: Template, name: str) -> Template:
    used = _named_by(resources, user, "uses", name)
    if used.extends or used.uses:
        said = f"{resources.label(user.folder / 'template.yml')}: uses '{name}', which extends or uses another template"
        raise TemplateError(said, f"Only a template that stands alone can be used; `extends: {name}` may be meant.")
    return used


def _named_by(resources: Resources, child: Template, key: str, name: str) -> Template:
    try:
        return load_template(resources, name)
    except TemplateError as error:
        where = resources.label(child.folder / "template.yml")
        raise TemplateError(f"{where}: {key} '{name}': {error.message}", error.hint) from error


def template_names(resources: Resources) -> list[str]:
    """Return the sorted names of all templates."""
    names = resources.folders("templates")
    return [name for name in names if resources.find(f"templates/{name}/template.yml") and name != SHARED]


def offered_names(resources: Resources) -> list[str]:
    """Return the sorted names of the templates that make a project; one without a type of problem is only a base."""
    names = template_names(resources)
    return [name for name in names if project_fragment(template_chain(resources, name)).get("problem", {}).get("type")]


def template_for(resources: Resources, problem: str, has_several_classes: bool = False) -> str:
    """Return the template for any data of that type of problem; raises TemplateError that says which types exist.

    Where the target has several classes, one that needs `classes` comes first, if there is any.
    """
    types: dict[tuple[str, bool], str] = {}
    for name in offered_names(resources):
        chain = template_chain(resources, name)
        fragment = project_fragment(chain)
        kind = str(fragment.get("problem", {}).get("type", ""))
        serves = (kind, "classes" in chain_needs(chain))
        if not fragment.get("sources") and (serves not in types or name == kind):
            types[serves] = name
    found = (has_several_classes and types.get((problem, True))) or types.get((problem, False))
    if not found:
        said = ", ".join(sorted({kind for kind, _ in types})) or "nothing"
        raise TemplateError(
            f"there is no template for {problem}; there is one for {said}",
            "Name one with --template, or another column with --target.",
        )
    return found


def project_fragment(chain: list[Template]) -> dict[str, Any]:
    """Return the fragment of `kit.yml` that a chain of templates brings; later templates win."""
    fragment: dict[str, Any] = {}
    for template in chain:
        fragment = merge(fragment, template.project)
    return fragment


def chain_needs(chain: list[Template]) -> list[str]:
    """Return the keys of `problem` that a chain of templates cannot do without, each once."""
    return list(dict.fromkeys(need for template in chain for need in template.needs))


def _problems(name: str, source: YamlSource, error: ValidationError) -> str:
    known = [field for field in Template.model_fields if field != "folder"]
    lines = []
    for one in error.errors():
        where = tuple(one["loc"])
        said = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            said = "unknown key" + (nearest(str(where[-1]), known) if len(where) == 1 else "")
        lines.append(f"{name}:{source.line(where)}: {'.'.join(map(str, where))}: {said}")
    return "\n".join(lines)
