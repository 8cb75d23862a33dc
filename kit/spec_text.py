"""`kit.yml` as a person reads it: sections in a stable order, each with a line that says what it is for."""

from __future__ import annotations

from typing import Any

import yaml

from kit.spec import Spec

_HEAD = """\
# yaml-language-server: $schema=.kit/kit.schema.json
# The one truth of this use case. Notebook headers, parameters cells and the README repeat it: after a change,
# `kit check --fix` rewrites them. An editor with a YAML language server completes and checks every key.
"""

_SECTIONS: dict[str, tuple[str, ...]] = {
    "What wrote this project.": ("kit", "template", "template_version"),
    "The use case, and the Python package under src/ that its notebooks call.": ("name", "title", "package"),
    "Why it is worth doing, what is decided with it, and what may go wrong.": ("charter",),
    """Who takes part, and in which roles; one person may hold several. A role that nobody holds shows as unfilled.
#
#   - {name: Ada Byron, email: ada@example.org, roles: [data_owner, data_engineer]}""": ("people", "teams"),
    """How the team is set up: centralized, coe or federated; its foundations from 1 (starting) to 3 (leading).""": (
        "topology",
        "maturity",
    ),
    "Who answers for a stage or decides at a gate, where it differs from the organisation's defaults, and by when.": (
        "ownership",
        "gates",
    ),
    "Where the data comes from. `sample` is public data inside a package; replace it by `path` or `table`.": (
        "sources",
    ),
    "What is predicted, when, and from what. Columns under `leaks` are refused as features.": ("problem",),
    "Tables that a stage reads and writes, where they differ from the kit's.": ("stages",),
    "What a good row of a table meets: warn, quarantine or fail.": ("expectations",),
    "How success is measured, against which target, and who answers for it.": ("kpis",),
    "What a run may set (`kit run -p name=value`), by type.": ("parameters",),
    "Where it runs; `local` needs nothing.": ("environments",),
    "When it runs by itself, and what happens to a run that is missed or fails.": ("schedule",),
    "How it runs as a job on Databricks.": ("databricks",),
}
"""The sections of `kit.yml` in their order: the comment above each, and the keys in it."""

_ALWAYS = ("people", "topology", "maturity")
"""Sections that are written even where they say nothing new: a project's first edits happen there."""


def spec_text(spec: Spec) -> str:
    """Return the text of `kit.yml` with everything that was said of the project; reading it gives the same spec."""
    said = spec.model_dump(by_alias=True, exclude_unset=True)
    said = {**spec.model_dump(by_alias=True, include=set(_ALWAYS)), **said}
    for source in said.get("sources", {}).values():
        source.update(
            {"columns": {name: _Line(one) for name, one in source["columns"].items()}} if "columns" in source else {}
        )
    parts = [_HEAD]
    for comment, keys in _SECTIONS.items():
        section = {key: said[key] for key in keys if key in said}
        if section:
            parts.append(f"# {comment}\n{_dump(section)}")
    return "\n".join(parts)


class _Line(dict[str, Any]):
    """A mapping that stands on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes lists of plain values on one line, and indents the others below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    is_plain = not any(isinstance(value, (dict, list)) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=is_plain)


def _line(dumper: yaml.SafeDumper, values: _Line) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", values, flow_style=True)


_Dumper.add_representer(list, _list)
_Dumper.add_representer(_Line, _line)


def _dump(section: dict[str, Any]) -> str:
    return yaml.dump(section, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
