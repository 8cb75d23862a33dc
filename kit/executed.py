"""The executed notebook told true: after a dead kernel or a time limit papermill marks cells `completed` that never
ran.
"""

from __future__ import annotations

from pathlib import Path

from kit.execution import Failure


def correct_executed(output: Path, failure: Failure) -> None:
    """Mark in an executed notebook the cell that failed, and those after it as never run; nothing where it is missing.

    `failure.cell` counts the cells of the executed notebook from 1.
    """
    import nbformat

    if not output.is_file():
        return
    notebook = nbformat.read(output, as_version=4)
    failed = (failure.cell or 1) - 1
    for index, cell in enumerate(notebook.cells):
        told = cell.metadata.get("papermill")
        if told is None or index < failed:
            continue
        told["status"] = "failed" if index == failed else "pending"
        told["exception"] = True if index == failed else None
        if index > failed:
            told.update(start_time=None, end_time=None, duration=None)
    notebook.metadata.setdefault("papermill", {})["exception"] = True
    nbformat.write(notebook, output)
