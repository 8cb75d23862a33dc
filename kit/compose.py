"""Compose a stage's notebook: render its script, fill the cells that are projections, refuse what cannot be right."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kit.config import Catalog
from kit.errors import TemplateError
from kit.imports import tidy_imports
from kit.marks import EXPRESSION, without_marks
from kit.notebook import JOB_TAGS, Notebook, make_notebook
from kit.ownership import ownership_facts, ownership_source
from kit.parameter_cell import parameters_source
from kit.percent import Cell, read_percent
from kit.resources import Resources
from kit.script import Scripts, scripts_of
from kit.spec import Spec
from kit.template import Template, template_chain

_PACKAGE = re.compile(r"\bPACKAGE\b")
_LEFTOVER = re.compile(r"\{\{|\{%|\{#|^\s*#:", re.MULTILINE)


@dataclass(frozen=True)
class Composer:
    """What the notebooks of one template are composed from."""

    catalog: Catalog
    chain: Sequence[Template]
    scripts: Scripts

    def notebook(self, spec: Spec, stage: str) -> Notebook:
        """Return the stage's notebook; raises TemplateError naming file and line of what cannot be composed."""
        info = self.catalog.flow.stages[stage]
        facts = {"spec": spec, "stage": info, "package": spec.package}
        name = f"{self.scripts.template}/{stage}.py.j2"
        cells = read_percent(self.scripts.render(stage, facts), f"{name} as rendered")
        _refuse_job_tags(cells, name)
        cells = [_finished(cell, spec.package, name) for cell in cells]
        composed = self.projections(spec, stage)
        cells = [replace(cell, source=_projected(cell, composed)) for cell in cells]
        return make_notebook(cells, self.facts(spec, stage))

    def projections(self, spec: Spec, stage: str) -> dict[str, str]:
        """Return the source of each composed cell by its tag."""
        return {
            "ownership": ownership_source(self.catalog, self.chain, spec, stage),
            "parameters": parameters_source(spec, stage),
            "start": f'from kit.runtime import start\n\nstage = start("{stage}", globals())',
        }

    def facts(self, spec: Spec, stage: str) -> dict[str, Any]:
        """Return the notebook's metadata under `usecase_kit`."""
        return ownership_facts(self.catalog, self.chain, spec, stage)


def composer_for(resources: Resources, catalog: Catalog, template: str) -> Composer:
    """Return the composer of a template; raises TemplateError where its chain is broken."""
    return Composer(catalog, template_chain(resources, template), scripts_of(resources, template))


def with_package(code: str, package: str) -> str:
    """Return code in which the word PACKAGE is the project's package."""
    return _PACKAGE.sub(package, code)


def _refuse_job_tags(cells: list[Cell], name: str) -> None:
    for tag in JOB_TAGS:
        lines = [cell.line for cell in cells if tag in cell.tags]
        if len(lines) != 1:
            said = f"in lines {', '.join(map(str, lines))} of the rendered script" if lines else "not at all"
            hint = "These tags belong to the frame; fill its blocks instead."
            raise TemplateError(
                f"{name}: the tag '{tag}' must stand exactly once; it stands {said}",
                hint,
            )


def _finished(cell: Cell, package: str, name: str) -> Cell:
    """Return the cell without marks, its code bound to the package; raises TemplateError where it is broken."""
    if cell.kind == "markdown":
        source = without_marks(cell.source)
    else:
        marked = EXPRESSION.search(cell.source)
        if marked:
            hint = "Code reads facts from `stage`; double braces cannot stand in a code cell."
            raise TemplateError(f"{marked[1]}: '{{{{' in a code cell would be eaten", hint)
        source = with_package(cell.source, package)
        _refuse_broken_code(cell, source, name)
        if "imports" in cell.tags:
            source = tidy_imports(source, package)
    left = _LEFTOVER.search(source)
    if left:
        said = f"{name}: {left[0].strip()!r} is left in the {cell.kind} cell that begins {source.splitlines()[0]!r}"
        raise TemplateError(said, "Begin template statements with `#: ` at the start of a line.")
    return replace(cell, source=source)


def _refuse_broken_code(cell: Cell, source: str, name: str) -> None:
    try:
        ast.parse(source)
    except SyntaxError as error:
        said = f"{name}: a code cell is not Python: {error.msg}: {(error.text or '').strip()!r}"
        raise TemplateError(
            said,
            f"It is at line {cell.line + (error.lineno or 1)} of the rendered script.",
        ) from error


def _projected(cell: Cell, composed: dict[str, str]) -> str:
    return next((source for tag, source in composed.items() if tag in cell.tags), cell.source)
