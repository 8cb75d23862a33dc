"""What identifies a row of the sample: one column, a pair or a triple, id-like names first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from kit.intake.profile import ColumnProfile, TableProfile

_ID_WORDS = {"code", "guid", "id", "ident", "key", "no", "nr", "number", "nummer", "uid", "uuid"}
_FIRST_ID_WORDS = {"id", "key", "uuid"}
"""A name may begin with one of these; `no_of_children` is no identifier."""
_RUN_TOGETHER = re.compile(
    "(account|acct|client|cust|customer|device|emp|employee|flight|item|order|passenger|patient|product|session|ticket"
    "|trans|tx|user|[a-z])id"
)
_CODE = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.:/]{0,39}")
_MOST_COLUMNS = 10

ROW_ID = "row_id"
"""The column that the runtime derives from the whole row where nothing in it identifies it."""


@dataclass(frozen=True)
class Key:
    """Columns that identify a row, and why these; `columns` is `[row_id]` where none do."""

    columns: list[str]
    reason: str
    is_unique: bool = True
    """Whether it is complete and never repeats in what was looked at."""


def key_of(table: TableProfile, said: Sequence[str], target: str | None) -> Key:
    """Return the key that the user named, else the best one of the sample, else the derived one."""
    if said:
        named = [table.column(one, "--key") for one in said]
        return _named(named, table.rows)
    usable = [one for one in table.columns.values() if _is_usable(one, table.rows) and one.name != target]
    for size in (1, 2, 3):
        for columns in _candidates(usable, size):
            if _rows_told_apart(columns, table.rows) == table.rows:
                return Key([one.name for one in columns], "unique and complete in all rows that were looked at")
    return Key([ROW_ID], "no columns identify a row: a hash of the whole row does")


def is_id_like(column: ColumnProfile) -> bool:
    """Whether the name of a column says that it identifies something."""
    words = column.name.split("_")
    is_named = words[-1] in _ID_WORDS or words[0] in _FIRST_ID_WORDS
    return is_named or bool(_RUN_TOGETHER.fullmatch(words[-1]) and words[-1] != "bid")


def _is_usable(column: ColumnProfile, rows: int) -> bool:
    is_discrete = column.kind in ("integer", "text", "date", "timestamp") and not column.parts
    return is_discrete and not column.nulls and 1 < column.distinct <= rows and not column.personal


def _candidates(usable: Sequence[ColumnProfile], size: int) -> list[tuple[ColumnProfile, ...]]:
    """Return what to try, the likeliest first; each has an id-like column, a running number or a moment."""
    anchors = [one for one in usable if is_id_like(one) or one.is_moment or (size == 1 and is_running(one))]
    if size == 1:
        return [(one,) for one in sorted(anchors, key=lambda one: (not is_id_like(one), one.is_moment))]
    others = sorted((one for one in usable if one not in anchors), key=lambda one: -one.distinct)
    near = [*anchors, *others][:_MOST_COLUMNS]
    found = [columns for columns in combinations(near, size) if any(one in anchors for one in columns)]
    return sorted(found, key=lambda columns: -sum(is_id_like(one) for one in columns))


def is_running(column: ColumnProfile) -> bool:
    """Whether it numbers the rows without a gap, or is a code (short, without blanks) that no two rows share."""
    if column.distinct != len(column.raw.codes):
        return False
    if column.kind == "integer" and column.reading.numbers is not None:
        return bool(column.reading.numbers.max() - column.reading.numbers.min() + 1 == column.distinct)
    return column.kind == "text" and all(_CODE.fullmatch(value) for value in column.raw.values)


def _rows_told_apart(columns: Sequence[ColumnProfile], rows: int) -> int:
    """Return how many distinct complete combinations the columns have; 0 where they cannot be enough."""
    import numpy as np

    most = 1
    for one in columns:
        most *= max(one.distinct, 1)
    if most < rows:
        return 0
    if len(columns) == 1:
        return columns[0].distinct
    combined = np.zeros(rows, dtype=np.int64)
    for one in columns:
        combined = combined * (one.distinct + 1) + one.raw.codes
        _, combined = np.unique(combined, return_inverse=True)
        combined = combined.reshape(-1).astype(np.int64)
    return int(combined.max()) + 1


def _named(columns: Sequence[ColumnProfile], rows: int) -> Key:
    """Return the key of the columns that the user named, and what it is worth."""
    names, gaps = [one.name for one in columns], sum(one.nulls for one in columns)
    if gaps:
        return Key(names, f"as you said; {gaps:,} cells of it are empty", is_unique=False)
    if _rows_told_apart(columns, rows) < rows:
        return Key(names, "as you said; it repeats: not every row has one of its own", is_unique=False)
    return Key(names, "as you said; unique and complete")
