"""The charter says what kit.yml says, and loudly what it does not."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest
from PACKAGE import charter

ROLES = {
    "data_owner": {"role": "data_owner", "title": "Data owner", "people": [{"name": "Mei"}]},
    "business_stakeholder": {"role": "business_stakeholder", "title": "Business stakeholder", "people": []},
}
KPI = {"name": "caught", "title": "Caught", "target": 0.4, "owner": "data_owner", "due": "2026-12-31"}


def resolved(**source: Any) -> dict[str, Any]:
    gate = {"name": "G1", "title": "Go", "outcomes": ["go", "stop"], "decided_by": ["business_stakeholder"]}
    return {
        "roles": ROLES,
        "stages": {"definition": {"title": "Definition", "gate": gate}},
        "ownership": {"definition": {"accountable": ROLES["data_owner"], "responsible": [ROLES["data_owner"]]}},
        "sources": {"orders": {"owner": "data_owner", "key": ["id"], **source}},
    }


def states(spec: dict[str, Any], today: dt.date = dt.date(2026, 1, 1), **source: Any) -> dict[str, str]:
    return charter.checklist(spec, resolved(**source), [], [], today)["state"].to_dict()


def test_an_empty_part_of_the_charter_says_where_to_fill_it() -> None:
    said = charter.charter_markdown({"title": "Orders", "charter": {"objective": "Sell more."}})
    assert "**Objective.** Sell more." in said
    assert "charter.decision in kit.yml" in said


def test_a_role_that_nobody_holds_is_loud() -> None:
    assert charter.held(ROLES["business_stakeholder"]) == "Business stakeholder: UNFILLED"
    assert charter.unfilled_roles(resolved()) == ["Business stakeholder"]
    assert states({})["Every deciding role is filled"] == "open"


@pytest.mark.parametrize(
    ("environment", "state"),
    [({"password": "hunter2"}, "open"), ({"password": "secret://scope/key"}, "ok"), ({"warehouse": "data"}, "ok")],
)
def test_a_secret_that_is_written_out_is_found_and_a_reference_is_not(environment: dict[str, str], state: str) -> None:
    assert states({"environments": {"prod": environment}})["No secret is written in kit.yml"] == state


def test_a_kpi_past_its_date_is_overdue() -> None:
    assert states({"kpis": [KPI]})["No KPI is overdue"] == "ok"
    assert states({"kpis": [KPI]}, today=dt.date(2027, 1, 1))["No KPI is overdue"] == "open"


def test_a_source_without_a_key_is_open() -> None:
    assert states({}, key=[])["Every source declares its key"] == "open"


def test_what_the_set_up_asks_for_must_be_met_unless_only_a_person_can_say() -> None:
    asked = [
        ("The contract of orders is whole", "open", "0 of 2 columns described", "data foundation is siloed"),
        ("orders is a table of the platform", "ask", "a file", "data foundation is siloed"),
    ]
    checks = charter.checklist({}, resolved(), [], [], dt.date(2026, 1, 1), asked)
    ticked: dict[str, tuple[bool, str | None]] = {}

    class Stage:
        context = SimpleNamespace(
            resolved=SimpleNamespace(
                operating_model=SimpleNamespace(contents={"source_contracts": "data foundation is siloed"})
            )
        )

        def tick(self, item: str, is_met: bool, measured: str, asked_by: str | None = None) -> None:
            ticked[item] = (is_met, asked_by)

    charter.tick_checks(Stage(), checks)
    assert ticked["The contract of orders is whole"] == (False, "source_contracts")
    assert ticked["orders is a table of the platform"] == (False, None)
    assert ticked["Lawful: the use of the sources for this purpose"] == (False, None)
    assert ticked["Every source declares its key"] == (True, None)


@pytest.mark.parametrize(("direction", "is_met"), [("up", True), ("down", False)])
def test_a_kpi_is_met_in_its_direction(direction: str, is_met: bool) -> None:
    assert charter.is_met({**KPI, "direction": direction}, 0.5) is is_met


def test_the_kpi_table_shows_today_beside_the_target() -> None:
    row = charter.kpi_table({"kpis": [KPI]}, resolved(), {"caught": 0.237}).loc["Caught"]
    assert (row["today"], row["target"], row["owner"]) == ("0.237", "at least 0.4", "Data owner: Mei")
