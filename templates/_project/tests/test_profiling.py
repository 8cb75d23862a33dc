"""A profile says what a source holds: types of text, gaps, keys, columns that may describe a person."""

from __future__ import annotations

from typing import Any

import pytest
from PACKAGE import profiling

ROWS = [
    ("1", "7", "2013-01-01", "a", None),
    ("2", "7.5", "2013-01-02", "b", None),
    ("2", None, "2013-01-03", "10", None),
    (None, "8", "2013-01-04", "c", None),
]
COLUMNS = "id string, amount string, day string, code string, nothing string"


@pytest.fixture(scope="module")
def found(spark: Any) -> profiling.Profile:
    df = spark.createDataFrame(ROWS, COLUMNS)
    return profiling.profile(df, "orders", {"key": ["id"], "personal_data": ["code", "phone_number"]})


def test_a_text_column_gets_the_type_that_all_its_values_fit(found: profiling.Profile) -> None:
    expected = {"id": "integer", "amount": "number", "day": "timestamp", "code": "text", "nothing": "empty"}
    assert found.types() == expected


def test_gaps_and_ranges_are_those_of_the_values_not_of_the_texts(found: profiling.Profile) -> None:
    amount = found.columns.set_index("column").loc["amount"]
    assert (amount["nulls"], amount["smallest"], amount["largest"]) == (1, "7", "8")


def test_a_broken_contract_is_said_in_numbers(found: profiling.Profile) -> None:
    assert profiling.contract_breaches(found) == [
        "orders has no column 'phone_number', which kit.yml declares",
        "orders: 1 of 4 rows have a gap in their key",
        "orders: 1 of 4 rows repeat a key",
    ]


def test_a_source_that_keeps_its_contract_has_no_breach(spark: Any) -> None:
    df = spark.createDataFrame([(1, "x"), (2, "x")], "id int, name string")
    assert profiling.contract_breaches(profiling.profile(df, "things", {"key": ["id"]})) == []


def test_an_empty_source_is_a_breach(spark: Any) -> None:
    df = spark.createDataFrame([], "id string")
    assert profiling.contract_breaches(profiling.profile(df, "things", {"key": ["id"]})) == ["things is empty"]


@pytest.mark.parametrize(
    ("column", "is_personal"),
    [
        ("email", True), ("BirthDate", True), ("customer_id", True), ("phone_number", True), ("FIRSTNAME", True),
        ("tailnum", False), ("stage", False), ("message", False), ("customer", False), ("air_time", False),
    ],
)  # fmt: skip
def test_a_name_that_speaks_of_a_person_is_flagged(column: str, is_personal: bool) -> None:
    assert bool(profiling.personal_reason(column, [])) is is_personal


def test_a_text_that_does_not_fit_its_type_becomes_null(spark: Any) -> None:
    df = spark.createDataFrame([("1", "x"), ("no", "y")], "n string, t string")
    typed = profiling.typed(df, {"n": "integer", "t": "text"})
    assert [tuple(row) for row in typed.collect()] == [(1, "x"), (None, "y")]


def test_a_hash_that_looks_like_a_huge_number_is_a_text(spark: Any) -> None:
    df = spark.createDataFrame([("12345678e9012345678901-1",), ("1e99999999999999999999",)], "h string")
    assert profiling.profile(df, "hashes", {}).types() == {"h": "text"}


def test_what_cannot_be_read_as_declared_breaks_the_contract(spark: Any) -> None:
    columns = {"at": {"type": "date", "format": "d/M/yyyy"}, "code": {"type": "text"}, "n": {"type": "number"}}
    df = spark.createDataFrame([("31/1/2013", "007", "?"), ("soon", "008", "5")], "at string, code string, n string")
    found = profiling.profile(df, "orders", {"columns": columns})
    assert found.types() == {"at": "date", "code": "text", "n": "number"}
    assert profiling.contract_breaches(found) == ["orders: 1 values of at cannot be read as date"]
    assert tuple(profiling.typed(df, found.types(), columns).first())[1:] == ("007", None)


def test_types_are_looked_for_only_where_none_are_declared(spark: Any) -> None:
    df = spark.createDataFrame([("1", "2020-01-01", "a"), ("2", None, "b")], "`odd.n` string, at string, s string")
    declared = {"s": {"type": "text"}, "at": {"type": "date"}}
    assert profiling.open_types(df, "x", declared) == {"odd.n": "integer"}
    assert profiling.open_types(df, "x", declared | {"odd.n": {"type": "number"}}) == {}
