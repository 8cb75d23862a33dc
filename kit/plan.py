"""The plan of a run: which stages, with which parameters, where. A value that nothing has been started for yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.config import Catalog
from kit.errors import ConfigError, KitError
from kit.parameter_cell import stage_parameters
from kit.runtime.parameters import parse_value, to_plain
from kit.spec import Spec
from kit.yaml_source import nearest

AS_OF = "run_date"
"""The parameter that `--date` sets."""


@dataclass(frozen=True)
class Plan:
    """What `kit run` is about to do."""

    project: Path
    stages: tuple[str, ...]
    parameters: dict[str, Any]
    environment: str
    spark: str
    resumed_runs: tuple[str, ...] = ()
    """Ids of the runs that this one goes on with, the newest first."""

    @property
    def resumes(self) -> str | None:
        """The run that this one goes on with, if any."""
        return self.resumed_runs[0] if self.resumed_runs else None

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        parameters = {name: to_plain(value) for name, value in self.parameters.items()}
        return {
            "environment": self.environment,
            "spark": self.spark,
            "stages": [*self.stages],
            "parameters": parameters,
        }

    def parameters_of(self, spec: Spec, stage: str) -> dict[str, Any]:
        """Return the values that one stage takes, as papermill and JSON take them."""
        return {name: to_plain(self.parameters[name]) for name in stage_parameters(spec, stage)}


def select_stages(
    catalog: Catalog, first: str | None = None, last: str | None = None, only: str | None = None
) -> tuple[str, ...]:
    """Return the stages to run in their order; raises ConfigError for a name that is none, or an empty range."""
    names = list(catalog.flow.stages)
    for name in (first, last, only):
        if name is not None and name not in names:
            raise ConfigError(f"there is no stage '{name}'{nearest(name, names)}", f"Stages: {', '.join(names)}.")
    if only and (first or last):
        raise ConfigError("--only cannot go with --from or --to", "Say one or the other.")
    start = names.index(only or first or names[0])
    stop = names.index(only or last or names[-1])
    if start > stop:
        raise ConfigError(f"'{first}' comes after '{last}'", f"The order is {', '.join(names)}.")
    return tuple(names[start : stop + 1])


def parameter_values(spec: Spec, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of every declared parameter; raises ConfigError with each that is unknown or does not fit."""
    problems = []
    values = {}
    for name in given:
        if name not in spec.parameters:
            problems.append(f"there is no parameter '{name}'{nearest(name, spec.parameters)}")
    for name, declared in spec.parameters.items():
        value = given.get(name, declared.default)
        try:
            values[name] = parse_value(name, declared.model_dump(), value)
        except KitError as error:
            problems.append(error.message)
    if problems:
        raise ConfigError("\n".join(problems), "The parameters are declared in kit.yml under `parameters`.")
    return values


def environment_kind(spec: Spec, catalog: Catalog, name: str, spark: str | None) -> str:
    """Return `connect` or `classic` for an environment; raises ConfigError where it is not declared."""
    known = {**catalog.environments, **spec.environments}
    if name not in known:
        raise ConfigError(f"there is no environment '{name}'{nearest(name, known)}", "Declare it in kit.yml.")
    return spark or known[name].spark or "connect"
