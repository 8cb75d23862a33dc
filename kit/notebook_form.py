"""The form that a source notebook must have: valid, its job cells tagged, no outputs, only declared tables."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from kit.config import Catalog
from kit.consistency import is_declared
from kit.findings import Finding
from kit.notebook import JOB_TAGS, source_of
from kit.ownership import stage_tables
from kit.source_notebook import SourceNotebook
from kit.spec import Spec, TableName
from kit.yaml_source import nearest

_NAME = TableName.strip("^$").replace("(", "(?:")
_PLACEHOLDER = re.compile(r"\{(" + _NAME + r")\}")


def form_findings(notebook: SourceNotebook) -> Iterator[Finding]:
    """Yield what is wrong with a notebook's form, whatever it is about."""
    yield from _validity(notebook)
    yield from _tags(notebook)
    yield from _ids(notebook)
    yield from _outputs(notebook)


def table_findings(notebook: SourceNotebook, catalog: Catalog, spec: Spec) -> Iterator[Finding]:
    """Yield each table that a code cell names and that the stage does not declare to read or write."""
    reads, writes = stage_tables(catalog, spec, notebook.stage)
    declared, seen = [*reads, *writes], set()
    for place, cell in enumerate(notebook.cells):
        for name in _tables_in(cell):
            if name not in seen and not is_declared(name, declared):
                seen.add(name)
                said = (
                    f"the {notebook.stage} notebook uses '{name}', which it does not declare{nearest(name, declared)}"
                )
                cure = f"Correct the name, or declare it under `stages.{notebook.stage}` in kit.yml."
                yield Finding(notebook.file, notebook.line(("cells", place, "source")), "table", said, cure)


def _tables_in(cell: dict[str, Any]) -> Iterator[str]:
    """Yield the tables that a code cell names: texts that are one, `{layer.name}` in SQL, `stage.source("name")`."""
    try:
        tree = ast.parse(source_of(cell) if cell.get("cell_type") == "code" else "")
    except SyntaxError:  # a magic command of an interactive session; its text is not Python to look into
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from [node.value] if re.fullmatch(_NAME, node.value) else _PLACEHOLDER.findall(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "source":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield f"source.{first.value}"


def _validity(notebook: SourceNotebook) -> Iterator[Finding]:
    import nbformat
    from nbformat.validator import NotebookValidationError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of ids that stand twice, which have a finding of their own
            nbformat.validate(nbformat.from_dict(notebook.content))
    except NotebookValidationError as error:
        said = f"not a valid notebook: {error.message.splitlines()[0]}"
        yield Finding(notebook.file, 1, "notebook", said, "Restore it from git, or repair the JSON.")


def _tags(notebook: SourceNotebook) -> Iterator[Finding]:
    for tag in JOB_TAGS:
        places = notebook.tagged(tag)
        if not places:
            cure = f"Give the tag back to its cell (in Jupyter: Property Inspector > Cell Tags > {tag})."
            yield Finding(notebook.file, 1, "tag", f"no cell has the tag '{tag}'", cure)
        for place in places[1:]:
            line = notebook.line(("cells", place, "metadata"))
            yield Finding(
                notebook.file, line, "tag", f"a second cell has the tag '{tag}'", "Take it from one of the two."
            )


def _ids(notebook: SourceNotebook) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, cell in enumerate(notebook.cells):
        if cell.get("id") in seen:
            said = f"a second cell has the id '{cell['id']}'"
            yield Finding(notebook.file, notebook.line(("cells", place, "id")), "cell-id", said, "Give it another id.")
        seen |= {cell["id"]} if "id" in cell else set()


def _outputs(notebook: SourceNotebook) -> Iterator[Finding]:
    """Yield one finding for a notebook with outputs, however many cells have some."""
    for place, cell in enumerate(notebook.cells):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            said = "outputs of a run are left in a source notebook"
            cure = "Clear the outputs of all cells and save (in Jupyter: Edit > Clear Outputs of All Cells)."
            yield Finding(notebook.file, notebook.line(("cells", place)), "outputs", said, cure)
            return
