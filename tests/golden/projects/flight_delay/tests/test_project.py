"""The project says what kit.yml says, and its notebooks have the form that every runner needs."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest
from kit.check import check_project, failures

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


def test_there_are_five_notebooks() -> None:
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_its_code_is_python(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)


def test_kit_check_finds_nothing_but_outputs_of_an_interactive_session(project: Path) -> None:
    findings = [one for one in failures(check_project(project)) if one.rule != "outputs"]
    assert not findings, "\n".join(f"{one.file}:{one.line}: {one.message} {one.cure}" for one in findings)
