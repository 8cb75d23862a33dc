"""Declared columns: what a contract in kit.yml makes of the texts of a file, on real Spark."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from kit.runtime.columns import ORIGINAL, filled_sql, named, value_sql
from kit.runtime.errors import KitError
from kit.runtime.sources import read_source

AT = dt.datetime


@pytest.mark.parametrize(
    ("text", "column", "value"),
    [
        (" 12 ", {"type": "integer"}, 12),
        ("12.5", {"type": "number"}, 12.5),
        ("NaN", {"type": "number"}, None),
        ("1.234,5", {"type": "number", "format": "decimal_comma"}, 1234.5),
        ("00123", {"type": "text"}, "00123"),
        ("true", {"type": "boolean"}, True),
        ("x", {"type": "integer"}, None),
        ("2020-01-31", {"type": "date"}, dt.date(2020, 1, 31)),
        ("2020-01-31 10:00:00", {"type": "timestamp"}, AT(2020, 1, 31, 10)),
        ("1/12/2010 8:26", {"type": "timestamp", "format": "d/M/yyyy H:mm"}, AT(2010, 12, 1, 8, 26)),
        ("1939 Jan", {"type": "date", "format": "yyyy MMM"}, dt.date(1939, 1, 1)),
        ("19970101", {"type": "date", "format": "yyyyMMdd"}, dt.date(1997, 1, 1)),
        ("2020-01-31T10:00", {"type": "timestamp", "format": "yyyy-MM-dd'T'HH:mm"}, AT(2020, 1, 31, 10)),
        ("31/31/2010", {"type": "date", "format": "d/M/yyyy"}, None),
        ("1580464800", {"type": "timestamp", "format": "epoch_s"}, AT(2020, 1, 31, 10)),
        ("1580464800000", {"type": "timestamp", "format": "epoch_ms"}, AT(2020, 1, 31, 10)),
    ],
    ids=lambda one: str(one) if isinstance(one, str) else None,
)
def test_a_text_is_read_as_its_column_declares(spark: Any, text: str, column: dict[str, Any], value: Any) -> None:
    df = spark.createDataFrame([(text,)], "`odd ``name` string")
    assert df.selectExpr(value_sql("odd `name", column)).first()[0] == value


def test_words_for_nothing_count_as_empty_in_all_but_texts(spark: Any) -> None:
    df = spark.createDataFrame([("?",), ("n/a",), ("5",), ("",), (None,)], "x string")
    assert df.selectExpr(f"count({filled_sql('x', {'type': 'integer'})})").first()[0] == 1
    assert df.selectExpr(f"count({filled_sql('x', {'type': 'text'})})").first()[0] == 4


def test_a_file_with_odd_names_is_read_under_safe_ones(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("Customer ID;Größe (cm);select;a.b;year;month;day\n1;1,5;x;y;2020;2;29\n")
    source = {
        "path": "odd.csv", "format": "csv", "options": {"header": "true", "sep": ";"},
        "columns": {
            "customer_id": {"original": "Customer ID", "type": "text"},
            "groesse_cm": {"original": "Größe (cm)", "type": "number", "format": "decimal_comma"},
            "select": {"type": "text"}, "a_b": {"original": "a.b", "type": "text"},
            "year": {"type": "integer"}, "month": {"type": "integer"},
            "day_column": {"original": "day", "type": "integer"},
            "row_id": {"type": "text", "format": "row_hash"},
            "moment": {"type": "timestamp", "parts": ["year", "month", "day_column"]},
        },
    }  # fmt: skip
    rows = read_source(spark, tmp_path, "odd", source)
    assert rows.columns == list(source["columns"])
    assert {field.name: field.metadata.get(ORIGINAL) for field in rows.schema.fields}["groesse_cm"] == "Größe (cm)"
    row = rows.first()
    assert (row.customer_id, row.groesse_cm, row.a_b, row.moment) == ("1", "1,5", "y", AT(2020, 2, 29))
    assert row.row_id.endswith("-1")


def test_equal_rows_get_keys_of_their_own_that_stay_the_same(spark: Any) -> None:
    df = spark.createDataFrame([(1, "a"), (1, "a"), (2, None)], "x int, y string")
    declared = {"x": {"type": "integer"}, "y": {"type": "text"}, "row_id": {"type": "text", "format": "row_hash"}}
    first, again = ([row.row_id for row in named(df, declared, "s").orderBy("row_id").collect()] for _ in range(2))
    assert first == again
    assert len(set(first)) == 3


def test_json_lines_and_arrays_are_read_as_texts_in_the_declared_order(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text('{"b": 1.5, "A b": "x"}\n{"A b": "y"}\n')
    columns = {"a_b": {"original": "A b", "type": "text"}, "b": {"type": "number"}}
    rows = read_source(spark, tmp_path, "rows", {"path": "rows.json", "format": "json", "columns": columns})
    assert [tuple(row) for row in rows.collect()] == [("x", "1.5"), ("y", None)]


def test_a_declared_column_that_the_source_lacks_is_named(spark: Any) -> None:
    df = spark.createDataFrame([(1,)], "x int")
    with pytest.raises(KitError, match="source 's' has no column 'Y'"):
        named(df, {"y": {"original": "Y", "type": "integer"}}, "s")
