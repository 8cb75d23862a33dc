"""What decisions at a gate are worth: each rule by the bypass that it prevents."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from kit.config import Gate
from kit.decisions import Decision, Decisions, seal_of
from kit.evidence import Evidence, evidence_hash, evidence_of
from kit.gates import GateState, Hearing, Holder, gate_state

RAN = dt.datetime(2026, 3, 1, 10, 0, tzinfo=dt.timezone.utc)
NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.timezone.utc)
ADA, BOB, EVE = Holder("Ada", "ada@x.org"), Holder("Bob", "bob@x.org"), Holder("Eve", "eve@x.org")
BOT = Holder("Bot", "bot@x.org", "agent")
EVIDENCE: Evidence = {
    "code": "c0de",
    "inputs": {"gold.features": 3, "source.flights": "abc"},
    "metrics": {"test.auc": 0.736},
    "parameters": {"run_date": "2026-02-28"},
}
HEARING = Hearing(
    name="G3",
    stage="modeling",
    environment="prod",
    gate=Gate(title="Handover", decided_by=["lead", "engineer"], outcomes=["accept", "rework"]),
    accountable="lead",
    holders={"lead": [ADA], "engineer": [BOB, EVE]},
    evidence=EVIDENCE,
    authors=[],
    ran_until=RAN,
)


def decided(by: Holder, *roles: str, **said: Any) -> Decision:
    values: dict[str, Any] = {
        "gate": "G3",
        "stage": "modeling",
        "environment": "prod",
        "kind": "approval",
        "outcome": "accept",
        "by": by.email,
        "roles": [*roles],
        "note": "",
        "at": NOW - dt.timedelta(hours=1),
        "run": "r1",
        "commit": "abc",
        "evidence": EVIDENCE,
        "evidence_hash": evidence_hash(EVIDENCE),
        "previous": None,
        "seal": "",
        **said,
    }
    decision = Decision(**values)
    return decision.model_copy(update={"seal": seal_of(decision)})


def state(*found: Decision, hearing: Hearing = HEARING, now: dt.datetime = NOW, **commits: str) -> GateState:
    return gate_state(hearing, Decisions([*found]), commits, now)


def changed(part: str, **values: Any) -> Hearing:
    evidence = {**EVIDENCE, part: {**EVIDENCE[part], **values}}
    return replace(HEARING, evidence=evidence)


BOTH = (decided(ADA, "lead"), decided(BOB, "engineer"))


def test_a_gate_passes_when_every_role_has_signed() -> None:
    assert state().status == "pending"
    assert state().missing == ["lead", "engineer"]
    one = state(BOTH[0])
    assert (one.status, one.missing, [*one.signed]) == ("pending", ["engineer"], ["lead"])
    assert state(*BOTH).status == "passed"
    assert state(*BOTH).is_open


def test_a_person_who_holds_both_roles_signs_once() -> None:
    hearing = replace(HEARING, holders={"lead": [ADA], "engineer": [ADA]})
    assert state(decided(ADA, "lead", "engineer"), hearing=hearing).status == "passed"


@pytest.mark.parametrize(
    ("hearing", "said"),
    [
        (changed("inputs", **{"gold.features": 4}), "input gold.features: 3 -> 4"),
        (changed("metrics", **{"test.auc": 0.7}), "figure test.auc: 0.736 -> 0.7"),
        (changed("parameters", run_date="2026-03-01"), "parameter run_date: 2026-02-28 -> 2026-03-01"),
        (replace(HEARING, evidence={**EVIDENCE, "code": "0ther"}), "the code or kit.yml has changed"),
    ],
)
def test_a_decision_lapses_when_its_evidence_changes(hearing: Hearing, said: str) -> None:
    found = state(*BOTH, hearing=hearing)
    assert found.status == "lapsed"
    assert not found.is_open
    assert found.missing == ["lead", "engineer"]
    assert all(said in reason for reason in found.reasons)


def test_nobody_signs_for_a_role_that_they_do_not_hold() -> None:
    forged = decided(ADA, "lead", "engineer")
    found = state(forged)
    assert (found.status, found.missing) == ("pending", ["engineer"])
    assert "ada@x.org does not hold engineer" in found.reasons[0]


def test_a_forged_decision_does_not_hide_a_good_one() -> None:
    forged = decided(EVE, "lead", outcome="rework", at=NOW - dt.timedelta(minutes=1))
    assert state(*BOTH, forged).status == "passed"


def test_an_author_does_not_approve_where_another_holds_the_role() -> None:
    hearing = replace(HEARING, authors=["bob@x.org", "ada@x.org"])
    found = state(*BOTH, hearing=hearing)
    assert (found.status, found.missing) == ("pending", ["engineer"])  # Ada is the only lead
    assert "Eve can decide in their place" in found.reasons[0]
    assert state(BOTH[0], decided(EVE, "engineer"), hearing=hearing).status == "passed"


def test_an_author_may_refuse_their_own_change() -> None:
    hearing = replace(HEARING, authors=["bob@x.org"])
    assert state(decided(BOB, "engineer", outcome="rework"), hearing=hearing).status == "refused"


def test_an_agent_decides_nothing() -> None:
    hearing = replace(HEARING, holders={"lead": [ADA], "engineer": [BOT]})
    found = state(BOTH[0], decided(BOT, "engineer"), hearing=hearing)
    assert found.status == "pending"
    assert "services and agents may propose" in found.reasons[0]


def test_a_proposal_decides_nothing() -> None:
    assert state(BOTH[0], decided(BOB, "engineer", kind="proposal")).status == "pending"


def test_another_outcome_than_the_first_refuses_until_the_role_decides_anew() -> None:
    no = decided(BOB, "engineer", outcome="rework", note="leaks")
    found = state(BOTH[0], no)
    assert found.status == "refused"
    assert "bob@x.org decided 'rework': leaks" in found.reasons
    assert state(BOTH[0], no, decided(BOB, "engineer", at=NOW)).status == "passed"


def test_a_decision_dated_in_the_future_does_not_count() -> None:
    found = state(BOTH[0], decided(BOB, "engineer", at=NOW + dt.timedelta(hours=1)))
    assert found.status == "pending"
    assert "dated in the future" in found.reasons[0]


def test_a_decision_older_than_the_run_that_it_decides_on_does_not_count() -> None:
    assert state(BOTH[0], decided(BOB, "engineer", at=RAN - dt.timedelta(hours=1))).status == "pending"


def test_a_decision_of_another_environment_does_not_count() -> None:
    assert state(BOTH[0], decided(BOB, "engineer", environment="local")).status == "pending"


def test_a_decision_that_was_committed_by_somebody_else_does_not_count() -> None:
    found = state(*BOTH, **{BOTH[1].seal: "x.yml was committed by eve@x.org"})
    assert found.status == "pending"
    assert found.reasons == ["the decision of bob@x.org does not count: x.yml was committed by eve@x.org"]


def test_an_open_check_keeps_the_gate_shut_whoever_has_signed() -> None:
    found = state(*BOTH, hearing=replace(HEARING, blockers=["check charter-empty: charter.decision is empty"]))
    assert found.status == "pending"
    assert found.reasons == ["check charter-empty: charter.decision is empty"]


def waiver(by: Holder = ADA, **said: Any) -> Decision:
    return decided(by, "lead", kind="waiver", note="the auditor is ill", **{"until": dt.date(2026, 3, 31), **said})


def test_a_waiver_of_the_accountable_opens_the_gate_to_its_last_day_whatever_changes() -> None:
    assert state(waiver(), hearing=changed("metrics", **{"test.auc": 0.1})).status == "waived"
    assert state(waiver(), now=dt.datetime(2026, 3, 31, 23, 59, tzinfo=dt.timezone.utc)).is_open
    over = state(waiver(), now=dt.datetime(2026, 4, 1, tzinfo=dt.timezone.utc))
    assert over.status == "pending"
    assert "it ended on 2026-03-31" in over.reasons[0]


@pytest.mark.parametrize("wrong", [waiver(BOB), waiver(until=None), waiver(at=NOW + dt.timedelta(days=1))])
def test_other_waivers_do_not_count(wrong: Decision) -> None:
    assert state(wrong).status == "pending"


def test_a_stage_that_has_not_run_has_nothing_to_decide_on() -> None:
    assert state(*BOTH, hearing=replace(HEARING, evidence=None)).status == "not run"


def test_evidence_is_about_what_was_read_not_about_what_was_written() -> None:
    record = {
        "fingerprint": "c0de",
        "tables_read": [{"table": "gold.features", "version": 3}, {"table": "monitoring.feedback", "version": 9},
                        {"table": "modeling.evaluation", "version": 5}],
        "tables_written": [{"table": "modeling.evaluation", "version": 5}],
        "sources": [{"source": "flights", "fingerprint": "abc"}],
        "metrics": {"test.auc": 0.7360000001},
    }  # fmt: skip
    found = evidence_of(record, {"run_date": "2026-02-28"}, {"monitoring.feedback"})
    assert found == EVIDENCE
    assert evidence_hash(found) == evidence_hash(EVIDENCE)
