"""Everything in a project that repeats `kit.yml`: the text as it should be, and the bytes of a file made right again.

`kit check` compares with these and `kit check --fix` writes them; nothing else of a file changes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kit.compose import Composer
from kit.json_span import line_of, with_value
from kit.notebook import METADATA_KEY, Notebook, lines_of, source_of, tagged
from kit.project_files import SCHEMA, shared_file
from kit.readme import find_section, owners_section
from kit.resolved import RESOLVED, resolved_bytes
from kit.resources import Resources
from kit.spec import SPEC_NAME, Spec


@dataclass(frozen=True)
class Drift:
    """One projection that is not what `kit.yml` says; `repair` makes the file's text right, and only there."""

    file: str
    line: int
    rule: str
    message: str
    repair: Callable[[str], str]


def file_drifts(folder: Path, resources: Resources, composer: Composer, spec: Spec) -> Iterator[Drift]:
    """Yield the drifts of the files that are projections as a whole, and of the README's table."""
    text = (folder / SPEC_NAME).read_text(encoding="utf-8")
    whole = {
        RESOLVED.as_posix(): resolved_bytes(composer.catalog, composer.chain, spec, text).decode(),
        SCHEMA: shared_file(resources, SCHEMA).decode(),
    }
    for path, right in whole.items():
        said = _text(folder / path)
        if said != right:
            state = "is missing" if said is None else "is not what kit.yml and this kit say"
            yield Drift(path, 1, Path(path).stem.removeprefix("kit."), f"the file {state}", partial(_replaced, right))
    yield from _readme_drift(folder, composer, spec)


def notebook_drifts(
    file: str, text: str, notebook: Notebook, composer: Composer, spec: Spec, stage: str
) -> Iterator[Drift]:
    """Yield the drifts of a valid notebook; a cell whose tag is not there exactly once is not compared."""
    for tag, source in composer.projections(spec, stage).items():
        cells = tagged(notebook, tag)
        if len(cells) == 1 and source_of(cells[0]) != source:
            where = ("cells", notebook["cells"].index(cells[0]), "source")
            repair = partial(with_value, where=where, value=lines_of(source))
            yield Drift(file, line_of(text, where), tag, _MESSAGES[tag], repair)
    facts = composer.facts(spec, stage)
    if notebook["metadata"].get(METADATA_KEY) != facts:
        line = line_of(text, ("metadata", METADATA_KEY))
        repair = partial(_with_facts, notebook=notebook, facts=facts)
        yield Drift(file, line, "metadata", _MESSAGES["metadata"], repair)


_MESSAGES = {
    "ownership": "the ownership cell is not what kit.yml says",
    "parameters": "the parameters cell differs from the contract in kit.yml",
    "start": "the start cell does not start this stage",
    "metadata": f"the notebook's metadata `{METADATA_KEY}` is not what kit.yml says",
}


def _with_facts(text: str, notebook: Notebook, facts: dict[str, Any]) -> str:
    if METADATA_KEY in notebook["metadata"]:
        return with_value(text, ("metadata", METADATA_KEY), facts)
    return with_value(text, ("metadata",), {**notebook["metadata"], METADATA_KEY: facts})


def _readme_drift(folder: Path, composer: Composer, spec: Spec) -> Iterator[Drift]:
    text = _text(folder / "README.md") or ""
    section, right = find_section(text), owners_section(composer.catalog, composer.chain, spec)
    if section is not None and section != right:
        line = text.count("\n", 0, text.find(section)) + 1
        repair = partial(_section_replaced, section=section, right=right)
        yield Drift("README.md", line, "readme", "the table of owners is not what kit.yml says", repair)


def _replaced(right: str, _: str) -> str:
    return right


def _section_replaced(text: str, section: str, right: str) -> str:
    return text.replace(section, right)


def _text(path: Path) -> str | None:
    return path.read_bytes().decode(errors="replace") if path.is_file() else None


def parsed(text: str) -> Notebook:
    """Return a notebook's JSON; raises ValueError where it is not an object with cells and metadata."""
    notebook = json.loads(text)
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ValueError("it has no list of cells")
    if not isinstance(notebook.get("metadata"), dict):
        raise ValueError("it has no metadata")
    return notebook
