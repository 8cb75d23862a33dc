"""Rules for the kit's own skeletons and templates: each composes, reads the same in jupytext, and tells a story."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import jupytext
import pytest

from kit.check import check_project, failures
from kit.compose import Composer, composer_for
from kit.config import load_catalog
from kit.marks import without_marks
from kit.new import new_project
from kit.notebook import JOB_TAGS, source_of
from kit.percent import read_percent
from kit.resources import Resources, resource
from kit.spec import Spec
from kit.template import offered_names, project_fragment, template_chain

OWN = Resources((resource("stages").parent,))
LONGEST_CELL = 15
OPEN: dict[str, Any] = {
    "sources": {"cases": {"path": "cases.csv"}},
    "problem": {
        "target": "outcome",
        "classes": ["a", "b", "c"],
        "key": ["id"],
        "event_time": "at",
        "user": "who",
        "item": "what",
    },
}
"""Answers to what a template for any data leaves open."""
FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
CASES = [(template, stage) for template in offered_names(OWN) for stage in load_catalog(OWN).flow.stages]


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Composer, Spec, Path]]:
    """Each template's composer, its spec by default and a project of it."""
    made = {}
    for template in offered_names(OWN):
        said = project_fragment(template_chain(OWN, template))
        answers = {} if said.get("sources") else OPEN
        project = new_project(tmp_path_factory.mktemp("projects") / template, template, answers, resources=OWN)
        made[template] = (composer_for(OWN, load_catalog(OWN), template), project.spec, project.path)
    return made


Specs = dict[str, tuple[Composer, Spec, Path]]


def lines_to_read(source: str) -> int:
    """Return the lines of code with text in them; an import that is wrapped over several is one."""
    wrapped = sum(
        (node.end_lineno or 0) - node.lineno for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)
    )
    return len([line for line in source.splitlines() if line.strip()]) - wrapped


@pytest.mark.parametrize(("template", "stage"), CASES)
def test_no_code_cell_is_longer_than_a_person_reads_at_a_glance(specs: Specs, template: str, stage: str) -> None:
    composer, spec, _ = specs[template]
    sources = [
        source_of(cell)
        for cell in composer.notebook(spec, stage)["cells"]
        if cell["cell_type"] == "code" and "parameters" not in cell["metadata"].get("tags", [])
    ]
    assert [source for source in sources if lines_to_read(source) > LONGEST_CELL] == []


@pytest.mark.parametrize(("template", "stage"), CASES)
def test_jupytext_reads_the_script_as_we_do(specs: Specs, template: str, stage: str) -> None:
    composer, spec, _ = specs[template]
    facts = {"spec": spec, "stage": composer.catalog.flow.stages[stage], "package": spec.package}
    script = without_marks(composer.scripts.render(stage, facts)).lstrip()
    ours = [(cell.kind, cell.source, list(cell.tags)) for cell in read_percent(script, stage)]
    read = jupytext.reads(script, FORMAT).cells
    assert ours == [(one.cell_type, one.source.strip("\n"), one.metadata.get("tags", [])) for one in read]


@pytest.mark.parametrize(("template", "stage"), CASES)
def test_a_notebook_explains_itself_between_its_job_cells(specs: Specs, template: str, stage: str) -> None:
    composer, spec, _ = specs[template]
    cells = composer.notebook(spec, stage)["cells"]
    tags = [tag for cell in cells for tag in cell["metadata"].get("tags", []) if tag in JOB_TAGS]
    assert tags == list(JOB_TAGS)
    assert cells[-1]["metadata"]["tags"] == ["finish"]
    assert "stage.finish(" in source_of(cells[-1])
    assert cells[1]["cell_type"] == "markdown"
    text = "".join(source_of(cell) for cell in cells)
    assert "TODO" not in text


@pytest.mark.parametrize("template", offered_names(OWN))
def test_a_fresh_project_has_no_findings_and_is_formatted_and_linted(specs: Specs, template: str) -> None:
    path = specs[template][2]
    assert failures(check_project(path, resources=OWN)) == []
    for command in (["format", "--check", "."], ["check", "."]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache"],
            cwd=path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def names_of(module: Path) -> set[str]:
    """Return what a module defines or imports at its top."""
    names = {"__name__"}
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {one.asname or one.name for one in node.names}
    return names


@pytest.mark.parametrize(("template", "stage"), CASES)
def test_what_a_notebook_calls_is_in_the_package(specs: Specs, template: str, stage: str) -> None:
    composer, spec, path = specs[template]
    folder = path / "src" / spec.package
    cells = [one for one in composer.notebook(spec, stage)["cells"] if one["cell_type"] == "code"]
    tree = ast.parse("\n".join(source_of(cell) for cell in cells))
    modules: dict[str, Path] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == spec.package:
            modules |= {one.asname or one.name: folder / f"{one.name}.py" for one in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{spec.package}."):
            module = folder / f"{(node.module or '').partition('.')[2]}.py"
            assert {one.name for one in node.names} <= names_of(module), module.name
    assert [module for module in modules.values() if not module.is_file()] == []
    known = {name: names_of(module) for name, module in modules.items()}
    called = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    wrong = {f"{one.value.id}.{one.attr}" for one in called if one.attr not in known.get(one.value.id, {one.attr})}
    assert wrong == set()
