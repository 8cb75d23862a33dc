"""The form that a source notebook must have: valid, its job cells tagged, no outputs, only declared tables."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kit.config import Catalog
from kit.consistency import is_declared
from kit.findings import Finding
from kit.json_span import line_of
from kit.notebook import JOB_TAGS, Notebook, source_of, tagged
from kit.ownership import stage_tables
from kit.spec import Spec, TableName
from kit.yaml_source import nearest

_TABLE = re.compile(r"""["'{](?P<name>""" + TableName.strip("^$").replace("(", "(?:") + r""")["'}]""")
_SOURCE = re.compile(r"""stage\.source\(\s*["'](?P<name>\w+)["']""")


def form_findings(file: str, text: str, notebook: Notebook) -> Iterator[Finding]:
    """Yield what is wrong with a notebook's form, whatever it is about."""
    yield from _validity(file, notebook)
    yield from _tags(file, text, notebook)
    yield from _ids(file, text, notebook)
    yield from _outputs(file, text, notebook)


def table_findings(
    file: str, text: str, notebook: Notebook, catalog: Catalog, spec: Spec, stage: str
) -> Iterator[Finding]:
    """Yield each table that a code cell names and that the stage does not declare to read or write."""
    reads, writes = stage_tables(catalog, spec, stage)
    seen: set[str] = set()
    for place, cell in enumerate(notebook["cells"]):
        for name in _tables_in(cell):
            if name not in seen and not is_declared(name, [*reads, *writes]):
                seen.add(name)
                said = (
                    f"the {stage} notebook uses '{name}', which it does not declare{nearest(name, [*reads, *writes])}"
                )
                cure = f"Correct the name, or declare it under `stages.{stage}` in kit.yml."
                yield Finding(file, line_of(text, ("cells", place, "source")), "table", said, cure)


def _tables_in(cell: dict[str, Any]) -> Iterator[str]:
    if cell.get("cell_type") == "code":
        source = source_of(cell)
        yield from (found["name"] for found in _TABLE.finditer(source))
        yield from (f"source.{found['name']}" for found in _SOURCE.finditer(source))


def _validity(file: str, notebook: Notebook) -> Iterator[Finding]:
    import nbformat
    from nbformat.validator import NotebookValidationError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of ids that stand twice, which have a finding of their own
            nbformat.validate(nbformat.from_dict(notebook))
    except NotebookValidationError as error:
        cause = error.message.splitlines()[0]
        yield Finding(file, 1, "notebook", f"not a valid notebook: {cause}", "Restore it from git, or repair the JSON.")


def _tags(file: str, text: str, notebook: Notebook) -> Iterator[Finding]:
    for tag in JOB_TAGS:
        cells = tagged(notebook, tag)
        if not cells:
            cure = f"Give the tag back to its cell (in Jupyter: Property Inspector > Cell Tags > {tag})."
            yield Finding(file, 1, "tag", f"no cell has the tag '{tag}'", cure)
        for cell in cells[1:]:
            line = line_of(text, ("cells", notebook["cells"].index(cell), "metadata"))
            yield Finding(file, line, "tag", f"a second cell has the tag '{tag}'", "Take it from one of the two.")


def _ids(file: str, text: str, notebook: Notebook) -> Iterator[Finding]:
    counts = Counter(cell.get("id") for cell in notebook["cells"])
    seen: set[str] = set()
    for place, cell in enumerate(notebook["cells"]):
        cell_id = cell.get("id")
        if cell_id in seen and counts[cell_id] > 1:
            line = line_of(text, ("cells", place, "id"))
            yield Finding(file, line, "cell-id", f"a second cell has the id '{cell_id}'", "Give it another id.")
        seen.add(cell_id)


def _outputs(file: str, text: str, notebook: Notebook) -> Iterator[Finding]:
    for place, cell in enumerate(notebook["cells"]):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            line = line_of(text, ("cells", place))
            cure = "Clear the outputs of all cells and save (in Jupyter: Edit > Clear Outputs of All Cells)."
            yield Finding(file, line, "outputs", "outputs of a run are left in a source notebook", cure)
            return
