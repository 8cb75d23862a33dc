"""`kit new`: make a project from a template."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.answers import answered_spec, read_answers
from kit.compose import composer_for
from kit.config import Catalog, load_catalog
from kit.errors import ConfigError
from kit.files import File, refuse_used_folder, write_files
from kit.fragment import merge
from kit.from_data import Said, answers_over, look_at
from kit.project_files import project_files
from kit.questions import Question, ask_all, git_identity, questions
from kit.resources import Resources, kit_resources
from kit.spec import Spec
from kit.template import Template, template_chain

if TYPE_CHECKING:
    from kit.intake.proposal import Proposal

__all__ = ["NewProject", "Said", "create_project", "new_project"]


@dataclass(frozen=True)
class NewProject:
    """A project as planned, and as written unless it was a dry run."""

    path: Path
    spec: Spec
    files: list[File]
    is_written: bool
    proposal: Proposal | None = None
    """What a look at the data proposed."""

    def as_dict(self) -> dict[str, Any]:
        """Return what `kit new --json` prints."""
        intake: dict[str, Any] = {}
        if self.proposal:
            from kit.intake.report import proposal_values

            intake = {"intake": proposal_values(self.proposal)}
        return {
            **intake,
            "path": str(self.path),
            "name": self.spec.name,
            "template": self.spec.template,
            "files": [file.path for file in self.files],
            "written": self.is_written,
        }

    def text(self) -> str:
        """Return the outcome for a person."""
        if self.proposal:
            from kit.intake.report import proposal_text

            return f"{proposal_text(self.proposal)}\n\n{replace(self, proposal=None).text()}"
        if not self.is_written:
            return "\n".join(
                [f"{self.path} would get {len(self.files)} files:", *(f"  {one.path}" for one in self.files)]
            )
        said = f"{self.spec.title}: {len(self.files)} files in {self.path}."
        return f"{said}\nNext: `kit run {self.path}`, or `kit lab {self.path}`; owners and sources are in kit.yml."


def create_project(
    path: Path,
    template: str | None,
    said: Said | None = None,
    *,
    answers: Path | None = None,
    assignments: Sequence[str] = (),
    ask: bool = False,
    overlay: Path | None = None,
    dry_run: bool = False,
) -> NewProject:
    """Make a project from what the command line says; with `ask`, and on a terminal, the open questions are put.

    Files that `said` names are looked at once; what they propose is laid below the answers. Raises what `new_project`
    raises, and ConfigError where a file cannot be read or cannot carry the problem.
    """
    resources, said = kit_resources(overlay), said or Said()
    refuse_used_folder(path)
    given = read_answers(answers, assignments)
    is_asking, proposal = ask and sys.stdin.isatty(), None
    if said.sources:
        template, proposal = look_at(resources, template, said, given, path, _prompt if is_asking else None)
    if not template:
        raise ConfigError("which template?", "Name it with --template (`kit list`), or your data with --source FILE.")
    given = answers_over(proposal, given) if proposal else merge(said.answers(), given)
    if is_asking:
        replies = _asked(load_catalog(resources), template_chain(resources, template), given, path)
        given = merge(replies, given)
    return replace(new_project(path, template, given, dry_run, resources), proposal=proposal)


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
