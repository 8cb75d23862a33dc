"""`kit schedule`: when a project is due by its `schedule:`, for which dates, and by which command."""

from __future__ import annotations

import datetime as dt
import shlex
from typing import Any

from kit.errors import ConfigError
from kit.project import Project
from kit.rhythm import next_times, reading
from kit.scheduled import schedule_of, schedule_owner
from kit.spec_schedule import Schedule


def coming(project: Project, count: int, now: dt.datetime) -> dict[str, Any]:
    """Return the rhythm in words, its rules, and the next `count` due times, each with its date and its command.

    Raises ConfigError where kit.yml has no schedule, or where there is nothing to count.
    """
    schedule = schedule_of(project)
    if count < 1:
        raise ConfigError(f"--next {count}: there is nothing to show", "Give a whole number from 1 on.")
    due = next_times(schedule, now, count)
    if not due:
        raise ConfigError(f"schedule.cron '{schedule.expression}' is never due", "Name a day that the month has.")
    return {
        "rhythm": reading(schedule),
        "expression": schedule.expression,
        "owner": schedule_owner(project),
        **schedule.model_dump(include={"environment", "catch_up", "retries", "retry_minutes", "deadline_minutes"}),
        "next": [_run(project, schedule, one) for one in due],
    }


def _run(project: Project, schedule: Schedule, due: dt.datetime) -> dict[str, str]:
    """Return a due time, the date that its run is for (that of its own clock), and the command that runs it."""
    date = due.date().isoformat()
    where = ["--from", schedule.first, "--env", schedule.environment, "--date", date]
    command = shlex.join(["kit", "run", str(project.folder), *where])
    return {"at": due.isoformat(), "date": date, "command": command}


def schedule_text(found: dict[str, Any]) -> str:
    """Return the schedule for a person."""
    due = "\n".join(f"  {one['at']}  for {one['date']}" for one in found["next"])
    return (
        f"{found['rhythm']}, in {found['environment']}\n"
        f"answers for it: {found['owner']}\n{due}\n"
        f"What `kit run-due` runs, here for the first of them:\n  {found['next'][0]['command']}"
    )
