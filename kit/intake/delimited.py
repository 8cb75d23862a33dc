"""Reads a delimited text (CSV, TSV, ...) as Spark will read it, and says what Spark has to be told."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from kit.errors import ConfigError
from kit.intake.dialect import Dialect, dialect_of, records, usual_width
from kit.intake.nulls import emptied, null_words, told_and_rest
from kit.intake.raw import SAMPLE_ROWS, ColumnBuilder, RawColumn, RawTable, evenly
from kit.intake.textfile import TextFile, read_text

_CHUNK = 5_000
_ENCODINGS = {"US-ASCII", "ISO-8859-1", "UTF-16BE", "UTF-16LE", "UTF-16"}


@dataclass
class _Seen:
    """What turns up while the rows are read."""

    ragged: int = 0
    has_newline: bool = False
    has_quote: bool = False
    """Whether a quote or a backslash stands inside of a cell."""
    rows: int = 0
    builders: list[ColumnBuilder] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Take down what a cell or a name has inside."""
        self.has_newline |= "\n" in text or "\r" in text
        self.has_quote |= '"' in text or "\\" in text


def read_delimited(path: Path) -> RawTable:
    """Return a sample of a delimited text; raises ConfigError where it is no table."""
    file = read_text(path)
    dialect = dialect_of(file.text)
    try:
        headers = _headers(path, file.text, dialect)
        seen, thinned = _read(file.text, dialect, headers)
    except csv.Error as error:
        raise ConfigError(f"{path}: cannot be read as a table: {error}", "Save it again as CSV in UTF-8.") from error
    columns = [builder.built() for builder in seen.builders]
    words = null_words(columns)
    told, rest = told_and_rest(words)
    options = _options(file, dialect, seen, told)
    notes = _notes(headers, dialect, seen, told, rest)
    said = f"{dialect.name}, {file.encoding.replace('_', '-')}, {'header' if dialect.has_header else 'no header'}"
    columns = [emptied(column, told, rest) for column in columns]
    renamed = [RawColumn(name, one.header, one.values, one.codes) for name, one in _named(columns, dialect, told)]
    is_sample, settings = file.is_sample or thinned, _settings(file.spark_encoding)
    return RawTable("csv", options, renamed, seen.rows, is_sample, said, tuple(notes), settings)


def _headers(path: Path, text: str, dialect: Dialect) -> list[str]:
    first = list(islice(records(text, dialect), 200))
    if not first:
        raise ConfigError(f"{path}: has no cell that is not empty", "Name a file with rows.")
    width, share = usual_width(first[1:] or first)
    head = first[0]
    is_trailing = len(head) == width - 1 and all(not row[-1].strip() for row in first[1:] if len(row) == width)
    if share >= 0.8 and len(head) < width and not is_trailing:
        message = f"{path}: its first line has {len(head)} cell{'s'[: len(head) - 1]}, most others have {width}"
        raise ConfigError(message, "Remove the lines above the header, or give each column a name.")
    if dialect.has_header:
        return head
    return [""] * max(width, len(head))


def _read(text: str, dialect: Dialect, headers: Sequence[str]) -> tuple[_Seen, bool]:
    """Return the columns, and whether rows were left out to keep to `SAMPLE_ROWS`."""
    seen = _Seen(builders=[ColumnBuilder("", header) for header in headers])
    seen.note("".join(headers))
    skipped = int(dialect.has_header)
    wanted: Sequence[int] | None = None
    lines = text.count("\n") or text.count("\r")
    if lines > SAMPLE_ROWS:
        total = sum(1 for _ in records(text, dialect)) - skipped
        wanted = evenly(total, SAMPLE_ROWS) if total > SAMPLE_ROWS else None
    rows = islice(records(text, dialect), skipped, None)
    chosen = rows if wanted is None else _chosen(rows, wanted)
    while chunk := list(islice(chosen, _CHUNK)):
        _extend(seen, chunk, len(headers))
    return seen, wanted is not None


def _chosen(rows: Iterator[list[str]], wanted: Sequence[int]) -> Iterator[list[str]]:
    numbers = iter(wanted)
    following = next(numbers, None)
    for number, row in enumerate(rows):
        if number == following:
            yield row
            following = next(numbers, None)


def _extend(seen: _Seen, chunk: list[list[str]], width: int) -> None:
    seen.rows += len(chunk)
    for number, row in enumerate(chunk):
        if len(row) != width:
            seen.ragged += not (len(row) == width + 1 and not row[-1])
            chunk[number] = (row + [""] * width)[:width]
    for builder, cells in zip(seen.builders, zip(*chunk, strict=True), strict=True):
        before = len(builder.places)
        builder.extend(cell or None for cell in cells)
        for value in islice(builder.places, before, None):
            seen.note(value)


def _named(columns: Sequence[RawColumn], dialect: Dialect, told: str | None) -> list[tuple[str, RawColumn]]:
    """Return each column with the name that Spark's reader gives it: `_c3` without one, `name3` where it is twice."""
    if not dialect.has_header:
        return [(f"_c{place}", one) for place, one in enumerate(columns)]
    counts = Counter(one.header.lower() for one in columns if one.header)
    named = []
    for place, one in enumerate(columns):
        blank = not one.header or one.header == told
        twice = counts[one.header.lower()] > 1
        named.append((f"_c{place}" if blank else f"{one.header}{place}" if twice else one.header, one))
    return named


def _options(file: TextFile, dialect: Dialect, seen: _Seen, told: str | None) -> dict[str, str]:
    said = {
        "header": "true" if dialect.has_header else "false",
        "sep": dialect.delimiter if dialect.delimiter != "," else "",
        "encoding": file.spark_encoding or "",
        "nullValue": told or "",
        "emptyValue": told if told and '""' in file.text else "",
        "quote": dialect.quote if dialect.quote != '"' else "",
        "escape": '"' if seen.has_quote and dialect.quote == '"' and not dialect.has_backslash else "",
        "multiLine": "true" if seen.has_newline or (file.spark_encoding or "").startswith("UTF-16") else "",
        "comment": "#" if dialect.has_comments else "",
        "ignoreLeadingWhiteSpace": "true" if dialect.spaced else "",
    }
    return {key: value for key, value in said.items() if value}


def _settings(spark_encoding: str | None) -> dict[str, str]:
    """Return what makes Spark 4 take an encoding: by itself it takes but a few (its CharsetProvider lists them)."""
    if spark_encoding is None or spark_encoding in _ENCODINGS:
        return {}
    return {"spark.sql.legacy.javaCharsets": "true"}


def _notes(
    headers: Sequence[str], dialect: Dialect, seen: _Seen, told: str | None, rest: Sequence[str]
) -> Iterator[str]:
    if seen.ragged:
        yield f"{seen.ragged:,} rows have more or fewer cells than the header; Spark fills or cuts them"
    if not dialect.has_header:
        yield "no header: columns are called column_1, column_2, ..."
    else:
        blank = sum(not header for header in headers)
        twice = sorted({header for header, count in Counter(headers).items() if header and count > 1})
        if blank:
            yield f"{blank} columns have no name"
        if twice:
            yield f"names that stand there twice: {', '.join(twice)}"
    if rest:
        yield f"empty cells are written {told!r} (Spark is told) and {', '.join(map(repr, rest))} (stay in texts)"
