"""Declared columns of a source: from the names and texts of a file to the names and types that the project works with.

A column's declaration is what `sources.NAME.columns` of kit.yml says: `type`, perhaps `original`, `format`, `parts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

Declared = Mapping[str, Mapping[str, Any]]

ORIGINAL = "original"
"""Metadata of a column: the name that it has in the source."""
ROW_HASH = "row_hash"
"""Format of a key that the source lacks: a hash of the row, with a number that tells equal rows apart."""
CASTS = {"integer": "bigint", "number": "double", "boolean": "boolean", "date": "date", "timestamp": "timestamp"}
"""Spark's type for each declared one; text stays as it is."""
_EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000}


def in_source(declared: Declared) -> dict[str, Mapping[str, Any]]:
    """Return the declared columns that the source has, in its order; the others are made from them."""
    return {name: one for name, one in declared.items() if not one.get("parts") and one.get("format") != ROW_HASH}


def text_schema(declared: Declared, *, is_by_position: bool) -> StructType:
    """Return the schema that reads every column of the source as text.

    A CSV is read `by_position`, so under the project's names; other formats under the names of the source.
    """
    from pyspark.sql.types import StringType, StructField, StructType

    columns = in_source(declared).items()
    names = [(name if is_by_position else original_name(name, one)) for name, one in columns]
    return StructType([StructField(name, StringType()) for name in names])


def named(df: DataFrame, declared: Declared) -> DataFrame:
    """Return the declared columns of a source under the project's names, each with its original name as metadata.

    Columns may have either name. A declared row hash is added; nothing is converted.
    """
    from pyspark.sql import functions as F

    kept = []
    for name, one in in_source(declared).items():
        original = original_name(name, one)
        given = name if name in df.columns else original
        kept.append(F.col(quoted(given)).alias(name, metadata={ORIGINAL: original}))
    hashed = [name for name, one in declared.items() if one.get("format") == ROW_HASH]
    return with_row_hash(df.select(*kept), hashed[0]) if hashed else df.select(*kept)


def with_row_hash(df: DataFrame, name: str) -> DataFrame:
    """Add a key made of the row itself: a hash of all its values, and 1, 2 ... among rows that are equal."""
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    values = F.to_json(F.struct(*[F.col(quoted(one)) for one in df.columns]))
    hashed = df.withColumn(name, F.substring(F.sha2(values, 256), 1, 16))
    number = F.row_number().over(Window.partitionBy(name).orderBy(F.lit(1)))
    return hashed.withColumn(name, F.concat_ws("-", F.col(name), number))


def original_name(name: str, one: Mapping[str, Any]) -> str:
    """Return the name that a declared column has in the source."""
    return str(one.get("original") or name)


def value_sql(name: str, one: Mapping[str, Any]) -> str:
    """Return the SQL expression for the value of a declared column; null where its text cannot be read as its type."""
    kind, given = str(one["type"]), one.get("format")
    column = quoted(name)
    if one.get("parts"):
        return _moment_sql(one["parts"])
    if kind == "text" or given == ROW_HASH:
        return f"cast({column} as string)"
    if given == "decimal_comma":
        return f"try_cast(replace(replace(cast({column} as string), '.', ''), ',', '.') as {CASTS[kind]})"
    if given in _EPOCHS:
        moment = f"timestamp_millis(try_cast(try_cast({column} as double) * {1_000 // _EPOCHS[given]} as bigint))"
        return f"cast({moment} as {CASTS[kind]})"
    if given:
        return f"cast(try_to_timestamp(cast({column} as string), '{given}') as {CASTS[kind]})"
    return f"try_cast({column} as {CASTS[kind]})"


def readable_sql(name: str, one: Mapping[str, Any]) -> str:
    """Return the SQL condition that a value is either empty or can be read as its declared type."""
    sources = one.get("parts") or [name]
    empty = " or ".join(f"{quoted(part)} is null" for part in sources)
    return f"({empty}) or ({value_sql(name, one)}) is not null"


def quoted(name: str) -> str:
    """Return a column's name for SQL, whatever it contains."""
    return f"`{name.replace('`', '``')}`"


def _moment_sql(parts: Sequence[str]) -> str:
    """Return the moment put together from columns with year, month, day and perhaps hour, minute, second."""
    given = [f"try_cast({quoted(part)} as int)" for part in parts]
    values = [*given, *["1", "1", "0", "0", "0"][len(given) - 1 :]]
    return f"try_make_timestamp({', '.join(values)})"
