"""A value inside a JSON text is replaced, and no other byte changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.json_span import line_of, value_span, with_value

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.floats(allow_nan=False)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner), max_leaves=8
)
PARENTS = st.dictionaries(st.text(max_size=4), VALUES, min_size=1, max_size=4)
INDENTS = st.sampled_from([None, 1, 2, 4])


@given(PARENTS, INDENTS, VALUES, st.data())
def test_only_the_value_at_the_path_changes(parent: dict[str, Any], indent: int | None, value: Any, data: Any) -> None:
    text = json.dumps({"list": [parent]}, indent=indent, ensure_ascii=False)
    key = data.draw(st.sampled_from(sorted(parent)))
    where = ("list", 0, key)
    start, end = value_span(text, where)
    changed = with_value(text, where, value)
    assert json.loads(changed) == {"list": [{**parent, key: value}]}
    assert changed.startswith(text[:start])
    assert changed.endswith(text[end:])


@given(PARENTS, INDENTS, st.data())
def test_writing_a_value_back_as_the_file_has_it_changes_nothing(
    parent: dict[str, Any], indent: int | None, data: Any
) -> None:
    text = json.dumps({"list": [parent]}, indent=indent, ensure_ascii=False, sort_keys=True)
    key = data.draw(st.sampled_from(sorted(parent)))
    if text.isascii() and json.dumps(parent, ensure_ascii=False).isascii():
        assert with_value(text, ("list", 0, key), parent[key]) == text


def test_a_sign_that_only_python_escapes_stays_as_it_stands() -> None:
    text = '{"a": {"b": "\x7f"}}'
    assert with_value(text, ("a",), {"b": "\x7f"}) == text


def test_a_line_is_that_of_the_value_or_of_its_nearest_ancestor() -> None:
    text = json.dumps({"cells": [{"id": "a"}, {"id": "b"}]}, indent=1)
    assert line_of(text, ("cells", 1, "id")) == 7
    assert line_of(text, ("cells", 1, "source")) == 6
    assert line_of(text, ("nothing",)) == 1


@pytest.mark.parametrize("where", [("b",), ("a", 2), ("a", "x"), (0,), ("a", 0, "deeper")])
def test_a_path_that_is_not_there_is_a_key_error(where: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError):
        value_span('{"a": [1, 2]}', where)
