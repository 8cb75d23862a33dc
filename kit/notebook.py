"""A notebook as the plain JSON of nbformat 4.5: cells with stable ids, found by tag; the same cells, the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from kit.percent import Cell

Notebook = dict[str, Any]

METADATA_KEY = "usecase_kit"
JOB_TAGS = ("ownership", "parameters", "start", "finish")
"""Tags of the cells that the kit finds again; each stands in a notebook exactly once."""

_LANGUAGE = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}


def make_notebook(cells: Iterable[Cell], facts: dict[str, Any]) -> Notebook:
    """Return the notebook of these cells; `facts` become its metadata under `usecase_kit`."""
    used: dict[str, int] = {}
    return {
        "cells": [_node(cell, used) for cell in cells],
        "metadata": {**_LANGUAGE, METADATA_KEY: facts},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def notebook_bytes(notebook: Notebook) -> bytes:
    """Return the file's bytes, as nbformat writes them: sorted keys, sources as lists of lines."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")


def cell_id(source: str) -> str:
    """Return the id of a cell with that source."""
    return hashlib.sha256(source.encode("utf-8")).hexdigest()[:12]


def source_of(cell: dict[str, Any]) -> str:
    """Return a cell's source as one text, whichever of nbformat's two ways it is stored in."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def lines_of(source: str) -> list[str]:
    """Return a source as nbformat stores it."""
    return source.splitlines(keepends=True)


def tagged(notebook: Notebook, tag: str) -> list[dict[str, Any]]:
    """Return the cells that carry a tag."""
    return [cell for cell in notebook["cells"] if tag in cell.get("metadata", {}).get("tags", [])]


def _node(cell: Cell, used: dict[str, int]) -> dict[str, Any]:
    base = cell_id(cell.source)
    count = used.get(base, 0)
    used[base] = count + 1
    node: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": f"{base}-{count}" if count else base,
        "metadata": {"tags": list(cell.tags)} if cell.tags else {},
        "source": lines_of(cell.source),
    }
    if cell.kind == "code":
        node |= {"execution_count": None, "outputs": []}
    return node
