"""A project's schedule, and who answers for what runs by it."""

from __future__ import annotations

from kit.errors import ConfigError
from kit.ownership import holders, stage_ownership
from kit.project import Project
from kit.spec_schedule import Schedule


def schedule_of(project: Project) -> Schedule:
    """Return the project's schedule; raises ConfigError where it has none, with the lines to add."""
    if project.spec.schedule is None:
        lines = "schedule:\n  every: weekday\n  at: '06:00'\n  time_zone: Europe/Berlin"
        raise ConfigError(f"{project.folder}/kit.yml has no schedule", f"Add the lines\n{lines}")
    return project.spec.schedule


def schedule_owner(project: Project) -> str:
    """Return who answers for the scheduled runs."""
    schedule = schedule_of(project)
    role = schedule.owner or stage_ownership(project.catalog, project.chain, project.spec, "deployment").accountable
    found = holders(project.spec, role)
    people = ", ".join(f"{one.name} <{one.email}>" if one.email else one.name for one in found)
    return f"{project.catalog.roles[role].title} ({people or 'unfilled'})"
