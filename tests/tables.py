"""Tables that nobody would write by hand, for property tests: odd names, cells of all kinds, gaps, delimiters."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import strategies as st

MadeUp = tuple[list[str], list[list[str | None]], str]
"""Header, rows and delimiter."""

CELLS = st.one_of(
    st.none(),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.datetimes().map(str),
    st.sampled_from(["NA", "?", " ", "true", "1,5", "00123", "31/12/2013", "a@b.org", "Jan 1939", "19970101", "\t"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8),
)
HEADERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> MadeUp:
    """Up to five columns of three, 110 or 240 rows."""
    width = draw(st.integers(1, 5))
    headers = draw(st.lists(HEADERS, min_size=width, max_size=width))
    pools = [draw(st.lists(CELLS, min_size=1, max_size=6)) for _ in range(width)]
    picks = draw(st.lists(st.integers(0, 5), min_size=7, max_size=13))
    length = draw(st.sampled_from([3, 110, 240]))
    rows = [
        [pool[picks[(n + 3 * at) % len(picks)] % len(pool)] for at, pool in enumerate(pools)] for n in range(length)
    ]
    return headers, rows, draw(st.sampled_from([",", ";", "\t", "|"]))


def write_table(path: Path, made_up: MadeUp) -> Path:
    """Write it as a CSV, an empty cell for None; returns the path."""
    headers, rows, delimiter = made_up
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(
            [headers, *[["" if cell is None else cell for cell in row] for row in rows]]
        )
    return path
