"""Change one value of a YAML text and leave every other character, comments included, as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence

import yaml

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."


def with_scalar(text: str, path: Sequence[str], value: str | int) -> str:
    """Return the text with the scalar at a path of keys set; a missing key is added, in its mapping or at the end.

    Raises TypeError where something else than a mapping stands on the way, or a mapping where the scalar should be: of
    a valid kit.yml neither is true.
    """
    said = _scalar(value)
    parent = yaml.compose(text, Loader=yaml.SafeLoader)
    for depth, step in enumerate(path):
        if not isinstance(parent, yaml.MappingNode):
            raise TypeError(f"{'.'.join(path[:depth]) or 'the document'} is no mapping")
        child = next((node for key, node in parent.value if key.value == step), None)
        if child is None:
            return _added(text, parent, path[depth:], said, is_top=depth == 0)
        parent = child
    if not isinstance(parent, yaml.ScalarNode):
        raise TypeError(f"{'.'.join(path)} is no single value")
    return text[: parent.start_mark.index] + said + text[parent.end_mark.index :]


def _added(text: str, parent: yaml.MappingNode, path: Sequence[str], said: str, *, is_top: bool) -> str:
    for step in reversed(path[1:]):
        said = f"{{{step}: {said}}}"
    line = f"{path[0]}: {said}"
    if parent.flow_style or not parent.value:
        inside = f", {line}" if parent.value else line
        at = parent.end_mark.index - 1
        return text[:at] + inside + text[at:]
    if is_top:
        return f"{text.rstrip()}\n{line}\n"
    first = parent.value[0][0].start_mark
    return f"{text[: first.index]}{line}\n{' ' * first.column}{text[first.index :]}"


def _scalar(value: str | int) -> str:
    """Return a value as YAML spells it; a text that would be read as something else stands in quotes."""
    text = str(value)
    is_plain = isinstance(value, int) or (all(letter in _PLAIN for letter in text) and yaml.safe_load(text) == value)
    return text if is_plain else json.dumps(text, ensure_ascii=False)
