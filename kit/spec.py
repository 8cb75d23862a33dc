"""The typed form of `kit.yml`, the one truth of a project. Every verb reads a project through `load_spec`.

Unknown keys are errors that name file, line and the nearest known key; `kit.schema` makes its JSON Schema.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from kit.errors import ConfigError
from kit.spec_databricks import Databricks
from kit.spec_parts import (
    Charter,
    Environment,
    Expectation,
    GateName,
    GateSettings,
    Kpi,
    Maturity,
    Parameter,
    Part,
    Person,
    StageName,
    StageOwnership,
    StageTables,
    TableName,
    Team,
)
from kit.spec_problem import Problem
from kit.spec_schedule import Schedule
from kit.spec_sources import Source
from kit.yaml_source import YamlSource, nearest

__all__ = [
    "SPEC_NAME",
    "Databricks",
    "Environment",
    "Parameter",
    "Person",
    "Schedule",
    "Spec",
    "SpecProblem",
    "StageName",
    "StageOwnership",
    "TableName",
    "Team",
    "is_taken",
    "load_spec",
    "parse_spec",
    "spec_problems",
]

SPEC_NAME = "kit.yml"


class Spec(Part):
    """A use case: what `kit.yml` may say."""

    kit: str
    """Version of the kit that wrote the project."""
    template: str
    template_version: str
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str = Field(min_length=1)
    package: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Python package under `src/` that the notebooks call."""
    charter: Charter = Charter()
    people: list[Person] = []
    teams: list[Team] = []
    topology: str = "centralized"
    maturity: Maturity = Maturity()
    ownership: dict[StageName, StageOwnership] = {}
    gates: dict[GateName, GateSettings] = {}
    sources: dict[str, Source] = {}
    problem: Problem
    stages: dict[StageName, StageTables] = {}
    expectations: dict[str, list[Expectation]] = {}
    kpis: list[Kpi] = []
    parameters: dict[str, Parameter] = {}
    environments: dict[str, Environment] = {}
    schedule: Schedule | None = None
    databricks: Databricks = Databricks()

    @model_validator(mode="after")
    def _known_members(self) -> Spec:
        emails = [person.email.lower() for person in self.people]
        twice = sorted({one for one in emails if emails.count(one) > 1})
        if twice:
            raise ValueError(f"people: {', '.join(twice)} stands twice; one person may hold several roles")
        for team in self.teams:
            unknown = sorted({one.lower() for one in team.members} - {*emails})
            if unknown:
                raise ValueError(f"teams: {team.name} has members that are not under people: {', '.join(unknown)}")
        return self

    @field_validator("parameters")
    @classmethod
    def _identifiers(cls, parameters: dict[str, Parameter]) -> dict[str, Parameter]:
        for name in parameters:
            if not name.isidentifier() or keyword.iskeyword(name) or name in {"stage", "spark"}:
                raise ValueError(f"'{name}' cannot be a parameter: it must be a free Python name")
        return parameters

    @field_validator("package")
    @classmethod
    def _own_name(cls, package: str) -> str:
        if is_taken(package):
            raise ValueError(f"'{package}' is taken by Python or by a library; choose another name")
        return package

    @field_validator("sources")
    @classmethod
    def _source_names(cls, sources: dict[str, Source]) -> dict[str, Source]:
        _refuse_names(r"[a-z][a-z0-9_]*", sources, "a source name (small letters, digits, _)")
        return sources

    @field_validator("expectations")
    @classmethod
    def _table_names(cls, expectations: dict[str, list[Expectation]]) -> dict[str, list[Expectation]]:
        _refuse_names(TableName, expectations, "a logical table name (layer.name, such as silver.flights)")
        return expectations


_TAKEN = {
    "kit",
    "pyspark",
    "delta",
    "mlflow",
    "pandas",
    "numpy",
    "matplotlib",
    "papermill",
    "notebooks",
    "test",
    "tests",
}


def is_taken(package: str) -> bool:
    """Say whether a package of that name would hide Python's own, or a library that notebooks import."""
    return keyword.iskeyword(package) or package in sys.stdlib_module_names or package in _TAKEN


def _refuse_names(pattern: str, names: Iterable[str], kind: str) -> None:
    for name in names:
        if not re.fullmatch(pattern, name):
            raise ValueError(f"'{name}' is not {kind}")


@dataclass(frozen=True)
class SpecProblem:
    """One thing that is wrong in a `kit.yml` or in a fragment of it."""

    line: int
    key: str
    message: str


def spec_problems(source: YamlSource, whole: bool = True) -> list[SpecProblem]:
    """Return what is wrong, in the order of lines; of a fragment (`whole=False`) what is missing is not wrong."""
    try:
        Spec.model_validate(source.value)
    except ValidationError as error:
        # A rule over several keys can only be judged where all of them are known.
        later = () if whole else ("missing", "value_error")
        found = [_problem(source, one) for one in error.errors() if one["type"] not in later]
        return sorted(found, key=lambda problem: problem.line)
    return []


def parse_spec(source: YamlSource) -> Spec:
    """Return the validated spec; raises ConfigError with every problem and its line."""
    problems = spec_problems(source)
    if problems:
        lines = [f"{source.name}:{one.line}: {one.key}: {one.message}" for one in problems]
        raise ConfigError("\n".join(lines), "Correct the named lines; docs/kit-yml.md of usecase-kit lists every key.")
    return Spec.model_validate(source.value)


def load_spec(project: Path) -> Spec:
    """Return the spec of the project folder; raises ConfigError when there is no `kit.yml` or it is not valid."""
    path = project / SPEC_NAME
    if not path.is_file():
        raise ConfigError(f"{path}: no such file", "Name the folder of a project, or make one with `kit new`.")
    return parse_spec(YamlSource.read(path))


def _problem(source: YamlSource, error: Any) -> SpecProblem:
    where = tuple(error["loc"])
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        said = f"unknown key{nearest(str(where[-1]), _known_keys(where[:-1]))}"
    return SpecProblem(source.line(where), ".".join(str(step) for step in where), said)


def _known_keys(where: tuple[Any, ...]) -> list[str]:
    part: Any = Spec
    for step in where:
        field = getattr(part, "model_fields", {}).get(step)
        part = _inner(field.annotation if field else part)
    return [field.alias or name for name, field in getattr(part, "model_fields", {}).items()]


def _inner(annotation: Any) -> Any:
    """Return the part inside list[...], dict[..., ...] or `... | None`."""
    while not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        inner = [one for one in getattr(annotation, "__args__", ()) if one is not type(None)]
        if not inner:
            return annotation
        annotation = inner[-1]
    return annotation
