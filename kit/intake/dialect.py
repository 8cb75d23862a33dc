"""How a delimited text is written: delimiter, quote, escape, header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kit.intake.nulls import LIKELY, SURE

_DELIMITERS = {"\t": "tab", ";": "semicolon", "|": "bar", ",": "comma", " ": "space"}
"""Looked for in this order: a comma may also stand inside of numbers, a space inside of anything."""
_HEAD = 2**18
_LOOK = 200
_VALUE = re.compile(
    r"[-+]?[\d.,]*\d[\d.,]*([eE][-+]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|true|false", re.IGNORECASE
)


@dataclass(frozen=True)
class Dialect:
    """How a delimited text is written."""

    delimiter: str
    quote: str
    has_backslash: bool
    """Whether a quote inside of quotes is escaped by a backslash, else by doubling it."""
    has_header: bool
    spaced: bool
    """Whether a space follows each delimiter."""
    has_comments: bool = False
    """Whether lines that begin with `#` are remarks."""

    @property
    def name(self) -> str:
        """What a person calls the delimiter."""
        return _DELIMITERS[self.delimiter]


_NOTHING = frozenset({"", *SURE, *LIKELY})


def dialect_of(text: str) -> Dialect:
    """Return the dialect of a text with at least one line that is not blank."""
    head = text[:_HEAD] if len(text) <= _HEAD else text[: text.rfind("\n", 0, _HEAD) + 1] or text[:_HEAD]
    has_backslash = '\\"' in head and '""' not in head
    bare = "".join(line for line in head.splitlines(keepends=True) if not line.startswith("#"))
    delimiter = _delimiter(bare or head, has_backslash)
    quote = _quote(head, delimiter)
    plain = Dialect(delimiter, quote, has_backslash, has_header=False, spaced=False)
    has_comments = _has_comments(_first(records(head, plain)))
    plain = replace(plain, has_comments=has_comments)
    rows = _first(records(head, plain))
    spaced = _is_spaced(rows)
    stripped = [[cell.strip() for cell in row] for row in rows]
    return replace(plain, has_header=_has_header(stripped), spaced=spaced)


_TRIMMED = "".join(map(chr, range(33)))
"""What Java's `trim` takes off."""


def records(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """Yield the cells of each line that is not blank."""
    csv.field_size_limit(2**27)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        doublequote=not dialect.has_backslash,
        escapechar="\\" if dialect.has_backslash else None,
        skipinitialspace=dialect.spaced,
    )
    for row in reader:
        # As to Spark: a quoted nothing alone on its line is a row; spaces, tabs and control characters are none.
        is_blank = row != [""] and not dialect.delimiter.join(row).strip(_TRIMMED)
        if not is_blank and not (dialect.has_comments and row[0].startswith("#")):
            yield row


def usual_width(rows: Sequence[Sequence[str]]) -> tuple[int, float]:
    """Return the most frequent number of cells, and the share of rows that have it."""
    if not rows:
        return 0, 0.0
    width, count = Counter(len(row) for row in rows).most_common(1)[0]
    return width, count / len(rows)


def _delimiter(head: str, has_backslash: bool) -> str:
    best, score = ",", 0.0
    for delimiter in _DELIMITERS:
        rows = _first(records(head, Dialect(delimiter, '"', has_backslash, has_header=False, spaced=False)))
        width, share = usual_width(rows)
        if width < 2:
            continue
        if share >= (0.9 if delimiter != " " else 1.0) and len(rows[0]) == width:
            return delimiter
        if share > score and delimiter != " ":
            best, score = delimiter, share
    return best


def _quote(head: str, delimiter: str) -> str:
    if '"' in head:
        return '"'
    lines = [line for line in head.splitlines()[:_LOOK] if line]
    mark = re.escape(delimiter)
    single = re.compile(rf"(^|{mark})'[^']*'(?=$|{mark})")
    return "'" if lines and sum(bool(single.search(line)) for line in lines) * 2 > len(lines) else '"'


def _has_comments(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first line is a remark: it begins with `#` and is not as wide as the table."""
    width, _ = usual_width([row for row in rows if not row[0].startswith("#")])
    return bool(rows) and rows[0][0].startswith("#") and width not in (0, len(rows[0]))


def _is_spaced(rows: Sequence[Sequence[str]]) -> bool:
    cells = [cell for row in rows[1:] for cell in row[1:] if cell]
    return bool(cells) and all(cell.startswith(" ") for cell in cells)


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether the first row has names: a text above a column of values, or else no values and nothing repeated."""
    if len(rows) < 2 or _are_years(rows[0]):
        return True
    first, others = rows[0], rows[1:]
    above = [cell for place, cell in enumerate(first) if cell not in _NOTHING and _is_typed(others, place)]
    if above:
        return not all(_VALUE.fullmatch(cell) for cell in above)
    again = [
        place for place, cell in enumerate(first) if cell and any(row[place : place + 1] == [cell] for row in others)
    ]
    return not again


def _is_typed(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Say whether a column has values in all rows where it has anything."""
    cells = [row[place] for row in rows if place < len(row) and row[place] not in _NOTHING]
    return bool(cells) and all(_VALUE.fullmatch(cell) for cell in cells)


def _are_years(first: Sequence[str]) -> bool:
    """Say whether the numbers of a row are consecutive years: names of columns after all."""
    years = [int(cell) for cell in first if re.fullmatch(r"(1[89]|20)\d\d", cell)]
    numbers = [cell for cell in first if _VALUE.fullmatch(cell)]
    return len(years) > 1 and len(numbers) == len(years) and years == list(range(years[0], years[0] + len(years)))


def _first(rows: Iterator[list[str]]) -> list[list[str]]:
    return [row for row, _ in zip(rows, range(_LOOK), strict=False)]
