"""A notebook of a project as it lies on the disk: its text, so that a line can be named, and its cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit.json_span import line_of
from kit.notebook import Notebook, tagged


@dataclass(frozen=True)
class SourceNotebook:
    """The stage's notebook; `file` is relative to the project."""

    file: str
    stage: str
    text: str
    content: Notebook

    @property
    def cells(self) -> list[dict[str, Any]]:
        """The cells as nbformat has them."""
        cells: list[dict[str, Any]] = self.content["cells"]
        return cells

    def tagged(self, tag: str) -> list[int]:
        """Return the places of the cells that carry a tag."""
        found = [id(cell) for cell in tagged(self.content, tag)]
        return [place for place, cell in enumerate(self.cells) if id(cell) in found]

    def line(self, where: Sequence[str | int]) -> int:
        """Return the line of the value at that path."""
        return line_of(self.text, where)


def read_notebook(file: str, stage: str, text: str) -> SourceNotebook:
    """Return the notebook; raises ValueError where the text is not JSON with cells and metadata."""
    content: Notebook = json.loads(text)
    for key, kind in (("cells", list), ("metadata", dict)):
        if not isinstance(content, dict) or not isinstance(content.get(key), kind):
            raise ValueError(f"it has no {key}")  # noqa: TRY004 - to a caller it is like broken JSON
    return SourceNotebook(file, stage, text, content)
