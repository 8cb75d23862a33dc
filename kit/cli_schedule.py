"""The command that shows when a project is due."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from kit.cli_base import HERE, AsJson, ProjectPath, emit


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(schedule)


def schedule(
    path: ProjectPath = HERE,
    count: Annotated[int, typer.Option("--next", help="How many due times to show.")] = 5,
    as_json: AsJson = False,
) -> None:
    """Show when the project is due by its schedule, for which dates, and what a scheduler has to call."""
    from kit.project import open_project
    from kit.schedule import schedule_of, schedule_text

    found = schedule_of(open_project(path), count, dt.datetime.now(dt.timezone.utc))
    emit(found, schedule_text(found), as_json)
