"""Everything in a project that repeats `kit.yml`: the text as it should be, and the bytes of a file made right again.

`kit check` compares with these and `kit check --fix` writes them; nothing else of a file changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kit.codeowners import codeowners_files
from kit.compose import Composer
from kit.json_span import with_value
from kit.notebook import METADATA_KEY, Notebook, lines_of, source_of
from kit.project_files import SCHEMA, shared_file
from kit.readme import find_section, owners_section
from kit.resolved import RESOLVED, resolved_bytes
from kit.resources import Resources
from kit.source_notebook import SourceNotebook
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
        **codeowners_files(composer.catalog, composer.chain, spec),
    }
    for path, right in whole.items():
        said = _text(folder / path)
        if said != right:
            state = "is missing" if said is None else "is not what kit.yml and this kit say"
            rule = Path(path).stem.removeprefix("kit.").lower()
            yield Drift(path, 1, rule, f"the file {state}", partial(_replaced, right))
    yield from _readme_drift(folder, composer, spec)


def notebook_drifts(notebook: SourceNotebook, composer: Composer, spec: Spec) -> Iterator[Drift]:
    """Yield the drifts of a notebook; a cell whose tag is not there exactly once is not compared."""
    for tag, source in composer.projections(spec, notebook.stage).items():
        places = notebook.tagged(tag)
        if len(places) == 1 and source_of(notebook.cells[places[0]]) != source:
            where = ("cells", places[0], "source")
            repair = partial(with_value, where=where, value=lines_of(source))
            yield Drift(notebook.file, notebook.line(where), tag, _MESSAGES[tag], repair)
    facts = composer.facts(spec, notebook.stage)
    if notebook.content["metadata"].get(METADATA_KEY) != facts:
        line = notebook.line(("metadata", METADATA_KEY))
        repair = partial(_with_facts, notebook=notebook.content, facts=facts)
        yield Drift(notebook.file, line, "metadata", _MESSAGES["metadata"], repair)


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
