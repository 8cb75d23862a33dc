"""A YAML text with its values and the line of each of them, so that an error can say where it is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kit.errors import ConfigError

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]


@dataclass(frozen=True)
class YamlSource:
    """Plain values of a YAML document and the text they came from."""

    name: str
    text: str
    value: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> YamlSource:
        """Read a file that holds one mapping; raises ConfigError with the line where it is no YAML or no mapping."""
        try:
            return cls.parse(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError as error:
            raise ConfigError(f"{path}: no such file", "Check the name.") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: not UTF-8 text", "Save the file as UTF-8.") from error

    @classmethod
    def parse(cls, text: str, name: str) -> YamlSource:
        """Parse a text that holds one mapping; duplicate keys are refused, as YAML itself keeps only the last."""
        try:
            loader = _Loader(text)
            node = loader.get_single_node()
            _refuse_duplicates(node, name)
            value = loader.construct_document(node) if node else None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ConfigError(
                f"{name}:{line}: not valid YAML: {error.problem}", "Check indentation and quotes."
            ) from error
        except ValueError as error:
            line = next(_wrong_values(node, _Loader("")), 1)
            raise ConfigError(
                f"{name}:{line}: not a value: {error}", "Correct it, or put quotes around a text."
            ) from error
        if not isinstance(value, dict):
            raise ConfigError(f"{name}:1: a mapping is expected at the top", "Write `key: value` lines.")
        return cls(name, text, value)

    def line(self, where: Sequence[str | int]) -> int:
        """Return the line (from 1) of the value at that path, or of its nearest ancestor that exists."""
        node = yaml.compose(self.text, Loader=_Loader)
        line = 1
        for step in where:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, or the sorted list where none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known: {', '.join(names)}" if names else ""


def _wrong_values(node: Any, loader: Any) -> Iterator[int]:
    """Yield the lines of scalars that look like a value of a type and are none, such as the date 2013-13-01."""
    if isinstance(node, yaml.ScalarNode):
        try:
            loader.construct_object(node)
        except ValueError:
            yield node.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _wrong_values(value, loader)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _wrong_values(value, loader)


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _refuse_duplicates(node: Any, name: str) -> None:
    if isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_duplicates(value, name)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if key.value in seen:
            raise ConfigError(f"{name}:{key.start_mark.line + 1}: '{key.value}' is said twice", "Keep one of the two.")
        seen.add(key.value)
        _refuse_duplicates(value, name)
