"""How values look on a terminal: tables with aligned columns, and paths as short as they can be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

KEY_METRICS = 3

_FIRST = ("test.auc", "test.mae", "test.wape", "benchmark.auc", "benchmark.mae", "benchmark.wape")


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as aligned columns; the first row is the head and is underlined."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def shown_path(path: Path) -> str:
    """Return a path relative to the present folder where it lies below it, else absolute."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def metrics_text(metrics: dict[str, float]) -> str:
    """Return the few metrics that matter most: those on the hold-out, then the benchmark's, then the others."""
    order = sorted(metrics, key=lambda name: (not name.startswith("test."), not name.startswith("benchmark."), name))
    names = [name for name in order if name in _FIRST] or order
    return ", ".join(f"{name} {metrics[name]:.4g}" for name in names[:KEY_METRICS])
