"""The plan of a run is right or refused before anything has been started."""

from __future__ import annotations

import datetime as dt

import pytest

from kit.cli_base import assignments
from kit.config import load_catalog
from kit.errors import ConfigError
from kit.plan import parameter_values, select_stages
from kit.spec import Parameter, Spec

PARAMETERS = {
    "run_date": Parameter(type="date", default=dt.date(2013, 12, 31)),
    "rows": Parameter(type="integer", default=10),
    "retrain": Parameter(type="choice", choices=["auto", "never"], default="auto", stages=["modeling"]),
}


def spec() -> Spec:
    """A spec with the parameters above; the rest is the least that is valid."""
    return Spec.model_validate(
        {
            "kit": "1", "template": "t", "template_version": "1", "name": "x", "title": "X", "package": "x",
            "problem": {"type": "classification", "target": "y", "key": ["id"], "event_time": "t"},
            "parameters": PARAMETERS,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "only", "expected"),
    [
        (None, None, None, ["definition", "data_engineering", "modeling", "deployment", "monitoring"]),
        ("modeling", None, None, ["modeling", "deployment", "monitoring"]),
        (None, "data_engineering", None, ["definition", "data_engineering"]),
        (None, None, "monitoring", ["monitoring"]),
        ("modeling", "modeling", None, ["modeling"]),
    ],
)
def test_a_range_selects_its_stages_in_order(first: str, last: str, only: str, expected: list[str]) -> None:
    assert list(select_stages(load_catalog(), first, last, only)) == expected


@pytest.mark.parametrize(
    ("first", "last", "only", "said"),
    [
        ("modelling", None, None, "did you mean 'modeling'"),
        ("monitoring", "definition", None, "comes after"),
        ("modeling", None, "modeling", "--only cannot go with"),
    ],
)
def test_a_range_that_cannot_be_is_refused(first: str, last: str, only: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        select_stages(load_catalog(), first, last, only)


def test_given_values_are_parsed_by_their_declared_type() -> None:
    values = parameter_values(spec(), {"run_date": "2013-02-01", "rows": "7"})
    assert values == {"run_date": dt.date(2013, 2, 1), "rows": 7, "retrain": "auto"}


def test_every_wrong_parameter_is_named_at_once_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError) as error:
        parameter_values(spec(), {"run_dat": "2013-02-01", "rows": "seven", "retrain": "often"})
    said = error.value.message
    assert "there is no parameter 'run_dat'; did you mean 'run_date'?" in said
    assert "parameter 'rows': 'seven' is not a whole number" in said
    assert "parameter 'retrain': 'often' is not one of auto, never" in said


def test_an_assignment_needs_a_name_and_is_said_once() -> None:
    assert assignments(["a=1", "b=x=y"]) == {"a": "1", "b": "x=y"}
    for pairs in (["a"], ["=1"], ["a=1", "a=2"]):
        with pytest.raises(ConfigError):
            assignments(pairs)
