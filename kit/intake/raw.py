"""A file as a reader found it: columns of texts, each text kept once, and how Spark has to read it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Format = Literal["csv", "parquet", "json", "delta", "table", "jdbc"]
Kind = Literal["text", "integer", "number", "boolean", "date", "timestamp"]

SAMPLE_ROWS = 200_000
"""Rows that are looked at, at most."""


@dataclass(frozen=True)
class RawColumn:
    """A column: `values` has each of its texts once, `codes` one place in `values` per row, -1 where it is empty."""

    original: str
    """The name that Spark's reader gives it."""
    header: str
    """The name in the file; empty where it has none."""
    values: list[str]
    codes: NDArray[np.int32]
    kind: Kind | None = None
    """The type that the file itself declares; None for texts that may be anything."""


@dataclass(frozen=True)
class RawTable:
    """A sample of a file, at most `SAMPLE_ROWS` rows."""

    format: Format
    options: dict[str, str]
    """Options of Spark's reader."""
    columns: list[RawColumn]
    rows: int
    is_sample: bool = False
    dialect: str = ""
    """How the file is written, for a person: `comma, utf-8, header`."""
    notes: tuple[str, ...] = ()
    settings: dict[str, str] = field(default_factory=dict)
    """Settings without which Spark does not take the options."""
    nested: tuple[str, ...] = ()
    """Columns of lists and records, which no column of kit.yml can hold."""


@dataclass
class ColumnBuilder:
    """A column that grows row by row; equal texts are kept once."""

    original: str
    header: str
    kind: Kind | None = None
    places: dict[str, int] = field(default_factory=dict)
    codes: array[int] = field(default_factory=lambda: array("i"))

    def extend(self, texts: Iterable[str | None]) -> None:
        """Add a text per row; None is an empty cell."""
        places = self.places
        self.codes.extend([-1 if text is None else places.setdefault(text, len(places)) for text in texts])

    def built(self) -> RawColumn:
        """Return the column."""
        import numpy as np

        codes = np.asarray(self.codes, dtype=np.int32)
        return RawColumn(self.original, self.header, list(self.places), codes, self.kind)


def without_values(column: RawColumn, gone: Iterable[str]) -> RawColumn:
    """Return the column with those texts taken for empty cells."""
    import numpy as np

    markers = set(gone)
    if not markers.intersection(column.values):
        return column
    kept = [value for value in column.values if value not in markers]
    place = {value: number for number, value in enumerate(kept)}
    moved = np.asarray([place.get(value, -1) for value in column.values] + [-1], dtype=np.int32)
    return RawColumn(column.original, column.header, kept, moved[column.codes], column.kind)


def evenly(rows: int, wanted: int) -> Sequence[int]:
    """Return at most `wanted` row numbers of `rows`, evenly spread and in order."""
    if rows <= wanted:
        return range(rows)
    return [number * rows // wanted for number in range(wanted)]
