"""How values look on a terminal: tables with aligned columns, and paths as short as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as aligned columns; the first row is the head and is underlined."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def shown_path(path: Path) -> str:
    """Return a path relative to the present folder where it lies below it, else absolute."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
