"""What a look at a file has found: each column with its type, gaps, distinct values and what is odd about it.

The values stay in memory; a profile is never written into a project.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kit.errors import ConfigError
from kit.intake.kinds import Reading, kind_of
from kit.intake.names import OWN, safe_names, snake
from kit.intake.personal import personal_reason
from kit.intake.raw import RawColumn, RawTable, without_values
from kit.intake.readers import read_table
from kit.intake.sources import Place
from kit.intake.tables import Lend
from kit.yaml_source import nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_STRAYS, _STRAY_SHARE = 5, 0.01
"""So many different words, in at most that share of the cells, do not make a column of numbers one of texts."""
_PARTS = ("year", "month", "day", "hour", "minute")
_RANGES = {"year": (1800, 2200), "month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59)}


@dataclass(frozen=True)
class ColumnProfile:
    """A column of the sample."""

    name: str
    """Safe name."""
    raw: RawColumn
    reading: Reading
    personal: str = ""
    """Why it may describe a person; empty otherwise."""
    parts: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Its type, as in kit.yml."""
        return self.reading.kind

    @cached_property
    def nulls(self) -> int:
        """Rows in which it is empty."""
        return int((self.raw.codes < 0).sum())

    @property
    def distinct(self) -> int:
        """Distinct values."""
        return len(self.raw.values)

    @property
    def share_empty(self) -> float:
        """Share of rows in which it is empty."""
        return self.nulls / max(len(self.raw.codes), 1)

    @property
    def is_moment(self) -> bool:
        """Whether it is a date or a timestamp."""
        return self.kind in ("date", "timestamp")

    def floats(self) -> NDArray[Any] | None:
        """Return a float per row (dates in days), NaN where it is empty; None for a text."""
        import numpy as np

        if self.reading.numbers is None:
            return None
        return np.append(self.reading.numbers, np.nan)[self.raw.codes]


@dataclass(frozen=True)
class TableProfile:
    """A table of the user under the name of its source."""

    source: str
    place: Place
    table: RawTable
    columns: dict[str, ColumnProfile]
    """By safe name, in the order of the file."""

    @property
    def rows(self) -> int:
        """Rows of the sample."""
        return self.table.rows

    def column(self, said: str, option: str) -> ColumnProfile:
        """Return the column that a person called by its name in the file or by its safe name; else ConfigError."""
        named = [one for one in self.columns.values() if said in (one.raw.header, one.raw.original) and not one.parts]
        found = named[0] if named else self.columns.get(said) or self.columns.get(snake(said))
        if found is None:
            known = {*self.columns, *(one.raw.header for one in self.columns.values() if one.raw.header)}
            cure = f"Name a column of the file with {option}."
            raise ConfigError(f"{self.place}: has no column '{said}'{nearest(said, known)}", cure)
        return found


def look(source: str, place: Place, lend: Lend, time: str | None = None) -> TableProfile:
    """Return the profile of a table; `time` is the column that the user called the time, by either of its names.

    `lend` gives a Spark session where the place needs one.
    """
    table = read_table(place, lend)
    names = safe_names([column.header for column in table.columns])
    columns = {name: _profile(name, raw, time) for name, raw in zip(names, table.columns, strict=True)}
    return TableProfile(source, place, table, {**columns, **_put_together(columns)})


def unread_marks(columns: Sequence[ColumnProfile]) -> Iterator[str]:
    """Yield what the reading of columns left to say, a sentence each."""
    for column in columns:
        if column.reading.note:
            yield f"{column.name}: {column.reading.note}"


def _profile(name: str, raw: RawColumn, time: str | None) -> ColumnProfile:
    is_time = time is not None and time in (name, raw.header, raw.original)
    raw, reading = _read(raw, snake(raw.header) or name, is_time)
    return ColumnProfile(name, raw, reading, personal_reason(raw.header or name, raw.values))


def _read(raw: RawColumn, name: str, is_time: bool) -> tuple[RawColumn, Reading]:
    """Return a column with its type; a few words among numbers or dates are no reason to call all of it text."""
    reading = kind_of(raw, name, is_time)
    strays = [value for value in raw.values if not any(letter.isdigit() for letter in value)]
    if raw.kind is not None or reading.kind != "text" or not 0 < len(strays) <= _MOST_STRAYS:
        return raw, reading
    bare = without_values(raw, strays)
    cells = int((bare.codes < 0).sum() - (raw.codes < 0).sum())
    better = kind_of(bare, name, is_time)
    if better.kind == "text" or cells > _STRAY_SHARE * max(int((raw.codes >= 0).sum()), 1):
        return raw, reading
    return bare, replace(better, note=f"{cells:,} cells that are no {better.kind} break the contract and will be empty")


def _put_together(columns: dict[str, ColumnProfile]) -> dict[str, ColumnProfile]:
    """Return the timestamp that columns year, month, day (and hour, minute) make, by a free name; or nothing."""
    named = {snake(column.raw.header): column for column in columns.values() if column.kind == "integer"}
    prefix = next((name[: -len("year")] for name in named if name == "year" or name.endswith("_year")), None)
    if prefix is None:
        return {}
    parts: list[ColumnProfile] = []
    for part in _PARTS:
        found = named.get(prefix + part)
        if found is None or not _in_range(found, part):
            break
        parts.append(found)
    raw = _joined(parts) if len(parts) >= 3 else None
    if raw is None:
        return {}
    name = f"{prefix}moment"
    while name in columns or name in OWN:
        name += "_made"
    reading = kind_of(raw)
    made = Reading("timestamp", None, reading.numbers)
    return {name: ColumnProfile(name, raw, made, parts=tuple(part.name for part in parts))}


def _in_range(column: ColumnProfile, part: str) -> bool:
    low, high = _RANGES[part]
    numbers = column.reading.numbers
    return numbers is not None and bool(len(numbers)) and low <= numbers.min() and numbers.max() <= high


def _joined(parts: Sequence[ColumnProfile]) -> RawColumn | None:
    """Return the texts `yyyy-MM-dd HH:mm:ss` of the parts, or None where some make no date."""
    import numpy as np

    cells = np.stack([np.append(part.reading.numbers, -1).astype(np.int64)[part.raw.codes] for part in parts])  # type: ignore[arg-type]
    full = (cells >= 0).all(axis=0)
    unique, places = np.unique(cells[:, full], axis=1, return_inverse=True)
    rows = [[*map(int, row), *[0] * (5 - len(parts))] for row in unique.T]
    values = [f"{row[0]:04}-{row[1]:02}-{row[2]:02} {row[3]:02}:{row[4]:02}:00" for row in rows]
    codes: NDArray[np.int32] = np.full(cells.shape[1], -1, dtype=np.int32)
    codes[full] = places.reshape(-1)
    raw = RawColumn("", "", values, codes)
    return raw if values and kind_of(raw).kind == "timestamp" else None
