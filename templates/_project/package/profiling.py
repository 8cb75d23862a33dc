"""What a source holds, found in one pass: rows, key, and for each column its type, gaps, distinct values and range.

`definition` calls it for each declared source, `data_engineering` for the types of columns that arrive as text and for
the data dictionary.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from kit.runtime.columns import filled_sql, value_sql
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_PERSONAL = {
    *(
        "address",
        "age",
        "birth",
        "birthday",
        "birthdate",
        "dob",
        "email",
        "ethnicity",
        "firstname",
        "gender",
        "iban",
        "ip",
    ),
    *("lastname", "mail", "mobile", "nationality", "passport", "phone", "postcode", "religion", "salary", "sex", "ssn"),
    *("street", "surname", "telephone", "zipcode"),
}
_PERSON = {"client", "customer", "employee", "guest", "member", "passenger", "patient", "person", "user", "visitor"}
_CAST = {"integer": "bigint", "number": "double", "timestamp": "timestamp"}
_LOOK = 1000
"""Rows that are looked at to guess what a text may be."""
_NUMBER = r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*"
_ISO_TIME = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?"
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


@dataclass(frozen=True)
class Profile:
    """A source as it was found.

    `columns` has a row per column: `column`, `type` (as declared, as stored, or what all its texts can be read as),
    `nulls` (rows), `unreadable` (rows whose text is not of the declared type), `distinct` (estimate within 5 %),
    `smallest`, `largest` (text), `personal` (why it may describe a person, or empty).
    """

    source: str
    rows: int
    keys: int
    """Distinct complete keys."""
    keyless: int
    """Rows with a gap in their key."""
    missing: tuple[str, ...]
    """Declared columns that the source does not have."""
    columns: pd.DataFrame

    @property
    def duplicates(self) -> int:
        """Rows beyond the first of their key."""
        return self.rows - self.keyless - self.keys

    def types(self) -> dict[str, str]:
        """Return the type of each column by its name."""
        return dict(zip(self.columns["column"], self.columns["type"], strict=True))


def profile(df: DataFrame, name: str, source: Mapping[str, Any]) -> Profile:
    """Return the profile of a source whose declaration has perhaps `key`, `columns` and `personal_data`.

    Where no type is declared, a look at the first rows says what a text might be, then one Spark job over all rows says
    whether it always is.
    """
    contract = {column: one for column, one in source.get("columns", {}).items() if column in df.columns}
    declared = [*source.get("key", []), *source.get("personal_data", [])]
    key = [column for column in source.get("key", []) if column in df.columns]
    first = _first_rows(df, contract)
    kinds = {
        column: str(contract[column]["type"]) if column in contract else _likely_kind(kind, column, first)
        for column, kind in df.dtypes
    }
    # Parsed in a projection of its own: inside the aggregates each text would be parsed once per aggregate.
    cells_of = [(_text_of(column, contract), _parsed(column, kind, contract)) for column, kind in kinds.items()]
    parsed = df.select(*[cell for both in cells_of for cell in both])
    cells = [cell.alias(f"{what} {column}") for column in kinds for what, cell in _cells(column, kinds[column]).items()]
    row = parsed.agg(F.count(F.lit(1)).alias("rows"), *cells).crossJoin(_key_counts(df, key)).first()
    assert row is not None
    found = [_column(column, kind, row, source.get("personal_data", []), contract) for column, kind in kinds.items()]
    missing = tuple(column for column in dict.fromkeys(declared) if column not in kinds)
    return Profile(name, row["rows"], row["keys"], row["keyless"], missing, pd.DataFrame(found))


def open_types(df: DataFrame, name: str, declared: Mapping[str, Any]) -> dict[str, str]:
    """Return, by name, the types of columns that are not `declared`; where all are, nothing is looked at."""
    rest = [F.col(f"`{column}`") for column in df.columns if column not in declared]
    return profile(df.select(*rest), name, {}).types() if rest else {}


def contract_breaches(found: Profile) -> list[str]:
    """Return what a source breaks of its declared contract, a sentence each; empty when it keeps it."""
    breaches = [f"{found.source} has no column '{column}', which kit.yml declares" for column in found.missing]
    if not found.rows:
        breaches.append(f"{found.source} is empty")
    if found.keyless:
        breaches.append(f"{found.source}: {found.keyless:,} of {found.rows:,} rows have a gap in their key")
    if found.duplicates:
        breaches.append(f"{found.source}: {found.duplicates:,} of {found.rows:,} rows repeat a key")
    for one in found.columns[found.columns["unreadable"] > 0].itertuples():
        breaches.append(f"{found.source}: {one.unreadable:,} values of {one.column} cannot be read as {one.type}")
    return breaches


def profile_table(profiles: Sequence[Profile]) -> pd.DataFrame:
    """Return one row per source and column, as `definition.profile` stores them."""
    return pd.concat([one.columns.assign(source=one.source, rows=one.rows) for one in profiles], ignore_index=True)[
        ["source", "column", "type", "rows", "nulls", "unreadable", "distinct", "smallest", "largest", "personal"]
    ]


def source_table(profiles: Sequence[Profile]) -> pd.DataFrame:
    """Return one row per source for a reader: its size, its contract, columns that may describe a person."""
    rows = [
        {
            "source": one.source,
            "rows": f"{one.rows:,}",
            "columns": len(one.columns),
            "contract": "; ".join(contract_breaches(one)) or "kept: key unique and complete",
            "personal data": ", ".join(one.columns.loc[one.columns["personal"] != "", "column"]) or "none found",
        }
        for one in profiles
    ]
    return pd.DataFrame(rows).set_index("source")


def personal_reason(column: str, declared: Sequence[str]) -> str:
    """Return why a column may describe a person: `declared`, or the word of its name that says so; empty otherwise."""
    if column in declared:
        return "declared"
    words = [word.lower() for word in _WORD.findall(column)]
    telling = [word for word in words if word in _PERSONAL] + (["".join(words)] if "".join(words) in _PERSONAL else [])
    if len(words) > 1 and words[0] in _PERSON:
        telling.append(" ".join(words))
    return f"its name says '{telling[0]}'" if telling else ""


def typed(df: DataFrame, types: Mapping[str, str], columns: Mapping[str, Mapping[str, Any]] | None = None) -> DataFrame:
    """Return `df` with its declared `columns` read as kit.yml says, its other texts as the `types` of a profile.

    A text that cannot be read becomes null. A column keeps its metadata.
    """
    stored, declared = dict(df.dtypes), columns or {}
    reads = {name: value_sql(name, one) for name, one in declared.items() if name in stored}
    guessed = {name: _CAST[kind] for name, kind in types.items() if name not in reads and kind in _CAST}
    reads |= {name: f"try_cast(`{name}` as {kind})" for name, kind in guessed.items() if stored[name] == "string"}
    kept = {field.name: field.metadata for field in df.schema.fields}
    cells = [F.expr(reads[name]).alias(name, metadata=kept[name]) if name in reads else name for name in stored]
    return df.select(*cells) if reads else df


def _first_rows(df: DataFrame, contract: Mapping[str, Any]) -> pd.DataFrame:
    texts = [F.col(f"`{name}`") for name, kind in df.dtypes if kind == "string" and name not in contract]
    return df.select(*texts).limit(_LOOK).toPandas() if texts else pd.DataFrame()


def _likely_kind(stored: str, column: str, first: pd.DataFrame) -> str:
    """Return the stored type, or what the first rows of a text look like: number (also if empty), timestamp, text."""
    if stored != "string":
        return stored
    values = first[column].dropna().astype(str)
    # Not by pd.to_numeric, which ends the process on a text such as 1e999999999 (pandas 2.3).
    if values.str.fullmatch(_NUMBER).all():
        return "number"
    return "timestamp" if values.str.fullmatch(_ISO_TIME).all() else "text"


def _text_of(column: str, contract: Mapping[str, Mapping[str, Any]]) -> Column:
    text = F.expr(filled_sql(column, contract[column])) if column in contract else F.col(f"`{column}`")
    return text.alias(f"text {column}")


def _parsed(column: str, kind: str, contract: Mapping[str, Mapping[str, Any]]) -> Column:
    if column in contract:
        value = F.expr(value_sql(column, contract[column]))
    else:
        value = F.expr(f"try_cast(`{column}` as {_CAST[kind]})") if kind in _CAST else F.col(f"`{column}`")
    return value.alias(f"value {column}")


def _cells(column: str, kind: str) -> dict[str, Column]:
    """Return what is counted of a column, over the projection of `_text_of` and `_parsed`."""
    text, value = F.col(f"`text {column}`"), F.col(f"`value {column}`")
    cells = {"filled": F.count(text), "fit": F.count(value)}
    if kind.startswith(("array", "map", "struct", "binary", "variant")):
        return cells
    cells |= {"distinct": F.approx_count_distinct(value), "smallest": F.min(value), "largest": F.max(value)}
    return cells | ({"fractions": F.count_if(value != F.floor(value))} if kind == "number" else {})


def _key_counts(df: DataFrame, key: Sequence[str]) -> DataFrame:
    """Return one row: `keys`, the distinct complete keys, and `keyless`, the rows with a gap in their key.

    Without a declared key each row counts as one of its own.
    """
    if not key:
        return df.agg(F.lit(0).alias("keyless"), F.count(F.lit(1)).alias("keys"))
    names = [F.col(f"`{column}`") for column in key]
    complete = functools.reduce(operator.and_, [name.isNotNull() for name in names], F.expr("true"))
    per_key = (
        df.select(*names, complete.alias("complete")).groupBy(*names, "complete").agg(F.count(F.lit(1)).alias("rows"))
    )
    keyless = F.coalesce(F.sum(F.when(~F.col("complete"), F.col("rows"))), F.lit(0))
    return per_key.agg(keyless.alias("keyless"), F.count_if("complete").alias("keys"))


def _column(
    name: str, kind: str, row: Any, personal: Sequence[str], contract: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    cells = {what: row[f"{what} {name}"] for what in _cells(name, kind)}
    is_declared = name in contract and cells["filled"] > 0
    return {
        "column": name,
        "type": kind if is_declared else _kind(kind, cells),
        "nulls": row["rows"] - cells["filled"],
        "unreadable": cells["filled"] - cells["fit"] if is_declared else 0,
        "distinct": min(cells.get("distinct", 0), cells["filled"]),
        "smallest": _shown(cells.get("smallest")),
        "largest": _shown(cells.get("largest")),
        "personal": personal_reason(name, personal),
    }


def _kind(kind: str, cells: Mapping[str, Any]) -> str:
    """Return what the counts prove of the likely kind: a column with one value that does not fit is text."""
    if not cells["filled"]:
        return "empty"
    if cells["fit"] < cells["filled"]:
        return "text"
    return "integer" if kind == "number" and not cells["fractions"] else kind


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
