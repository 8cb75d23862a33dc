"""Answers to `kit new`: fragments of `kit.yml` from a file, `--set key=value` and a terminal; later ones win."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from kit import __version__
from kit.config import Catalog
from kit.consistency import refuse_inconsistencies
from kit.errors import ConfigError
from kit.fragment import merge
from kit.spec import Spec, is_taken, spec_problems
from kit.template import Template, chain_needs, project_fragment
from kit.yaml_source import YamlSource

_OWN = ("kit", "template", "template_version")
"""Keys that the kit writes; an answer to them would be a lie."""

NEED_OPTIONS = {
    "target": "--target COLUMN",
    "key": "--key COLUMN",
    "event_time": "--time COLUMN",
    "classes": "--source FILE",
    "user": "--key COLUMN",
    "item": "--key COLUMN",
}
"""The option of `kit new` that names what a template needs of `problem`."""

_TYPED = "--set "


def read_answers(file: Path | None, assignments: Iterable[str]) -> dict[str, Any]:
    """Return the answers of a YAML file with those of `key=value` texts laid over them.

    Raises ConfigError with file, line and nearest name for a key that `kit.yml` does not have or a wrong value.
    """
    answers: dict[str, Any] = {}
    sources = [YamlSource.read(file)] if file else []
    for source in [*sources, *(_assigned(text) for text in assignments)]:
        _refuse_wrong(source)
        answers = merge(answers, source.value)
    return answers


def answered_spec(catalog: Catalog, chain: Sequence[Template], answers: Mapping[str, Any], folder: str) -> Spec:
    """Return the spec of a new project: the templates' fragments, then the answers, then defaults from the names.

    Raises ConfigError with every key that is missing or cannot be.
    """
    said = merge(project_fragment(list(chain)), answers)
    said.setdefault("name", slug(folder))
    said.setdefault("package", _package(str(said["name"])))
    said.setdefault("title", str(said["name"]).replace("-", " ").capitalize())
    own = {"kit": __version__, "template": chain[-1].name, "template_version": chain[-1].version}
    source = f"template {chain[-1].name} with your answers"
    problems = spec_problems(YamlSource(source, "", {**said, **own}))
    if problems:
        lines = [f"{source}: {one.key}: {one.message}" for one in problems]
        hint = f"Answer with --set {problems[0].key}=... or --answers FILE, a fragment of kit.yml."
        raise ConfigError("\n".join(lines), hint)
    spec = Spec.model_validate({**said, **own})
    _refuse_needs(list(chain), spec, source)
    refuse_inconsistencies(catalog, chain, spec, source)
    return spec


def _refuse_needs(chain: list[Template], spec: Spec, source: str) -> None:
    missing = [need for need in chain_needs(chain) if not getattr(spec.problem, need)]
    if missing:
        lines = [f"{source}: problem.{need}: {chain[-1].name} cannot do without it" for need in missing]
        options = ", ".join(NEED_OPTIONS[need] for need in missing)
        hint = f"Name it with {options} (or --set problem.{missing[0]}=...)."
        raise ConfigError("\n".join(lines), hint)


def slug(text: str) -> str:
    """Return a text as a project's name: small letters, digits and dashes, beginning with a letter."""
    dashed = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text.lower())
    words = "-".join(word for word in dashed.split("-") if word)
    return words if words[:1].isalpha() else f"use-case-{words}".rstrip("-")


def _package(name: str) -> str:
    package = name.replace("-", "_")
    return f"{package}_case" if is_taken(package) else package


def _assigned(text: str) -> YamlSource:
    """Return the fragment of `a.b=value`; the value is read as YAML, so `3` and `[a, b]` are what they seem."""
    key, mark, value = text.partition("=")
    name = f"{_TYPED}{text}"
    if not mark or not all(key.split(".")):
        raise ConfigError(
            f"{name}: is not key=value", "Write a dotted key of kit.yml, such as --set charter.objective=..."
        )
    try:
        content = yaml.safe_load(value) if value else ""
    except yaml.YAMLError as error:
        raise ConfigError(f"{name}: the value is not valid YAML", "Put it into quotes: key='\"value\"'.") from error
    *parents, last = key.split(".")
    fragment: dict[str, Any] = {last: content}
    for step in reversed(parents):
        fragment = {step: fragment}
    return YamlSource(name, "", fragment)


def _refuse_wrong(source: YamlSource) -> None:
    problems = [(one.line, f"{one.key}: {one.message}") for one in spec_problems(source, whole=False)]
    problems += [(source.line((key,)), f"{key}: is written by the kit") for key in _OWN if key in source.value]
    if problems:
        is_typed = source.name.startswith(_TYPED)
        lines = [f"{source.name}: {said}" if is_typed else f"{source.name}:{line}: {said}" for line, said in problems]
        hint = "docs/kit-yml.md of usecase-kit lists every key."
        if is_typed and any("valid string" in said for _, said in problems):
            key, _, value = source.name.removeprefix(_TYPED).partition("=")
            hint = f"Put the text into quotes that stay: --set '{key}=\"{value}\"'."
        raise ConfigError("\n".join(lines), hint)
