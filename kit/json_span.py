"""Replace one value inside a JSON text and leave every other byte as it is, whoever wrote the text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


def value_span(text: str, where: Sequence[str | int]) -> tuple[int, int]:
    """Return where the value at that path begins and ends; raises KeyError where there is none."""
    start = _skip(text, 0)
    for step in where:
        start = _enter(text, start, step)
    return start, _DECODER.raw_decode(text, start)[1]


def line_of(text: str, where: Sequence[str | int]) -> int:
    """Return the line, from 1, of the value at that path, or of its nearest ancestor that exists."""
    start = _skip(text, 0)
    with suppress(KeyError):
        for step in where:
            start = _enter(text, start, step)
    return text.count("\n", 0, start) + 1


def with_value(text: str, where: Sequence[str | int], value: Any) -> str:
    """Return the text with another value at that path, indented as the text is; raises KeyError for no such path."""
    start, end = value_span(text, where)
    indent = _indent(text)
    margin = " " * (indent * len(where))
    is_escaped = text.isascii() and "\x7f" not in text  # Python escapes DEL, too
    written = json.dumps(value, ensure_ascii=is_escaped, indent=indent or None, sort_keys=True)
    return text[:start] + written.replace("\n", f"\n{margin}") + text[end:]


def _enter(text: str, start: int, step: str | int) -> int:
    """Return where the member or element `step` of the container at `start` begins."""
    is_mapping = text[start] == "{"
    if text[start] not in "{[" or is_mapping is isinstance(step, int):
        raise KeyError(step)
    position, count = _skip(text, start + 1), 0
    while text[position] not in "}]":
        key: str | int = count
        if is_mapping:
            key, position = _DECODER.raw_decode(text, position)
            position = _skip(text, _skip(text, position) + 1)
        if key == step:
            return position
        position = _skip(text, _DECODER.raw_decode(text, position)[1])
        position, count = (_skip(text, position + 1) if text[position] == "," else position), count + 1
    raise KeyError(step)


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position


def _indent(text: str) -> int:
    """Return by how many spaces the text indents; 0 where it stands on one line."""
    found = re.search(r"\n( +)\S", text)
    return len(found[1]) if found else 0
