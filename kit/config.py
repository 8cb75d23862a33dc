"""The organisation's defaults, read from `config/` and `stages/stages.yml` into typed, frozen values."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kit.errors import ConfigError
from kit.fragment import merge
from kit.resources import Resources, kit_resources
from kit.spec import Environment
from kit.yaml_source import YamlSource

CheckLevel = Literal["off", "warn", "fail"]


class Part(BaseModel):
    """A frozen value of the configuration that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Role(Part):
    """Who someone is in a use case, and what for."""

    title: str
    duty: str


class Ownership(Part):
    """Roles of a stage; `accountable` is exactly one."""

    accountable: str
    responsible: list[str]
    consulted: list[str]
    informed: list[str]


class Gate(Part):
    """What is decided at the end of a stage; the first outcome lets the work pass on."""

    title: str
    decided_by: list[str]
    outcomes: list[str]


class Demands(Part):
    """What a topology or a level of maturity asks for besides what every use case needs."""

    required: list[str] = []
    """Roles that somebody must hold."""
    recommended: dict[str, str] = {}
    """Roles that somebody had better hold, each with the reason."""
    checks: dict[str, CheckLevel] = {}
    """How strict a check is at the least."""
    contents: list[str] = []
    """What the notebooks show and ask for."""


class Topology(Demands):
    """Where the roles of a use case sit."""

    title: str
    description: str
    gates: dict[str, list[str]] = {}
    """Who decides at a gate, in place of what `config/gates.yml` says."""


class Level(Demands):
    """A level of maturity, with the sentence by which a team places itself."""

    name: str
    sentence: str


class Attribute(Part):
    """An attribute of a team's foundations; its levels go from 1 (starting) to 3 (leading)."""

    title: str
    levels: list[Level] = Field(min_length=3, max_length=3)


class Check(Part):
    """A check of the operating model and how strict it is."""

    level: CheckLevel
    title: str


class StageInfo(Part):
    """A stage as every use case has it."""

    title: str
    loop: str
    gate: str
    promise: str
    reads: list[str]
    writes: list[str]


class Stages(Part):
    """The stages in their order."""

    loops: dict[str, str]
    stages: dict[str, StageInfo]

    def notebook(self, stage: str) -> str:
        """Return the stage's notebook file, such as `03_modeling.ipynb`."""
        return f"{list(self.stages).index(stage) + 1:02d}_{stage}.ipynb"


class Catalog(Part):
    """Everything that `config/` and `stages/stages.yml` say."""

    roles: dict[str, Role]
    ownership: dict[str, Ownership]
    gates: dict[str, Gate]
    topologies: dict[str, Topology]
    maturity: dict[str, Attribute]
    checks: dict[str, Check]
    environments: dict[str, Environment]
    spark: dict[str, str]
    flow: Stages


def load_catalog(resources: Resources | None = None) -> Catalog:
    """Return the organisation's catalog: an overlay's files are laid over the kit's, mappings deeply, lists replaced.

    Raises ConfigError naming file and line where a file is not valid.
    """
    return _catalog(resources or kit_resources())


@cache
def _catalog(resources: Resources) -> Catalog:
    return Catalog(
        roles=_read(resources, "config/roles.yml", dict[str, Role]),
        ownership=_read(resources, "config/ownership.yml", dict[str, Ownership]),
        gates=_read(resources, "config/gates.yml", dict[str, Gate]),
        topologies=_read(resources, "config/topologies.yml", dict[str, Topology]),
        maturity=_read(resources, "config/maturity.yml", dict[str, Attribute]),
        checks=_read(resources, "config/checks.yml", dict[str, Check]),
        environments=_read(resources, "config/environments.yml", dict[str, Environment]),
        spark=_read(resources, "config/spark.yml", dict[str, str]),
        flow=_read(resources, "stages/stages.yml", Stages),
    )


def _read(resources: Resources, file: str, kind: Any) -> Any:
    value: dict[str, Any] = {}
    sources = [YamlSource.read(path) for path in resources.layers(file)]
    for source in sources:
        value = merge(value, source.value)
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        lines = [_problem(sources, tuple(one["loc"]), one["msg"]) for one in error.errors()]
        raise ConfigError("\n".join(lines), "Correct the named lines.") from error


def _problem(sources: list[YamlSource], where: tuple[str | int, ...], said: str) -> str:
    """Return the problem with the file and line that said it last."""
    source = next((one for one in reversed(sources) if where and where[0] in one.value), sources[-1])
    return f"{source.name}:{source.line(where)}: {'.'.join(map(str, where))}: {said}"
