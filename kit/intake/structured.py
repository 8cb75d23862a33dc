"""Reads JSON (a record per line, or one array) and Parquet (a file, or a folder of them)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.errors import ConfigError
from kit.intake.nulls import emptied, null_words
from kit.intake.raw import SAMPLE_ROWS, ColumnBuilder, Kind, RawColumn, RawTable, evenly
from kit.intake.textfile import read_text


def read_json(path: Path) -> RawTable:
    """Return a sample of JSON records; raises ConfigError where the file holds something else."""
    file = read_text(path)
    is_array = file.text.lstrip().startswith("[")
    records = _array(path, file.text) if is_array else _lines(path, file.text)
    numbers = evenly(len(records), SAMPLE_ROWS)
    chosen = [records[number] for number in numbers]
    names = list(dict.fromkeys(name for record in chosen for name in record))
    nested = [name for name in names if any(isinstance(record.get(name), (dict, list)) for record in chosen)]
    builders = [ColumnBuilder(name, name) for name in names if name not in nested]
    for builder in builders:
        builder.extend(_cell(record.get(builder.original)) for record in chosen)
    options = {"multiLine": "true"} if is_array else {}
    if file.spark_encoding:
        options["encoding"] = file.spark_encoding
    said = "an array of records" if is_array else "a record per line"
    is_sample = file.is_sample or len(chosen) < len(records)
    columns = [_emptied(builder.built()) for builder in builders]
    return RawTable("json", options, columns, len(chosen), is_sample, said, nested=tuple(nested))


def read_parquet(path: Path) -> RawTable:
    """Return a sample of Parquet, from evenly spread row groups; raises ConfigError where the path has none."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    try:
        data = ds.dataset(path, format="parquet", partitioning="hive")
        table, is_sample = _spread(data)
    except (pa.ArrowException, OSError) as error:
        cure = "Write it again, or name its columns in kit.yml."
        raise ConfigError(f"{path}: cannot be read as Parquet: {str(error).splitlines()[0]}", cure) from error
    if table.num_rows > SAMPLE_ROWS:
        table, is_sample = table.take(pa.array(evenly(table.num_rows, SAMPLE_ROWS))), True
    columns, nested = arrow_columns(table)
    return RawTable("parquet", {}, columns, table.num_rows, is_sample, "columns with types", nested=nested)


def arrow_columns(table: Any) -> tuple[list[RawColumn], tuple[str, ...]]:
    """Return the columns of an Arrow table as texts with their types, and the names of those of lists and records."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns, nested = [], []
    for name, field, cells in zip(table.column_names, table.schema, table.columns, strict=True):
        kind = _arrow_kind(field.type)
        if kind is None and not _is_text(field.type) and not pa.types.is_null(field.type):
            nested.append(name)
            continue
        builder = ColumnBuilder(name, name, kind)
        if pa.types.is_timestamp(field.type):
            builder.extend(map(_cell, pc.cast(cells, pa.timestamp("us", field.type.tz), safe=False).to_pylist()))
        else:
            builder.extend(map(_cell, cells.to_pylist()))
        columns.append(_emptied(builder.built()))
    return columns, tuple(nested)


def _spread(data: Any) -> tuple[Any, bool]:
    """Return rows of evenly spread row groups as one table, and whether it is not all."""
    groups = [group for fragment in data.get_fragments() for group in fragment.split_by_row_group()]
    total = sum(group.row_groups[0].num_rows for group in groups)
    if total <= SAMPLE_ROWS:
        return data.to_table(), False
    wanted = max(1, len(groups) * SAMPLE_ROWS // total)
    import pyarrow as pa

    parts = [groups[number].to_table(schema=data.schema) for number in evenly(len(groups), wanted)]
    return pa.concat_tables(parts), True


def _arrow_kind(kind: Any) -> Kind | None:
    import pyarrow.types as pt

    if pt.is_boolean(kind):
        return "boolean"
    if pt.is_integer(kind):
        return "integer"
    if pt.is_floating(kind) or pt.is_decimal(kind):
        return "number"
    if pt.is_date(kind):
        return "date"
    return "timestamp" if pt.is_timestamp(kind) else None


def _is_text(kind: Any) -> bool:
    import pyarrow.types as pt

    if pt.is_dictionary(kind):
        return bool(_is_text(kind.value_type))
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind))


def _cell(value: Any) -> str | None:
    """Return a value as Spark's cast to text writes it; None for nothing and for a number that is none."""
    if value is None or value == "" or value != value:  # noqa: PLR0124
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ") if hasattr(value, "hour") else value.isoformat())
    return str(value)


def _emptied(column: RawColumn) -> RawColumn:
    return column if column.kind else emptied(column, None, list(null_words([column])))


def _array(path: Path, text: str) -> list[dict[str, Any]]:
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"{path}:{error.lineno}: is not valid JSON: {error.msg}"
        cure = "Correct it; a big array is better written as a record per line."
        raise ConfigError(message, cure) from error
    if not all(isinstance(record, dict) for record in records):
        raise ConfigError(f"{path}: is an array, but not of records", 'Write [{"column": value, ...}, ...].')
    return list(records)


def _lines(path: Path, text: str) -> list[dict[str, Any]]:
    return list(_records(path, text))


def _records(path: Path, text: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            cure = "Write a record per line, or one array of records."
            raise ConfigError(f"{path}:{number}: is not valid JSON: {error.msg}", cure) from error
        if not isinstance(record, dict):
            raise ConfigError(f"{path}:{number}: is not a record", 'Write {"column": value, ...} on each line.')
        yield record
