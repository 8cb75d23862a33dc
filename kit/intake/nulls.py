"""Words that stand for an empty cell: which of them a file uses, and which one Spark is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from kit.intake.kinds import kind_of
from kit.intake.raw import RawColumn, without_values

SURE = ("NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "Null", "#N/A", "<NA>", "\\N", "?", "NaT")
"""Words that mean nothing else."""
LIKELY = ("None", "none", "-", "--", ".", "missing", "unknown")
"""Words that may be a category; they count where everything else in a column is a number or begins like a date."""

_TYPED = re.compile(r"[-+]?[\d.,]*\d[\d.,]*([eE][-+]?\d+)?|\d{1,4}[-/.]\d.*")


def null_words(columns: Sequence[RawColumn]) -> dict[str, int]:
    """Return the words that stand for an empty cell with their number of cells, the most frequent first."""
    import numpy as np

    found: Counter[str] = Counter()
    for column in columns:
        words = _words(column.values)
        if words:
            counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
            found.update({word: int(counts[column.values.index(word)]) for word in words})
    return {word: cells for word, cells in sorted(found.items(), key=lambda one: (-one[1], one[0])) if cells}


def told_and_rest(words: dict[str, int]) -> tuple[str | None, list[str]]:
    """Return the word that Spark is told (it takes one, beside the empty text), and those that stay texts."""
    names = list(words)
    return (names[0], names[1:]) if names else (None, [])


def emptied(column: RawColumn, told: str | None, rest: Sequence[str]) -> RawColumn:
    """Return the column without the word that Spark is told, and without the others where they make it no text.

    A cast makes an unreadable text null, so in a typed column each such word is an empty cell; in a text it stays.
    """
    column = without_values(column, [told] if told else [])
    words = {*rest, *(value for value in column.values if not value.strip())}
    if not words.intersection(column.values):
        return column
    bare = without_values(column, words)
    return bare if not bare.values or kind_of(bare).kind != "text" else column


def _words(values: Sequence[str]) -> list[str]:
    sure = [value for value in values if value in SURE]
    likely = [value for value in values if value in LIKELY]
    if likely:
        others = [value for value in values if value not in SURE and value not in LIKELY]
        if not others or not all(_TYPED.fullmatch(value.strip()) for value in others):
            likely = []
    return sure + likely
