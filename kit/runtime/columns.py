"""Declared columns of a source: from the names and texts of a file to the names and types that the project works with.

A column's declaration is what `sources.NAME.columns` of kit.yml says: `type`, perhaps `original`, `format`, `parts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kit.runtime.errors import KitError

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
NOTHING = (
    "",
    "?",
    "-",
    "--",
    ".",
    "#n/a",
    "<na>",
    "\\\\n",
    "missing",
    "n/a",
    "na",
    "nan",
    "nat",
    "none",
    "null",
    "unknown",
)
"""Words that stand for an empty cell in a column that is not of text, in small letters."""
_EPOCHS = {"epoch_s": 1, "epoch_ms": 1_000}


def in_source(declared: Declared) -> dict[str, Mapping[str, Any]]:
    """Return the declared columns that the source has, in its order; the others are made from them."""
    return {name: one for name, one in declared.items() if not one.get("parts") and one.get("format") != ROW_HASH}


def text_schema(declared: Declared) -> StructType:
    """Return the schema that reads every column of the source as text, under the names that the source has."""
    from pyspark.sql.types import StringType, StructField, StructType

    columns = in_source(declared).items()
    return StructType([StructField(original_name(name, one), StringType()) for name, one in columns])


def named(df: DataFrame, declared: Declared, source: str) -> DataFrame:
    """Return the declared columns of a source under the project's names, each with its original name as metadata.

    Nothing is converted. What the source does not have is made: a moment of its parts, a row hash. Raises KitError
    where a declared column is not there.
    """
    from pyspark.sql import functions as F

    there, wanted = set(df.columns), in_source(declared)
    missing = sorted(original_name(name, one) for name, one in wanted.items() if original_name(name, one) not in there)
    if missing:
        raise KitError(
            f"source '{source}' has no column {', '.join(repr(one) for one in missing)}, which kit.yml declares",
            f"It has {', '.join(sorted(there)[:20])}. Correct sources.{source}.columns, or the source with its owner.",
        )
    kept = [F.col(quoted(original_name(name, one))).alias(name, metadata={ORIGINAL: original_name(name, one)})
            for name, one in wanted.items()]  # fmt: skip
    moments = {name: F.expr(_moment_sql(one["parts"])) for name, one in declared.items() if one.get("parts")}
    hashed = [name for name, one in declared.items() if one.get("format") == ROW_HASH]
    plain = df.select(*kept)
    keyed = with_row_hash(plain, hashed[0]) if hashed else plain
    return (keyed.withColumns(moments) if moments else keyed).select(*declared)


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
    kind, given, column = str(one["type"]), one.get("format"), quoted(name)
    if kind == "text":
        return f"cast({column} as string)"
    text = _trimmed(f"cast({column} as string)")
    if given == "decimal_comma":
        text, given = f"replace(replace({text}, '.', ''), ',', '.')", None
    if given in _EPOCHS:
        moment = f"timestamp_millis(try_cast(try_cast({column} as double) * {1_000 // _EPOCHS[given]} as bigint))"
        return f"cast({moment} as {CASTS[kind]})"
    if given and not one.get("parts"):
        pattern = given.replace("'", "\\'")
        return f"cast(try_to_timestamp({text}, '{pattern}') as {CASTS[kind]})"
    if kind == "number":
        return f"nullif(try_cast({text} as double), double('NaN'))"
    return f"try_cast({column} as {CASTS[kind]})"


def filled_sql(name: str, one: Mapping[str, Any]) -> str:
    """Return the SQL expression for the text of a declared column, null where it stands for nothing."""
    text = f"cast({quoted(name)} as string)"
    if one["type"] == "text":
        return text
    words = ", ".join(f"'{word}'" for word in NOTHING)
    return f"if(lower({_trimmed(text)}) in ({words}), null, {text})"


def _trimmed(text: str) -> str:
    return f"btrim({text}, ' \\t\\r\\n')"


def quoted(name: str) -> str:
    """Return a column's name for SQL, whatever it contains."""
    return f"`{name.replace('`', '``')}`"


def _moment_sql(parts: Sequence[str]) -> str:
    """Return the moment put together from columns with year, month, day and perhaps hour, minute, second."""
    given = [f"try_cast({quoted(part)} as int)" for part in parts]
    values = [*given, *["1", "1", "0", "0", "0"][len(given) - 1 :]]
    return f"try_make_timestamp({', '.join(values)})"
