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
_ISO_TIME = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?"
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


@dataclass(frozen=True)
class Profile:
    """A source as it was found.

    `columns` has a row per column: `column`, `type` (as stored, or what all its texts can be read as), `nulls` (rows),
    `distinct` (estimate within 5 %), `smallest`, `largest` (text), `personal` (why it may describe a person, or empty).
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
    """Return the profile of a source whose declaration has perhaps `key` and `personal_data`.

    A look at its first rows says what a text might be, then one Spark job over all rows says whether it always is.
    """
    declared = [*source.get("key", []), *source.get("personal_data", [])]
    key = [column for column in source.get("key", []) if column in df.columns]
    kinds = {column: _likely_kind(kind, column, first) for first in [_first_rows(df)] for column, kind in df.dtypes}
    # Parsed in a projection of its own: inside the aggregates each text would be parsed once per aggregate.
    parsed = df.select(*[cell for column, kind in kinds.items() for cell in (_text_of(column), _parsed(column, kind))])
    cells = [cell.alias(f"{what} {column}") for column in kinds for what, cell in _cells(column, kinds[column]).items()]
    row = parsed.agg(F.count(F.lit(1)).alias("rows"), *cells).crossJoin(_key_counts(df, key)).first()
    assert row is not None
    found = [_column(column, kind, row, source.get("personal_data", [])) for column, kind in kinds.items()]
    missing = tuple(column for column in dict.fromkeys(declared) if column not in kinds)
    return Profile(name, row["rows"], row["keys"], row["keyless"], missing, pd.DataFrame(found))


def contract_breaches(found: Profile) -> list[str]:
    """Return what a source breaks of its declared contract, a sentence each; empty when it keeps it."""
    breaches = [f"{found.source} has no column '{column}', which kit.yml declares" for column in found.missing]
    if not found.rows:
        breaches.append(f"{found.source} is empty")
    if found.keyless:
        breaches.append(f"{found.source}: {found.keyless:,} of {found.rows:,} rows have a gap in their key")
    if found.duplicates:
        breaches.append(f"{found.source}: {found.duplicates:,} of {found.rows:,} rows repeat a key")
    return breaches


def profile_table(profiles: Sequence[Profile]) -> pd.DataFrame:
    """Return one row per source and column, as `definition.profile` stores them."""
    return pd.concat([one.columns.assign(source=one.source, rows=one.rows) for one in profiles], ignore_index=True)[
        ["source", "column", "type", "rows", "nulls", "distinct", "smallest", "largest", "personal"]
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


def typed(df: DataFrame, types: Mapping[str, str]) -> DataFrame:
    """Return `df` with its text columns read as the `types` of a profile; a text that does not fit becomes null."""
    casts = {name: F.expr(f"try_cast(`{name}` as {_CAST[kind]})") for name, kind in types.items() if kind in _CAST}
    texts = {name: cast for name, cast in casts.items() if dict(df.dtypes)[name] == "string"}
    return df.withColumns(texts) if texts else df


def _first_rows(df: DataFrame) -> pd.DataFrame:
    texts = [F.col(f"`{name}`") for name, kind in df.dtypes if kind == "string"]
    return df.select(*texts).limit(_LOOK).toPandas() if texts else pd.DataFrame()


def _likely_kind(stored: str, column: str, first: pd.DataFrame) -> str:
    """Return the stored type, or what the first rows of a text look like: number (also if empty), timestamp, text."""
    if stored != "string":
        return stored
    values = first[column].dropna().astype(str)
    if not pd.to_numeric(values, errors="coerce").isna().any():
        return "number"
    return "timestamp" if values.str.fullmatch(_ISO_TIME).all() else "text"


def _text_of(column: str) -> Column:
    return F.col(f"`{column}`").alias(f"text {column}")


def _parsed(column: str, kind: str) -> Column:
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
    """Return one row: `keys`, the distinct complete keys, and `keyless`, the rows with a gap in their key."""
    names = [F.col(f"`{column}`") for column in key]
    complete = functools.reduce(operator.and_, [name.isNotNull() for name in names], F.expr("true"))
    per_key = (
        df.select(*names, complete.alias("complete")).groupBy(*names, "complete").agg(F.count(F.lit(1)).alias("rows"))
    )
    keyless = F.coalesce(F.sum(F.when(~F.col("complete"), F.col("rows"))), F.lit(0))
    return per_key.agg(keyless.alias("keyless"), F.count_if("complete").alias("keys"))


def _column(name: str, kind: str, row: Any, personal: Sequence[str]) -> dict[str, Any]:
    cells = {what: row[f"{what} {name}"] for what in _cells(name, kind)}
    return {
        "column": name,
        "type": _kind(kind, cells),
        "nulls": row["rows"] - cells["filled"],
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
