"""From a run's record through decisions in git to an open gate: real files, a real repository, real identities."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kit.approve import Wish, decide, decided_text, wish
from kit.check import check_project
from kit.decisions import read_decisions
from kit.errors import ConfigError, NotAllowed
from kit.handover import answer_handover, handover_text, show_handover
from kit.hearing import gate_record, judge
from kit.new import new_project
from kit.project import Project, open_project
from kit.records import read_runs
from kit.review import review_gate, review_text
from kit.status import project_status, status_text

PEOPLE = [
    {"name": "Amara", "email": "amara@x.org", "roles": ["business_stakeholder"]},
    {"name": "Mei", "email": "Mei@x.org", "roles": ["data_owner"]},
    {"name": "Priya", "email": "priya@x.org", "roles": ["data_scientist_lead"]},
    {"name": "Noor", "email": "noor@x.org", "roles": ["data_owner"]},
    {"name": "Elif", "email": "elif@x.org", "roles": ["ml_engineer_lead"]},
    {"name": "Tomas", "email": "tomas@x.org", "roles": ["platform_owner"]},
    {"name": "Bot", "email": "bot@x.org", "roles": ["data_owner"], "kind": "agent"},
]
EVIDENCE = {"code": "c0de", "inputs": {"source.flights": "abc"}, "metrics": {"gold.rows": 10.0}, "parameters": {}}


class Work:
    """A project in a repository, and the people who work on it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.git("init", "-q")
        self.commit("elif", "begin")

    def git(self, *arguments: str) -> None:
        """Run git in the project."""
        subprocess.run(["git", "-C", str(self.folder), *arguments], check=True, capture_output=True)

    def be(self, who: str) -> None:
        """Work as somebody."""
        for kind in ("AUTHOR", "COMMITTER"):
            self.monkeypatch.setenv(f"GIT_{kind}_EMAIL", f"{who}@x.org")
            self.monkeypatch.setenv(f"GIT_{kind}_NAME", who)

    def commit(self, who: str, said: str = "change") -> None:
        """Commit everything as somebody."""
        self.be(who)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", said)

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return open_project(self.folder)

    def ran(self, stage: str = "data_engineering", environment: str = "prod", **record: Any) -> None:
        """Write the record of a run that ended ten minutes ago."""
        ended = (dt.datetime.now(dt.timezone.utc) - dt.timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
        run_id = f"20260101T00000{len(read_runs(self.folder))}Z-0000"
        one = {
            "name": stage, "status": "succeeded", "ended": ended, "evidence_at": ended, "evidence": EVIDENCE,
            "authors": ["elif@x.org"], "metrics": EVIDENCE["metrics"], "checklist": [], "open_points": [],
            "tables_written": [{"table": "gold.features", "version": 0}], "artefacts": [], "expectations": [],
            "decision": None, "notebook": f"runs/{run_id}/x.ipynb", "seconds": 1.0, "accountable": "x", "error": None,
            **record,
        }  # fmt: skip
        run = {"run_id": run_id, "status": "waiting", "started": ended, "ended": ended, "environment": environment,
               "git_commit": None, "stages": [one]}  # fmt: skip
        (self.folder / "runs" / run_id).mkdir(parents=True)
        (self.folder / "runs" / run_id / "run.json").write_text(json.dumps(run))

    def decide(self, who: str, kind: Any = "approval", stage: str = "data_engineering", **said: Any) -> str:
        """Decide as somebody and return the file."""
        self.be(who)
        return decide(self.project, stage, Wish(kind, **said)).file

    def status(self, stage: str = "data_engineering", environment: str = "prod") -> tuple[str, list[str]]:
        """Return status and reasons of a gate."""
        record = gate_record(read_runs(self.folder), stage, environment)
        state = judge(self.project, stage, environment, record)
        return state.status, state.reasons


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Work:
    said = {"people": PEOPLE}
    return Work(new_project(tmp_path / "delays", "flight_delay", said).path, monkeypatch)


def test_a_gate_opens_once_all_have_signed_and_committed_their_decisions(work: Work) -> None:
    work.ran()
    assert work.status()[0] == "pending"
    file = work.decide("mei", note="good enough")
    assert work.status()[1] == [f"the decision of mei@x.org does not count: {file} is not committed"]
    work.commit("mei")
    work.decide("priya")
    work.commit("priya")
    assert work.status() == ("passed", [])
    assert review_gate(work.project, "data_engineering")["status"] == "passed"


def test_a_decision_that_another_has_committed_or_edited_does_not_count(work: Work) -> None:
    work.ran()
    file = work.decide("mei")
    work.commit("priya")
    assert f"{file} was committed by priya@x.org" in work.status()[1][0]


def test_a_file_that_was_edited_by_hand_decides_nothing_and_is_a_finding(work: Work) -> None:
    work.ran()
    file = work.decide("mei", outcome="collect more", note="too few rows")
    work.commit("mei")
    path = work.folder / file
    path.write_text(path.read_text().replace("outcome: collect more", "outcome: proceed"))
    work.commit("mei")
    assert work.status()[0] == "pending"
    assert [one.message for one in check_project(work.folder) if one.file == file] == [
        "was changed by hand: its seal does not fit what it says"
    ]


def test_a_decision_that_follows_a_removed_one_is_a_finding(work: Work) -> None:
    work.ran()
    first = work.decide("mei", outcome="collect more", note="no")
    second = work.decide("priya")
    (work.folder / first).unlink()
    assert read_decisions(work.folder).broken == {second: "follows a decision that has been removed or changed"}


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("priya", "Priya holds no role that decides at gate G1"),
        ("eve", "eve@x.org is not among the people"),
    ],
)
def test_the_wrong_person_is_refused_and_told_who_can(work: Work, who: str, said: str) -> None:
    work.ran("definition")
    with pytest.raises(NotAllowed, match=said):
        work.decide(who, stage="definition")
    assert not (work.folder / "gates").exists()


def test_an_agent_may_propose_and_not_decide(work: Work) -> None:
    work.ran()
    with pytest.raises(NotAllowed, match="services and agents may propose"):
        work.decide("bot")
    file = work.decide("bot", kind="proposal")
    assert "-proposal-proceed-bot" in file
    assert work.status()[0] == "pending"


def test_an_author_is_refused_where_another_can_decide(work: Work) -> None:
    work.ran(authors=["mei@x.org", "priya@x.org"])
    with pytest.raises(NotAllowed, match="Noor can decide in their place"):
        work.decide("mei")
    work.decide("priya")  # nobody else leads
    work.decide("noor")


def test_changed_data_or_code_let_the_approval_lapse(work: Work) -> None:
    work.ran()
    for who in ("mei", "priya"):
        work.decide(who)
        work.commit(who)
    work.ran(evidence={**EVIDENCE, "inputs": {"source.flights": "xyz"}})
    status, reasons = work.status()
    assert status == "lapsed"
    assert reasons[0] == "the decision of mei@x.org has lapsed: input source.flights: abc -> xyz"
    shown = project_status(work.project)
    assert "lapsed, stops runs" in status_text(shown)


def test_a_waiver_needs_reason_and_end_and_the_one_who_is_accountable(work: Work) -> None:
    work.ran()
    ends = dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=30)
    with pytest.raises(ConfigError, match="a reason is missing"):
        work.decide("mei", kind="waiver", until=ends)
    with pytest.raises(NotAllowed, match="no role that waives"):
        work.decide("priya", kind="waiver", until=ends, note="hurry")
    with pytest.raises(NotAllowed, match="180 days at most"):
        work.decide("mei", kind="waiver", until=ends + dt.timedelta(days=400), note="hurry")
    with pytest.raises(ConfigError, match="a waiver has a last day"):
        wish(None, "hurry", None, is_waiver=True, is_proposal=False)
    work.decide("mei", kind="waiver", until=ends, note="daily scoring, watched by monitoring")
    work.commit("mei")
    assert work.status()[0] == "waived"


def test_setting_the_clock_back_revives_no_waiver(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work.ran()
    today = dt.datetime.now(dt.timezone.utc).date()
    work.decide("mei", kind="waiver", until=today, note="hurry")
    work.commit("mei")
    assert work.status()[0] == "waived"
    later = (dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    work.ran()
    run = work.folder / "runs" / "20260101T000001Z-0000" / "run.json"
    run.write_text(json.dumps({**json.loads(run.read_text()), "ended": later}))  # the clock was right until then
    assert work.status() == ("pending", [f"the waiver of mei@x.org does not count: it ended on {today}"])


def test_an_open_check_of_the_operating_model_keeps_gates_shut(work: Work) -> None:
    spec = (work.folder / "kit.yml").read_text()
    (work.folder / "kit.yml").write_text(spec.replace("topology: centralized", "topology: federated"))
    work.ran()
    assert any("nobody is security officer" in one for one in work.status()[1])
    with pytest.raises(NotAllowed, match="nobody is security officer"):
        work.decide("mei")
    work.decide("mei", outcome="abandon", note="not worth it")  # a no is always possible


def test_a_handover_is_taken_by_who_comes_next_or_by_their_signature(work: Work) -> None:
    work.ran()
    work.be("mei")
    with pytest.raises(NotAllowed, match="Data scientist lead: Priya"):
        answer_handover(work.project, "data_engineering", is_accepted=True)
    work.be("priya")
    with pytest.raises(ConfigError, match="a reason and a day"):
        answer_handover(work.project, "data_engineering", is_accepted=False, note="two columns are empty")
    due = dt.date(2027, 1, 31)
    found = answer_handover(work.project, "data_engineering", is_accepted=False, note="two are empty", due=due)
    assert (found["state"], found["by"], found["due"]) == ("rejected", "priya@x.org", "2027-01-31")
    assert "to be mended by 2027-01-31: two are empty" in handover_text(found)
    work.decide("priya")
    assert show_handover(work.project, "data_engineering")["state"] == "rejected"  # the answer is more than a signature
    assert answer_handover(work.project, "data_engineering", is_accepted=True)["state"] == "accepted"
    work.ran(evidence={**EVIDENCE, "code": "0ther"})
    assert show_handover(work.project, "data_engineering")["state"] == "open"


def test_nothing_can_be_decided_before_a_run(work: Work) -> None:
    with pytest.raises(ConfigError, match="modeling has not run yet"):
        work.decide("elif", stage="modeling")
    with pytest.raises(ConfigError, match="no stage 'modelling'; did you mean 'modeling'"):
        work.decide("elif", stage="modelling")


def test_the_review_shows_who_has_to_sign_and_what_was_found(work: Work) -> None:
    work.ran(checklist=[{"item": "Rows", "is_met": False, "measured": "3 lost", "is_required": True}])
    said = review_text(review_gate(work.project, "data_engineering"))
    assert "Gate G2, Data ready for modeling, of data_engineering in prod: pending" in said
    assert "REQUIRED  Rows" in said
    assert "Data owner           Mei, Noor  not yet" in said
    work.be("mei")
    with pytest.raises(NotAllowed, match="Rows: 3 lost"):
        decide(work.project, "data_engineering", Wish("approval"))


def test_a_decision_says_what_to_commit_where_it_must_be(work: Work) -> None:
    work.ran()
    work.be("mei")
    said = decided_text(decide(work.project, "data_engineering", Wish("approval")))
    assert "The gate is pending once that is committed." in said
    assert "still to sign: Data scientist lead: Priya" in said
    assert "git add gates/G2/" in said
