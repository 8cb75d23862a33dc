"""Parameters keep their type through the text that a command line and Databricks hand over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.runtime.errors import KitError
from kit.runtime.parameters import TYPES, parse_value, to_text

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "boolean": st.booleans(),
    "choice": st.sampled_from(["a", "b c"]),
    "date": st.dates(),
    "integer": st.integers(),
    "list": st.lists(st.text()),
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "string": st.text(),
}


def test_every_type_has_values_in_this_test() -> None:
    assert set(VALUES) == set(TYPES)


@given(st.data())
def test_a_value_of_any_type_survives_the_trip_as_text(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(VALUES)))
    value = data.draw(VALUES[kind])
    assert parse_value("p", {"type": kind, "choices": ["a", "b c"]}, to_text(value)) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("boolean", "maybe"), ("boolean", ""), ("date", "2013-02-30"), ("date", "1/2/2013"), ("integer", "7.5"),
        ("integer", True), ("integer", 7.5), ("number", "nan"), ("number", "1e999"), ("number", False),
        ("choice", "c"), ("list", 3), ("string", {"a": 1}),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_names_parameter_and_value(kind: str, value: Any) -> None:
    with pytest.raises(KitError, match="parameter 'p'") as error:
        parse_value("p", {"type": kind, "choices": ["a"]}, value)
    assert repr(value) in error.value.message


def test_false_as_text_is_false() -> None:
    assert parse_value("p", {"type": "boolean"}, "false") is False


def test_a_date_that_yaml_read_as_a_moment_is_its_day() -> None:
    assert parse_value("p", {"type": "date"}, dt.datetime(2013, 1, 2, 3)) == dt.date(2013, 1, 2)
