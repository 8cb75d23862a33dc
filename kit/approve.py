"""`kit approve`: record the decision of whoever works here at a stage's gate, in a file under `gates/`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from kit.authorship import has_git, identity
from kit.config import Gate
from kit.decisions import Decision, Kind, bound_to, read_decisions, sealed, write_decision
from kit.errors import ConfigError, NotAllowed
from kit.gates import GateState, Hearing, decision_fault, self_approval, waiver_fault
from kit.hearing import decided_environment, gate_record, hearing_of, judge, known_now
from kit.ownership import deciders
from kit.project import Project
from kit.records import read_runs
from kit.spec import Person
from kit.yaml_source import nearest

WAIVED_AT_MOST = dt.timedelta(days=180)
"""A waiver ends by then; whoever needs it longer says so again."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to have recorded; without an outcome it is the first of the gate."""

    kind: Kind
    outcome: str | None = None
    note: str = ""
    until: dt.date | None = None


def wish(outcome: str | None, note: str, until: dt.date | None, *, is_waiver: bool, is_proposal: bool) -> Wish:
    """Return a wish; raises ConfigError where it cannot be: a waiver without its last day, or both kinds at once."""
    if is_waiver and is_proposal:
        raise ConfigError("--waive and --propose exclude each other", "Say one of the two.")
    if is_waiver != (until is not None):
        raise ConfigError("a waiver has a last day, and only a waiver", "Say --waive --until YYYY-MM-DD.")
    kind: Kind = "waiver" if is_waiver else "proposal" if is_proposal else "approval"
    return Wish(kind, outcome, note, until)


@dataclass(frozen=True)
class Decided:
    """A decision as it was written, and what it makes of the gate."""

    decision: Decision
    file: str
    state: GateState
    missing: dict[str, list[str]]
    """Titles of the roles that still have to sign, with the people who can."""
    must_be_committed: bool
    """Whether it counts only once its author has committed it; `state` takes that as done."""

    def as_dict(self) -> dict[str, Any]:
        """Return what `kit approve --json` prints."""
        said = {"file": self.file, "status": self.state.status, "missing": self.missing, "reasons": self.state.reasons}
        return {**said, "decision": self.decision.model_dump(mode="json", exclude={"evidence"})}


def decide(project: Project, stage: str, wish: Wish, environment: str | None = None) -> Decided:
    """Write the decision and return it with the gate's new state.

    Raises ConfigError where there is nothing to decide on or the wish is none that the gate knows, and NotAllowed where
    this person may not decide so: in both cases nothing is written.
    """
    environment = environment or decided_environment(project, stage)
    record = gate_record(read_runs(project.folder), stage, environment)
    if record is None:
        raise ConfigError(
            f"{stage} has not run in {environment}, so there is nothing to decide on",
            f"Run it first: kit run {project.folder} --env {environment}.",
        )
    hearing, now = hearing_of(project, stage, environment, record), known_now(project)
    person = _who(project)
    outcome, roles = _outcome(hearing.gate, wish), _roles(project, hearing, person, wish)
    decision = sealed(
        read_decisions(project.folder),
        gate=hearing.name,
        stage=stage,
        environment=environment,
        kind=wish.kind,
        outcome=outcome,
        by=person.email.lower(),
        roles=roles,
        note=" ".join(wish.note.split()),
        at=now,
        until=wish.until,
        **bound_to(record),
    )
    _refuse(decision, hearing, now)
    file = write_decision(project.folder, decision)
    state = judge(project, stage, environment, record, is_patient=True)
    missing = {
        project.catalog.roles[role].title: [one.name for one in deciders(project.spec, role)] for role in state.missing
    }
    must_be_committed = project.enforcement(environment) == "stop" and has_git(project.folder)
    return Decided(decision, file, state, missing, must_be_committed)


def decided_text(made: Decided) -> str:
    """Return what was recorded, for a person: what it means for the gate and what comes next."""
    one = made.decision
    lines = [
        f"Gate {one.gate} of {one.stage} in {one.environment}: {one.by} {_verb(one)} '{one.outcome}'{_as(one)}.",
        f"The gate is {made.state.status}{' once that is committed' if made.must_be_committed else ''}.",
        *(f"  {reason}" for reason in made.state.reasons),
        *(f"  still to sign: {role}: {', '.join(who) or 'nobody holds it'}" for role, who in made.missing.items()),
    ]
    lines.append(f"Written to {made.file}.")
    lines += [f"Commit it as yourself: git add {made.file} && git commit."] if made.must_be_committed else []
    return "\n".join(lines)


def _as(decision: Decision) -> str:
    return f" as {', '.join(decision.roles)}" if decision.roles else ""


def _verb(decision: Decision) -> str:
    return {"approval": "decided", "waiver": "waived", "proposal": "proposed", "handover": "said"}[decision.kind]


def _who(project: Project) -> Person:
    """Return the person of kit.yml that git knows whoever works here as."""
    email = identity(project.folder)
    if email is None:
        raise ConfigError("git does not know who you are", "git config --global user.email you@example.org")
    for person in project.spec.people:
        if person.email.lower() == email:
            return person
    known = [person.email for person in project.spec.people]
    raise NotAllowed(
        f"{email} is not among the people of {project.spec.name}{nearest(email, known)}",
        "Add them to `people` in kit.yml with their roles, or decide as who you are there (git config user.email).",
    )


def _outcome(gate: Gate, wish: Wish) -> str:
    outcome = wish.outcome or gate.outcomes[0]
    if outcome not in gate.outcomes:
        raise ConfigError(
            f"'{outcome}' is not an outcome of gate '{gate.title}'{nearest(outcome, gate.outcomes)}",
            f"Outcomes: {', '.join(gate.outcomes)}.",
        )
    if not wish.note.strip() and (wish.kind == "waiver" or outcome != gate.outcomes[0]):
        raise ConfigError("a reason is missing", "Say it with --note.")
    return outcome


def _roles(project: Project, hearing: Hearing, person: Person, wish: Wish) -> list[str]:
    """Return the roles in which a person acts at a gate; raises NotAllowed where they hold none of them."""
    asked = [hearing.accountable] if wish.kind == "waiver" else hearing.gate.decided_by
    email = person.email.lower()
    held = [role for role in asked if any(one.email == email for one in hearing.holders[role])]
    if held or wish.kind == "proposal":
        return held
    titles = {project.catalog.roles[role].title: deciders(project.spec, role) for role in asked}
    who = "; ".join(
        f"{title}: {', '.join(one.name for one in people) or 'unfilled'}" for title, people in titles.items()
    )
    doing = "waives" if wish.kind == "waiver" else "decides at"
    raise NotAllowed(
        f"{person.name} holds no role that {doing} gate {hearing.name}",
        f"It is for {who}. With --propose you can say what you would decide.",
    )


def _title_and_people(project: Project, role: str) -> str:
    people = ", ".join(one.name for one in deciders(project.spec, role))
    return f"{project.catalog.roles[role].title}: {people or 'unfilled'}"


def _refuse(decision: Decision, hearing: Hearing, now: dt.datetime) -> None:
    """Raise NotAllowed where a decision would not count, so that nobody writes one in vain."""
    faults: list[str] = []
    if decision.kind == "approval":
        faults = [decision_fault(decision, role, hearing, now) for role in decision.roles]
        if decision.outcome == hearing.gate.outcomes[0]:
            faults += hearing.blockers
    elif decision.kind == "waiver":
        faults = [waiver_fault(decision, hearing, now), self_approval(decision.by, hearing.accountable, hearing)]
        if decision.until and decision.until > now.date() + WAIVED_AT_MOST:
            faults.append(f"a waiver lasts {WAIVED_AT_MOST.days} days at most")
    said = [one for one in dict.fromkeys(faults) if one]
    if said:
        raise NotAllowed(f"gate {hearing.name}: {'; '.join(said)}", "Nothing was written.")
