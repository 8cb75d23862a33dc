"""Read a percent script (`# %%` cells), the source form of every notebook. The composer calls it.

A strict subset of jupytext's format: what jupytext would guess at, drop or convert is refused with its line. A test
holds the two readers to the same cells.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Literal

from kit.errors import TemplateError

_HEADER = re.compile(r"^# %%(?P<markdown> \[markdown\])?(?: tags=(?P<tags>\[.*\]))?$")
_MAGIC = re.compile(r"^(#\s*)?(%{1,2}[A-Za-z]|![A-Za-z])")


@dataclass(frozen=True)
class Cell:
    """A cell as the script has it; `line` is where its header stands, from 1."""

    kind: Literal["code", "markdown"]
    source: str
    tags: tuple[str, ...] = ()
    line: int = 0


def read_percent(script: str, name: str) -> list[Cell]:
    """Return the cells of a script; raises TemplateError naming `name` and the line of what is not strictly a cell."""
    lines = script.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("# %%")]
    before = lines[: starts[0]] if starts else lines
    for number, line in enumerate(before, start=1):
        if line.strip():
            raise TemplateError(f"{name}:{number}: text before the first cell: {line!r}", "Begin with a `# %%` line.")
    ends = [*starts[1:], len(lines)]
    return [_cell(lines[start:end], start + 1, name) for start, end in zip(starts, ends, strict=True)]


def _cell(lines: list[str], number: int, name: str) -> Cell:
    header = _HEADER.match(lines[0].rstrip())
    if not header:
        hint = 'Write `# %%` or `# %% [markdown]`, then perhaps ` tags=["finish"]`.'
        raise TemplateError(f"{name}:{number}: not a cell header: {lines[0]!r}", hint)
    body = _stripped(lines[1:])
    first = number + 1 + next((skipped for skipped, line in enumerate(lines[1:]) if line.strip()), 0)
    if not body:
        raise TemplateError(f"{name}:{number}: the cell is empty", "Fill it or take it out.")
    kind: Literal["code", "markdown"] = "markdown" if header["markdown"] else "code"
    read = _markdown if kind == "markdown" else _code
    return Cell(kind, read(body, first, name), _tags(header["tags"], number, name), number)


def _tags(text: str | None, number: int, name: str) -> tuple[str, ...]:
    try:
        tags = json.loads(text or "[]")
    except ValueError as error:
        raise TemplateError(f"{name}:{number}: tags are not a JSON list: {text}", 'Write tags=["name"].') from error
    if not all(isinstance(tag, str) for tag in tags):
        raise TemplateError(f"{name}:{number}: tags are texts, not {text}", 'Write tags=["name"].')
    return tuple(tags)


def _markdown(lines: list[str], first: int, name: str) -> str:
    for number, line in enumerate(lines, start=first):
        if line.rstrip() != "#" and not line.startswith("# "):
            said = "an empty line" if not line.strip() else repr(line)
            hint = "Begin every line of a markdown cell with `# `, an empty one with `#`."
            raise TemplateError(f"{name}:{number}: {said} in a markdown cell", hint)
    return "\n".join(line[2:] for line in lines).strip("\n")


def _code(lines: list[str], first: int, name: str) -> str:
    for number, line in enumerate(lines, start=first):
        if _MAGIC.match(line):
            hint = "Magics do not run everywhere, and tools rewrite such comments; write plain Python."
            raise TemplateError(f"{name}:{number}: a magic command in a code cell: {line!r}", hint)
    return "\n".join(lines)


def _stripped(lines: list[str]) -> list[str]:
    full = [number for number, line in enumerate(lines) if line.strip()]
    return lines[full[0] : full[-1] + 1] if full else []
