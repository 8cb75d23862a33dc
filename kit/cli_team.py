"""The commands by which people act: review, approve, hand over, and see and configure their team."""

from __future__ import annotations

from typing import Annotated

import typer

from kit.cli_base import HERE, AsJson, OfGate, ProjectPath, StageName, ask, day, emit
from kit.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the commands to the command line, in this order."""
    for command in (review, approve, handover, team, configure):
        app.command()(command)


def review(stage: StageName, path: ProjectPath = HERE, environment: OfGate = None, as_json: AsJson = False) -> None:
    """Show what a stage lays before its gate: figures against targets, checks, versions, and who still has to sign."""
    from kit.project import open_project
    from kit.review import review_gate, review_text

    found = review_gate(open_project(path), stage, environment)
    emit(found, review_text(found), as_json)


def approve(
    stage: StageName,
    path: ProjectPath = HERE,
    outcome: Annotated[
        str | None, typer.Option(help="An outcome of the gate; the first lets the work pass on.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why; a waiver and any other outcome than the first need it.")] = "",
    waive: Annotated[bool, typer.Option("--waive", help="Let runs pass without a decision, up to --until.")] = False,
    until: Annotated[str | None, typer.Option(help="The last day of a waiver, YYYY-MM-DD.")] = None,
    propose: Annotated[bool, typer.Option("--propose", help="Say what you would decide; it decides nothing.")] = False,
    environment: OfGate = None,
    as_json: AsJson = False,
) -> None:
    """Record your decision at a stage's gate, as the person that git knows you as, bound to what the last run found."""
    from kit.approve import decide, decided_text, wish
    from kit.project import open_project

    project = open_project(path)
    said = wish(outcome, note, day(until), is_waiver=waive, is_proposal=propose)
    made = decide(project, stage, said, environment)
    emit(made.as_dict(), decided_text(made), as_json)


def handover(
    stage: StageName,
    path: ProjectPath = HERE,
    accept: Annotated[bool, typer.Option("--accept", help="You take over.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="You do not; needs --note and --due.")] = False,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    due: Annotated[str | None, typer.Option(help="By when it is to be mended, YYYY-MM-DD.")] = None,
    environment: OfGate = None,
    as_json: AsJson = False,
) -> None:
    """Show what a stage hands over to the next accountable role, or record whether you take it."""
    from kit.handover import answer_handover, handover_text, show_handover
    from kit.project import open_project

    if accept and reject:
        raise ConfigError("--accept and --reject exclude each other", "Say one of the two.")
    project = open_project(path)
    if accept or reject:
        found = answer_handover(project, stage, environment, is_accepted=accept, note=note, due=day(due))
    else:
        found = show_handover(project, stage, environment)
    emit(found, handover_text(found), as_json)


def configure(
    path: ProjectPath = HERE,
    topology: Annotated[str | None, typer.Option(help="centralized, coe or federated.")] = None,
    data_foundation: Annotated[str | None, typer.Option(help="1 siloed, 2 shared, 3 governed.")] = None,
    platform: Annotated[str | None, typer.Option(help="1 self-managed, 2 managed, 3 self-service.")] = None,
    mlops: Annotated[str | None, typer.Option(help="1 manual, 2 automated, 3 continuous.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would follow, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change how the team is set up and show what follows; without options it asks."""
    from kit.configure import ask_answers
    from kit.configure import configure as configure_project

    said = {"topology": topology, "data_foundation": data_foundation, "platform": platform, "mlops": mlops}
    answers = {name: value for name, value in said.items() if value is not None} or ask_answers(path, ask)
    found = configure_project(path, answers, dry_run=dry_run)
    emit(found.as_dict(), found.text(), as_json)


def team(
    path: ProjectPath = HERE,
    without: Annotated[str | None, typer.Option(help="A person: what would nobody answer for?")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who does what, who carries too much, which roles are open, and what a leaving person would orphan."""
    from kit.project import open_project
    from kit.team import team_of, team_text

    project = open_project(path)
    found = team_of(project, without)
    emit(found, team_text(project, found), as_json)
