"""`kit check`: compare a project with its `kit.yml`, and with what its notebooks must have; `--fix` the projections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kit.artefacts import operating_model_of
from kit.authorship import has_git
from kit.decisions import read_decisions
from kit.errors import ConfigError
from kit.findings import Finding, failures, findings_text
from kit.notebook_form import form_findings, table_findings
from kit.policy import breaches
from kit.project import Project
from kit.records import read_runs
from kit.repair import Opened, drifts_of, fix_project, notebooks_of, opened_project
from kit.resources import Resources, kit_resources
from kit.source_notebook import read_notebook
from kit.spec import SPEC_NAME
from kit.standings import gate_standings

__all__ = ["check_project", "failures", "findings_text"]

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
    opened = opened_project(project, resources)
    if isinstance(opened, list):
        return sorted(opened)
    drifts = [Finding(one.file, one.line, one.rule, one.message, _FIX) for one in drifts_of(opened)]
    return sorted({*drifts, *_forms(opened), *_model_findings(opened)})


def _model_findings(opened: Opened) -> Iterator[Finding]:
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


def _overdue(opened: Opened, level: Literal["warn", "fail"]) -> Iterator[Finding]:
    project = Project(opened.folder, opened.source, opened.spec, opened.composer.catalog, [*opened.composer.chain])
    for gate in gate_standings(project, read_runs(opened.folder)):
        if gate["is_overdue"]:
            line = opened.source.line(("gates", gate["gate"], "due"))
            said = f"gate {gate['gate']} was to be decided by {gate['due']} and is {gate['status']}"
            cure = f"Decide with `kit approve {gate['stage']}`, or agree on another day."
            yield Finding(SPEC_NAME, line, "gate-overdue", said, cure, level)


def _forms(opened: Opened) -> Iterator[Finding]:
    catalog, missing = opened.composer.catalog, dict.fromkeys(opened.composer.catalog.flow.stages)
    for stage, file, text in notebooks_of(opened):
        missing.pop(stage)
        yield from _form(opened, file, stage, text)
    for stage in missing:
        yield Finding(f"notebooks/{catalog.flow.notebook(stage)}", 1, "missing", "the notebook is missing", _RESTORE)


def _form(opened: Opened, file: str, stage: str, text: str) -> Iterator[Finding]:
    try:
        notebook = read_notebook(file, stage, text)
    except ValueError as error:
        yield Finding(file, getattr(error, "lineno", 1), "notebook", f"not a notebook: {error}", _RESTORE)
        return
    yield from form_findings(notebook)
    yield from table_findings(notebook, opened.composer.catalog, opened.spec)


_RESTORE = "Restore it from git, or take it from a project that `kit new` makes from the same answers."
