"""`kit handover`: show what one stage hands over to the next, and record whether it was accepted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kit.authorship import identity
from kit.decisions import bound_to, read_decisions, sealed, write_decision
from kit.errors import ConfigError, NotAllowed
from kit.handovers import ACCEPTED, REJECTED, checklist_parts, handover_of, taking_role
from kit.hearing import decided_environment, gate_record, known_now
from kit.ownership import deciders
from kit.project import Project
from kit.records import read_runs
from kit.text import table_text


def show_handover(project: Project, stage: str, environment: str | None = None) -> dict[str, Any]:
    """Return the handover of a stage's last run in an environment; raises ConfigError where it has not run."""
    environment = environment or decided_environment(project, stage)
    return handover_of(project, stage, environment, _record(project, stage, environment))


def answer_handover(
    project: Project,
    stage: str,
    environment: str | None = None,
    *,
    is_accepted: bool,
    note: str = "",
    due: dt.date | None = None,
) -> dict[str, Any]:
    """Record the answer of whoever works here and return the handover with it.

    Raises NotAllowed where they do not hold the role that takes over, ConfigError where a rejection has no reason or no
    day by which it is to be mended; nothing is written then.
    """
    environment = environment or decided_environment(project, stage)
    record, role, email = _record(project, stage, environment), taking_role(project, stage), identity(project.folder)
    people = deciders(project.spec, role)
    if email not in [one.email.lower() for one in people]:
        title = project.catalog.roles[role].title
        who = ", ".join(one.name for one in people) or "unfilled"
        raise NotAllowed(f"{email or 'nobody'} does not take over from {stage}", f"It is for {title}: {who}.")
    if not is_accepted and (not note.strip() or due is None):
        raise ConfigError("a rejection needs a reason and a day", "Say --note REASON and --due YYYY-MM-DD.")
    decisions = read_decisions(project.folder)
    decision = sealed(
        decisions,
        gate=project.catalog.flow.stages[stage].gate,
        stage=stage,
        environment=environment,
        kind="handover",
        outcome=ACCEPTED if is_accepted else REJECTED,
        by=email,
        roles=[role],
        note=" ".join(note.split()),
        at=known_now(project),
        until=None if is_accepted else due,
        **bound_to(record),
    )
    file = write_decision(project.folder, decision)
    return {**handover_of(project, stage, environment, record), "file": file}


def handover_text(found: dict[str, Any]) -> str:
    """Return a handover for a person: who to whom, its state, what passes, what was checked, what is open."""
    head = f"Handover of {found['stage']} in {found['environment']}: {_who(found['from'])} -> {_who(found['to'])}"
    state = found["state"]
    if found["by"]:
        state += f" by {found['by']} at {found['at']}"
    state += f", to be mended by {found['due']}" if found["due"] else ""
    state += f": {found['note']}" if found["note"] else ""
    parts = [f"{head}\n{state}"]
    if found["made"]:
        rows = [[one["kind"], one["name"], str(one["version"])] for one in found["made"]]
        parts.append(table_text([["made", "name", "version"], *rows]))
    parts += checklist_parts(found)
    if state.startswith("open"):
        parts.append(f"Answer with kit handover {found['stage']} --accept, or --reject --note REASON --due YYYY-MM-DD")
    if "file" in found:
        parts.append(f"Written to {found['file']}.")
    return "\n\n".join(parts)


def _record(project: Project, stage: str, environment: str) -> dict[str, Any]:
    record = gate_record(read_runs(project.folder), stage, environment)
    if record is None:
        raise ConfigError(f"{stage} has not run in {environment}", f"Run it first: kit run --env {environment}.")
    return record


def _who(role: dict[str, Any]) -> str:
    return f"{role['title']} ({', '.join(one['name'] for one in role['people']) or 'unfilled'})"
