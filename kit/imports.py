"""The imports of a notebook, which each script of a chain adds to: merged and sorted as a linter wants them."""

from __future__ import annotations

import ast
import sys

_WIDTH = 120


def tidy_imports(source: str, package: str) -> str:
    """Return code whose leading imports are merged by module and sorted: Python's own, libraries, then the package.

    Code with a comment among its imports is left as it is, since a comment belongs to its place.
    """
    imports: list[ast.Import | ast.ImportFrom] = []
    for statement in ast.parse(source).body:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            break
        imports.append(statement)
    end = imports[-1].end_lineno or 0 if imports else 0
    lines = source.splitlines()
    if not imports or any("#" in line for line in lines[:end]):
        return source
    rest = "\n".join(lines[end:]).strip("\n")
    return "\n\n".join([*_sections(imports, package), *([rest] if rest else [])])


def _sections(imports: list[ast.Import | ast.ImportFrom], package: str) -> list[str]:
    straight: dict[int, set[str]] = {}
    members: dict[int, dict[str, set[str]]] = {}
    for statement in imports:
        for alias in statement.names:
            said = alias.name + (f" as {alias.asname}" if alias.asname else "")
            module = statement.module or "" if isinstance(statement, ast.ImportFrom) else alias.name
            section = _section(module, package)
            if isinstance(statement, ast.Import):
                straight.setdefault(section, set()).add(said)
            else:
                members.setdefault(section, {}).setdefault(module, set()).add(said)
    return [
        "\n".join(
            [f"import {name}" for name in sorted(straight.get(section, ()), key=str.lower)]
            + [
                line
                for module in sorted(members.get(section, {}), key=str.lower)
                for line in _froms(module, members[section][module])
            ]
        )
        for section in sorted({*straight, *members})
    ]


def _section(module: str, package: str) -> int:
    top = module.partition(".")[0]
    if top == package:
        return 2
    return 0 if top in sys.stdlib_module_names else 1


def _froms(module: str, names: set[str]) -> list[str]:
    """Return the statements that import these names; one with another name stands on its own."""
    plain = sorted((name for name in names if " as " not in name), key=_order)
    renamed = [f"from {module} import {name}" for name in sorted(names - set(plain), key=_order)]
    line = f"from {module} import {', '.join(plain)}"
    if len(line) > _WIDTH:
        line = "\n".join([f"from {module} import (", *(f"    {name}," for name in plain), ")"])
    return [line, *renamed] if plain else renamed


def _order(name: str) -> tuple[int, str]:
    """Return the sort key of a name: constants, then classes, then the rest."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)
