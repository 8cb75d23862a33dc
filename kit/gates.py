"""The state of a gate: what its decisions are worth now, for the evidence of the stage's last run.

Every decision is judged anew each time, by what is true at that moment: a decision that was good may have lapsed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from kit.config import Gate
from kit.decisions import Decision, Decisions
from kit.evidence import Evidence, differences, evidence_hash

Status = Literal["not run", "pending", "passed", "waived", "refused", "lapsed"]

CLOCK_SLACK = dt.timedelta(minutes=5)
"""By how much the clocks of two machines may differ."""


@dataclass(frozen=True)
class Holder:
    """Somebody who can act in a role."""

    name: str
    email: str
    kind: str = "person"


@dataclass(frozen=True)
class Hearing:
    """A gate as it is to be judged: who decides, on which evidence, at which moment."""

    name: str
    stage: str
    environment: str
    gate: Gate
    accountable: str
    """The role that may waive the gate."""
    holders: Mapping[str, list[Holder]]
    """Who can act in each role, agents and services included."""
    evidence: Evidence | None
    """None where the stage has not run."""
    authors: list[str] = field(default_factory=list)
    """E-mails of those who changed what is decided on."""
    ran_until: dt.datetime | None = None
    """When the run ended that the evidence comes from."""
    blockers: list[str] = field(default_factory=list)
    """Checks that have to pass before anybody can decide."""


@dataclass(frozen=True)
class GateState:
    """What a gate's decisions amount to."""

    name: str
    stage: str
    title: str
    status: Status
    signed: dict[str, Decision]
    """The valid decision of each role that has made one."""
    missing: list[str]
    """Roles that still have to sign."""
    reasons: list[str]
    """Why it is as it is, a phrase each."""

    @property
    def is_open(self) -> bool:
        """Whether the work may pass on."""
        return self.status in ("passed", "waived")


def gate_state(hearing: Hearing, decisions: Decisions, commits: Mapping[str, str], now: dt.datetime) -> GateState:
    """Return the state of a gate at a moment; `commits` says by seal what is wrong with how a decision was
    committed.
    """
    found = decisions.at(hearing.name, hearing.environment)
    if hearing.evidence is None:
        return _state(hearing, "not run", reasons=[f"{hearing.stage} has not run in {hearing.environment}"])
    waiver = next((one for one in reversed(found) if one.kind == "waiver"), None)
    reasons = list(hearing.blockers)
    if waiver is not None:
        wrong = waiver_fault(waiver, hearing, now) or commits.get(waiver.seal)
        if not wrong:
            return _state(hearing, "waived", reasons=[f"waived until {waiver.until} by {waiver.by}: {waiver.note}"])
        reasons.append(f"the waiver of {waiver.by} does not count: {wrong}")
    signed, faults, lapsed = _signed(hearing, [one for one in found if one.kind == "approval"], commits, now)
    reasons += faults
    refused = [one for one in signed.values() if one.outcome != hearing.gate.outcomes[0]]
    missing = [role for role in hearing.gate.decided_by if role not in signed]
    if refused:
        said = [f"{one.by} decided '{one.outcome}'{f': {one.note}' if one.note else ''}" for one in refused]
        return _state(hearing, "refused", signed, missing, [*said, *reasons])
    if not missing and not hearing.blockers:
        return _state(hearing, "passed", signed, reasons=reasons)
    return _state(hearing, "lapsed" if lapsed else "pending", signed, missing, reasons)


def decision_fault(decision: Decision, role: str, hearing: Hearing, now: dt.datetime) -> str:
    """Return why a decision does not count for a role at this moment, or an empty text; lapsing is another question."""
    holder = next((one for one in hearing.holders.get(role, []) if one.email == decision.by), None)
    if holder is None:
        return f"{decision.by} does not hold {role}"
    if holder.kind != "person":
        return f"{decision.by} is no person; services and agents may propose, not decide"
    if decision.at > now + CLOCK_SLACK:
        return "it is dated in the future; check the clock of this machine and of the one that wrote it"
    if hearing.ran_until is not None and decision.at < hearing.ran_until - CLOCK_SLACK:
        return "it is older than the run that it decides on; check the clock of the machine that wrote it"
    if decision.outcome not in hearing.gate.outcomes:
        return f"'{decision.outcome}' is not an outcome of this gate"
    return self_approval(decision.by, role, hearing) if decision.outcome == hearing.gate.outcomes[0] else ""


def self_approval(email: str, role: str, hearing: Hearing) -> str:
    """Return why somebody cannot approve what they changed themselves: another person holds the role too; else an empty
    text.
    """
    others = [one.name for one in hearing.holders.get(role, []) if one.email != email and one.kind == "person"]
    if email not in hearing.authors or not others:
        return ""
    return f"{email} changed what is decided on, and {', '.join(others)} can decide in their place"


def waiver_fault(waiver: Decision, hearing: Hearing, now: dt.datetime) -> str:
    """Return why a waiver does not count at this moment, or an empty text."""
    may = [one.email for one in hearing.holders.get(hearing.accountable, []) if one.kind == "person"]
    if waiver.by not in may:
        return f"only who is accountable ({hearing.accountable}) can waive a gate"
    if waiver.at > now + CLOCK_SLACK:
        return "it is dated in the future; check the clock of this machine and of the one that wrote it"
    if waiver.until is None or waiver.until < now.date():
        return f"it ended on {waiver.until}"
    return ""


def _signed(
    hearing: Hearing, approvals: list[Decision], commits: Mapping[str, str], now: dt.datetime
) -> tuple[dict[str, Decision], list[str], bool]:
    """Return the newest valid decision by role, what is wrong with others, and whether one has lapsed."""
    assert hearing.evidence is not None
    signed: dict[str, Decision] = {}
    faults: dict[str, str] = {}
    lapsed = False
    for role in hearing.gate.decided_by:
        for one in reversed([one for one in approvals if role in one.roles]):
            wrong = decision_fault(one, role, hearing, now) or commits.get(one.seal)
            if wrong:
                faults[one.seal] = f"the decision of {one.by} does not count: {wrong}"
                continue
            changed = _changes(one, hearing.evidence)
            if changed:
                lapsed = True
                faults[one.seal] = f"the decision of {one.by} has lapsed: {changed}"
            else:
                signed[role] = one
            break
    return signed, [*faults.values()], lapsed


def _changes(decision: Decision, evidence: Evidence) -> str:
    """Return what has changed since a decision, in short; an empty text where its evidence is that of now."""
    if decision.evidence_hash == evidence_hash(evidence):
        return ""
    changed = differences(decision.evidence, evidence) or ["it is bound to another evidence"]
    return "; ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")


def _state(
    hearing: Hearing,
    status: Status,
    signed: Mapping[str, Decision] | None = None,
    missing: Iterable[str] = (),
    reasons: Iterable[str] = (),
) -> GateState:
    return GateState(
        hearing.name, hearing.stage, hearing.gate.title, status, dict(signed or {}), [*missing], [*reasons]
    )
