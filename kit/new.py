"""`kit new`: make a project from a template."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.answers import answered_spec, read_answers
from kit.compose import composer_for
from kit.config import Catalog, load_catalog
from kit.files import File, refuse_used_folder, write_files
from kit.fragment import merge
from kit.project_files import project_files
from kit.questions import Question, ask_all, git_identity, questions
from kit.resources import Resources, kit_resources
from kit.spec import Spec
from kit.template import Template, template_chain


@dataclass(frozen=True)
class NewProject:
    """A project as planned, and as written unless it was a dry run."""

    path: Path
    spec: Spec
    files: list[File]
    is_written: bool

    def as_dict(self) -> dict[str, Any]:
        """Return what `kit new --json` prints."""
        return {
            "path": str(self.path),
            "name": self.spec.name,
            "template": self.spec.template,
            "files": [file.path for file in self.files],
            "written": self.is_written,
        }

    def text(self) -> str:
        """Return the outcome for a person."""
        if not self.is_written:
            return "\n".join(
                [f"{self.path} would get {len(self.files)} files:", *(f"  {one.path}" for one in self.files)]
            )
        said = f"{self.spec.title}: {len(self.files)} files in {self.path}."
        return f"{said}\nNext: `kit run {self.path}`, or `kit lab {self.path}`; owners and sources are in kit.yml."


def create_project(
    path: Path,
    template: str,
    *,
    answers: Path | None = None,
    assignments: Sequence[str] = (),
    ask: bool = False,
    overlay: Path | None = None,
    dry_run: bool = False,
) -> NewProject:
    """Make a project from what the command line says; with `ask`, and on a terminal, the open questions are put."""
    resources = kit_resources(overlay)
    refuse_used_folder(path)
    given = read_answers(answers, assignments)
    if ask and sys.stdin.isatty():
        replies = _asked(load_catalog(resources), template_chain(resources, template), given, path)
        given = merge(replies, given)
    return new_project(path, template, given, dry_run, resources)


def new_project(
    path: Path,
    template: str,
    answers: Mapping[str, Any],
    dry_run: bool = False,
    resources: Resources | None = None,
) -> NewProject:
    """Write the project of a template and of answers (a fragment of `kit.yml`) into an empty folder.

    Nothing is written on a dry run, nor where anything is wrong: ConfigError for the answers or a folder in use,
    TemplateError for the template, KitError where the disk refuses (what had been written is removed).
    """
    resources = resources or kit_resources()
    refuse_used_folder(path)
    composer = composer_for(resources, load_catalog(resources), template)
    spec = answered_spec(composer.catalog, composer.chain, answers, path.resolve().name)
    files = project_files(resources, composer, spec)
    if not dry_run:
        write_files(path, files)
    return NewProject(path, spec, files, not dry_run)


def _asked(catalog: Catalog, chain: list[Template], given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    return ask_all(questions(catalog, chain, given, path.resolve().name, git_identity()), _prompt)


def _prompt(question: Question) -> str:
    import typer

    choices = f" ({', '.join(question.choices)})" if question.choices else ""
    while True:
        reply = str(typer.prompt(question.text + choices, default=question.default, err=True))
        if not question.choices or reply in question.choices:
            return reply
        typer.echo(f"Choose one of {', '.join(question.choices)}.", err=True)
