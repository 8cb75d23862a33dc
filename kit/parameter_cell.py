"""The parameters cell: the typed contract of `kit.yml` as plain assignments, which papermill overrides."""

from __future__ import annotations

from kit.runtime.parameters import parse_value, to_plain
from kit.spec import Parameter, Spec


def stage_parameters(spec: Spec, stage: str) -> dict[str, Parameter]:
    """Return the parameters that a stage takes, in the order of `kit.yml`."""
    return {name: one for name, one in spec.parameters.items() if not one.stages or stage in one.stages}


def parameters_source(spec: Spec, stage: str) -> str:
    """Return the source of the stage's parameters cell: one line for each parameter, with its type and description."""
    taken = stage_parameters(spec, stage)
    head = "# The contract is in kit.yml; a run passes other values." if taken else "# This stage takes no parameters."
    return "\n".join([head, *(_line(name, parameter) for name, parameter in taken.items())])


def _line(name: str, parameter: Parameter) -> str:
    kind = " | ".join(parameter.choices) if parameter.type == "choice" else parameter.type
    value = to_plain(parse_value(name, parameter.model_dump(), parameter.default))
    said = " ".join(f"{kind}. {parameter.description}".split())
    return f"{name} = {_literal(value)}  # {said.rstrip('.')}."


def _literal(value: object) -> str:
    """Return a Python literal with double quotes, as formatters write it."""
    if isinstance(value, list):
        return "[" + ", ".join(_literal(one) for one in value) + "]"
    text = repr(value)
    if isinstance(value, str) and text.startswith("'") and '"' not in text:
        return f'"{text[1:-1]}"'
    return text
