"""`kit check`: compare a project with its `kit.yml`, and with what its notebooks must have; `--fix` the projections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.artefacts import operating_model_of
from kit.authorship import has_git
from kit.compose import Composer, composer_for
from kit.config import load_catalog
from kit.consistency import inconsistencies
from kit.decisions import read_decisions
from kit.errors import ConfigError, TemplateError
from kit.files import replace_file
from kit.findings import Finding, failures, findings_text
from kit.notebook_form import form_findings, table_findings
from kit.policy import breaches
from kit.project import Project
from kit.projections import Drift, file_drifts, notebook_drifts
from kit.records import read_runs
from kit.resources import Resources, kit_resources
from kit.source_notebook import read_notebook
from kit.spec import SPEC_NAME, Spec, spec_problems
from kit.standings import gate_standings
from kit.yaml_source import YamlSource

__all__ = ["check_project", "failures", "findings_text", "fix_project"]

_FIX = "`kit check --fix` writes it anew."


def check_project(project: Path, fix: bool = False, resources: Resources | None = None) -> list[Finding]:
    """Return what is wrong in a project, sorted; with `fix` the projections are first rewritten, and nothing else.

    Raises ConfigError where the folder is not a project; a kit.yml that is not valid is a finding.
    """
    if not (project / SPEC_NAME).is_file():
        raise ConfigError(
            f"{project}: no {SPEC_NAME} in it", "Name the folder of a project, or make one with `kit new`."
        )
    resources = resources or kit_resources()
    if fix:
        fix_project(project, resources)
    opened = _opened(project, resources)
    if isinstance(opened, list):
        return sorted(opened)
    drifts = [Finding(one.file, one.line, one.rule, one.message, _FIX) for one in _drifts(opened)]
    return sorted({*drifts, *_forms(opened), *_model_findings(opened)})


def fix_project(project: Path, resources: Resources) -> list[str]:
    """Rewrite every projection that drifted and return the files; a project with a wrong kit.yml is left alone."""
    opened = _opened(project, resources)
    if isinstance(opened, list):
        return []
    texts: dict[str, str] = {}
    for drift in _drifts(opened):
        path = project / drift.file
        if drift.file not in texts:
            texts[drift.file] = path.read_bytes().decode() if path.is_file() else ""
        texts[drift.file] = drift.repair(texts[drift.file])
    for file, text in texts.items():
        replace_file(project / file, text.encode())
    return sorted(texts)


@dataclass(frozen=True)
class _Opened:
    folder: Path
    resources: Resources
    composer: Composer
    spec: Spec
    source: YamlSource


def _opened(folder: Path, resources: Resources) -> _Opened | list[Finding]:
    """Return the project with what it is compared with, or the findings that stand in the way of that."""
    try:
        source = YamlSource.read(folder / SPEC_NAME)
    except ConfigError as error:
        return [_finding_of(error)]
    problems = spec_problems(source)
    if problems:
        cure = "docs/kit-yml.md of usecase-kit lists every key."
        return [Finding(SPEC_NAME, one.line, "kit-yml", f"{one.key}: {one.message}", cure) for one in problems]
    spec = Spec.model_validate(source.value)
    catalog = load_catalog(resources)
    try:
        composer = composer_for(resources, catalog, spec.template)
    except TemplateError as error:
        return [Finding(SPEC_NAME, source.line(("template",)), "template", error.message, error.hint)]
    said = inconsistencies(catalog, composer.chain, spec)
    if said:
        return [Finding(SPEC_NAME, source.line(one.where), one.rule, one.message, one.cure) for one in said]
    return _Opened(folder, resources, composer, spec, source)


def _finding_of(error: ConfigError) -> Finding:
    """Return a YAML error as a finding; its message begins with file and line."""
    found = re.match(r"^.*?:(\d+): (.*)$", error.message, re.DOTALL)
    line, message = (int(found[1]), found[2]) if found else (1, error.message)
    return Finding(SPEC_NAME, line, "kit-yml", message, error.hint)


def _drifts(opened: _Opened) -> Iterator[Drift]:
    yield from file_drifts(opened.folder, opened.resources, opened.composer, opened.spec)
    for stage, file, text in _notebooks(opened):
        with suppress(ValueError):  # what is no notebook has a finding by its form
            yield from notebook_drifts(read_notebook(file, stage, text), opened.composer, opened.spec)


def _model_findings(opened: _Opened) -> Iterator[Finding]:
    """Yield what the checks of the operating model find: in kit.yml, in git, at the gates."""
    composer, spec = opened.composer, opened.spec
    for one in breaches(composer.catalog, composer.chain, spec):
        if one.level != "off":
            line = opened.source.line(one.where)
            yield Finding(SPEC_NAME, line, one.check, one.message, one.cure, one.level)
    levels = operating_model_of(composer.catalog, composer.chain, spec).levels
    level = levels["version-control"]
    if level != "off" and not has_git(opened.folder):
        said, cure = "the project is not under version control", "git init, and commit it."
        yield Finding(SPEC_NAME, 1, "version-control", said, cure, level)
    if levels["gate-overdue"] != "off" and any(gate.due for gate in spec.gates.values()):
        yield from _overdue(opened, levels["gate-overdue"])
    for file, said in read_decisions(opened.folder).broken.items():
        yield Finding(file, 1, "decision", said, "Restore it from git, or remove it and decide anew.")


def _overdue(opened: _Opened, level: Literal["warn", "fail"]) -> Iterator[Finding]:
    project = Project(opened.folder, opened.source, opened.spec, opened.composer.catalog, [*opened.composer.chain])
    for gate in gate_standings(project, read_runs(opened.folder)):
        if gate["is_overdue"]:
            line = opened.source.line(("gates", gate["gate"], "due"))
            said = f"gate {gate['gate']} was to be decided by {gate['due']} and is {gate['status']}"
            cure = f"Decide with `kit approve {gate['stage']}`, or agree on another day."
            yield Finding(SPEC_NAME, line, "gate-overdue", said, cure, level)


def _forms(opened: _Opened) -> Iterator[Finding]:
    catalog, missing = opened.composer.catalog, dict.fromkeys(opened.composer.catalog.flow.stages)
    for stage, file, text in _notebooks(opened):
        missing.pop(stage)
        yield from _form(opened, file, stage, text)
    for stage in missing:
        yield Finding(f"notebooks/{catalog.flow.notebook(stage)}", 1, "missing", "the notebook is missing", _RESTORE)


def _form(opened: _Opened, file: str, stage: str, text: str) -> Iterator[Finding]:
    try:
        notebook = read_notebook(file, stage, text)
    except ValueError as error:
        yield Finding(file, getattr(error, "lineno", 1), "notebook", f"not a notebook: {error}", _RESTORE)
        return
    yield from form_findings(notebook)
    yield from table_findings(notebook, opened.composer.catalog, opened.spec)


_RESTORE = "Restore it from git, or take it from a project that `kit new` makes from the same answers."


def _notebooks(opened: _Opened) -> Iterator[tuple[str, str, str]]:
    """Yield stage, path and text of each notebook that is there."""
    flow = opened.composer.catalog.flow
    for stage in flow.stages:
        file = f"notebooks/{flow.notebook(stage)}"
        path = opened.folder / file
        if path.is_file():
            yield stage, file, path.read_bytes().decode(errors="replace")
