"""The organisation's defaults, read from `config/` and `stages/stages.yml` into typed, frozen values."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from kit.errors import ConfigError
from kit.resources import resource
from kit.spec import Environment
from kit.yaml_source import YamlSource


class Part(BaseModel):
    """A frozen value of the configuration that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Role(Part):
    title: str
    duty: str


class Ownership(Part):
    """Roles of a stage; `accountable` is exactly one."""

    accountable: str
    responsible: list[str]
    consulted: list[str]
    informed: list[str]


class Gate(Part):
    title: str
    decided_by: list[str]
    outcomes: list[str]


class Topology(Part):
    title: str
    description: str


class StageInfo(Part):
    title: str
    loop: str
    gate: str
    promise: str
    reads: list[str]
    writes: list[str]


class Stages(Part):
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
    environments: dict[str, Environment]
    flow: Stages


@cache
def load_catalog() -> Catalog:
    """Return the kit's catalog; raises ConfigError naming file and line where a file is not valid."""
    config = resource("config")
    return Catalog(
        roles=_read(config / "roles.yml", dict[str, Role]),
        ownership=_read(config / "ownership.yml", dict[str, Ownership]),
        gates=_read(config / "gates.yml", dict[str, Gate]),
        topologies=_read(config / "topologies.yml", dict[str, Topology]),
        environments=_read(config / "environments.yml", dict[str, Environment]),
        flow=_read(resource("stages") / "stages.yml", Stages),
    )


def _read(path: Path, kind: Any) -> Any:
    source = YamlSource.read(path)
    try:
        return TypeAdapter(kind).validate_python(source.value)
    except ValidationError as error:
        lines = [
            f"{path}:{source.line(tuple(e['loc']))}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
        ]
        raise ConfigError("\n".join(lines), "Correct the named lines.") from error
