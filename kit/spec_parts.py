"""The parts of `kit.yml`, each typed, frozen, and refusing keys that it does not know."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kit.runtime.parameters import TYPES, parse_value

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
GateName = Literal["G1", "G2", "G3", "G4", "G5"]
StageName = Literal["definition", "data_engineering", "modeling", "deployment", "monitoring"]
TableName = r"^(definition|bronze|silver|gold|quarantine|modeling|serving|monitoring|source)\.(\*|[a-z][a-z0-9_]*)$"


class Part(BaseModel):
    """A part of `kit.yml`. A text below a field is its description in the JSON Schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(Part):
    """Someone who takes part, with the roles that they hold."""

    name: str = Field(min_length=1)
    """Name as it is shown in headers."""
    email: str = Field(pattern=EMAIL)
    """Address, and the identity of their commits and decisions (`git config user.email`)."""
    roles: list[str] = []
    """Roles that this person holds; several are fine."""
    git: str | None = Field(default=None, pattern=r"^@\S+$")
    """Git identity, as CODEOWNERS spells it: `@user`."""
    group: str | None = None
    """Databricks user or group."""
    chat: str | None = None
    """Handle in the team's chat."""
    kind: Literal["person", "service", "agent"] = "person"
    """A service or an agent may propose at a gate, never decide."""


class Team(Part):
    """Several people who hold roles together; each member can act for them."""

    name: str = Field(min_length=1)
    roles: list[str] = []
    """Roles that the team holds."""
    members: list[str] = []
    """E-mails of the people who belong to it."""
    email: str | None = Field(default=None, pattern=EMAIL)
    git: str | None = Field(default=None, pattern=r"^@\S+$")
    """Git team, as CODEOWNERS spells it: `@org/team`."""
    group: str | None = None
    """Databricks group."""
    chat: str | None = None
    """Channel in the team's chat."""


class GateSettings(Part):
    """What a project says of one of its gates."""

    decided_by: list[str] | None = None
    """Roles that decide, each of which has to sign; replaces the organisation's."""
    due: dt.date | None = None
    """The day by which it is to be decided."""

    @field_validator("decided_by")
    @classmethod
    def _somebody(cls, roles: list[str] | None) -> list[str] | None:
        if roles is not None and (not roles or len(set(roles)) < len(roles)):
            raise ValueError("has to name one or more different roles")
        return roles


class Risk(Part):
    """What may go wrong, and what is done about it."""

    risk: str
    answer: str


class Charter(Part):
    """Why the use case is worth doing, and what is decided with it."""

    objective: str = ""
    decision: str = ""
    """The decision that the output improves, and who takes it."""
    consumption: str = ""
    """Who uses the output, in which process."""
    out_of_scope: str = ""
    risks: list[Risk] = []


class StageTables(Part):
    """Logical tables of a stage; replaces what `stages/stages.yml` says."""

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
    """What a good row of a table meets."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    condition: str
    """A SQL condition that a good row meets; null counts as not met."""
    action: Literal["warn", "quarantine", "fail"] = "warn"
    description: str = ""


class Kpi(Part):
    """How success is measured, against which target."""

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
    """What a run may set, by type."""

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
    """Where a project runs."""

    spark: Literal["connect", "classic"] | None = None
    master: str | None = None
    warehouse: str | None = None
    mlflow: str | None = None
    catalog: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    gates: Literal["record", "warn", "stop"] | None = None
    """What a gate without a valid decision does to a run: noted, said, or the run waits."""
    settings: dict[str, str] = {}
    """Spark settings on top of `config/spark.yml`."""


class Maturity(Part):
    """How far a team's foundations are: 1 starting, 2 established, 3 leading."""

    data_foundation: int = Field(default=2, ge=1, le=3)
    platform: int = Field(default=2, ge=1, le=3)
    mlops: int = Field(default=2, ge=1, le=3)


assert set(Parameter.model_fields["type"].annotation.__args__) == set(TYPES)  # type: ignore[union-attr]
