"""A project as it is compared with its kit.yml, and the repair of everything that is computed from it.

`kit check` shows what has drifted; `kit check --fix` and `kit configure` repair it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kit.compose import Composer, composer_for
from kit.config import load_catalog
from kit.consistency import inconsistencies
from kit.errors import ConfigError, TemplateError
from kit.files import replace_file
from kit.findings import Finding
from kit.projections import Drift, file_drifts, notebook_drifts
from kit.resources import Resources
from kit.source_notebook import read_notebook
from kit.spec import SPEC_NAME, Spec, spec_problems
from kit.yaml_source import YamlSource


@dataclass(frozen=True)
class Opened:
    """A project whose kit.yml is valid, with what it is compared with."""

    folder: Path
    resources: Resources
    composer: Composer
    spec: Spec
    source: YamlSource


def opened_project(folder: Path, resources: Resources) -> Opened | list[Finding]:
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
    return Opened(folder, resources, composer, spec, source)


def fix_project(project: Path, resources: Resources) -> list[str]:
    """Rewrite every projection that drifted and return the files; a project with a wrong kit.yml is left alone."""
    opened = opened_project(project, resources)
    if isinstance(opened, list):
        return []
    texts: dict[str, str] = {}
    for drift in drifts_of(opened):
        path = project / drift.file
        if drift.file not in texts:
            texts[drift.file] = path.read_bytes().decode() if path.is_file() else ""
        texts[drift.file] = drift.repair(texts[drift.file])
    for file, text in texts.items():
        replace_file(project / file, text.encode())
    return sorted(texts)


def drifts_of(opened: Opened) -> Iterator[Drift]:
    """Yield everything in a project that is computed from kit.yml and is not what it says."""
    yield from file_drifts(opened.folder, opened.resources, opened.composer, opened.spec)
    for stage, file, text in notebooks_of(opened):
        with suppress(ValueError):  # what is no notebook has a finding by its form
            yield from notebook_drifts(read_notebook(file, stage, text), opened.composer, opened.spec)


def notebooks_of(opened: Opened) -> Iterator[tuple[str, str, str]]:
    """Yield stage, path and text of each notebook that is there."""
    flow = opened.composer.catalog.flow
    for stage in flow.stages:
        file = f"notebooks/{flow.notebook(stage)}"
        path = opened.folder / file
        if path.is_file():
            yield stage, file, path.read_bytes().decode(errors="replace")


def _finding_of(error: ConfigError) -> Finding:
    """Return a YAML error as a finding; its message begins with file and line."""
    found = re.match(r"^.*?:(\d+): (.*)$", error.message, re.DOTALL)
    line, message = (int(found[1]), found[2]) if found else (1, error.message)
    return Finding(SPEC_NAME, line, "kit-yml", message, error.hint)
