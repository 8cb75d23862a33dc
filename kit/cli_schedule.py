"""The commands of a schedule: show when a project is due, and run what is owed."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from kit.cli_base import HERE, AsJson, ProjectPath, emit


def register(app: typer.Typer) -> None:
    """Add the commands to the command line, in this order."""
    app.command()(schedule)
    app.command("run-due")(run_due)


def schedule(
    path: ProjectPath = HERE,
    count: Annotated[int, typer.Option("--next", help="How many due times to show.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Show when the project is due by its schedule, for which dates, and by which command it is run."""
    from kit.project import open_project
    from kit.schedule import coming, schedule_text

    found = coming(open_project(path), count, dt.datetime.now(dt.timezone.utc))
    emit(found, schedule_text(found), as_json)


def run_due(
    path: ProjectPath = HERE,
    environment: Annotated[
        str | None, typer.Option("--env", help="The environment.", show_default="that of the schedule")
    ] = None,
    within: Annotated[
        int | None, typer.Option(min=1, help="Do nothing unless a time of the schedule is at most so many minutes ago.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing where all went well.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show which dates are owed, run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the dates that are owed by the project's schedule; what every scheduler calls."""
    from kit.project import open_project
    from kit.run_due import run_due as run

    found = run(open_project(path), environment=environment, within_minutes=within, dry_run=dry_run, is_quiet=quiet)
    if as_json or not quiet or found.exit_code:
        emit(found.as_dict(), found.text(), as_json)
    raise typer.Exit(found.exit_code)
