"""The executed notebook told true: after a dead kernel or a time limit papermill marks cells `completed` that never
ran.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kit.execution import Failure
from kit.runtime.secret import HIDDEN


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


def hide_in_notebook(output: Path, secrets: Sequence[str]) -> None:
    """Cut the values of secrets out of an executed notebook; nothing where it is missing or there are none."""
    if not secrets or not output.is_file():
        return
    text = output.read_text(encoding="utf-8")
    hidden = _hidden(text, [json.dumps(value, ensure_ascii=False)[1:-1] for value in secrets])
    if hidden != text:
        output.write_text(hidden, encoding="utf-8")


def hidden_failure(failure: Failure, secrets: Sequence[str]) -> Failure:
    """Return the failure without the values of secrets."""
    cause, traceback = (_hidden(text, secrets) for text in (failure.cause, failure.traceback))
    return replace(failure, cause=cause, traceback=traceback)


def _hidden(text: str, secrets: Sequence[str]) -> str:
    for value in secrets:
        text = text.replace(value, HIDDEN)
    return text
