"""What the set-up of the team asks for is found by looking where a look can find it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from flight_delay import set_up

OWNER = {"role": "data_owner", "title": "Data owner", "people": [{"name": "Mei"}]}
PLATFORM = {"role": "platform_owner", "title": "Platform owner", "people": []}
ATTRIBUTE = {"title": "Data foundation", "level": "siloed", "sentence": "Data lies with its departments."}
COLUMNS = pd.DataFrame({"source": ["orders", "orders"], "column": ["id", "price"]})
SETTINGS = {"warehouse": "data", "settings": {"spark.master": "local[*]", "spark.driver.memory": "2g"}}


def resolved(contents: dict[str, str], **source: Any) -> dict[str, Any]:
    return {
        "roles": {"data_owner": OWNER, "platform_owner": PLATFORM},
        "sources": {"orders": {"owner": "data_owner", "path": "orders.csv", **source}},
        "operating_model": {
            "topology": {"title": "Centralized", "description": "One team."},
            "maturity": {"data_foundation": ATTRIBUTE},
            "required": {"data_owner": ["accountable for a", "b", "c", "d"]},
            "recommended": {"platform_owner": ["Somebody has to."]},
            "contents": contents,
        },
    }


def states(contents: dict[str, str], **source: Any) -> dict[str, tuple[str, str]]:
    items = set_up.asked_for(resolved(contents, **source), SETTINGS, COLUMNS)
    return {item: (state, found) for item, state, found, _ in items}


def test_a_set_up_that_asks_for_nothing_adds_nothing() -> None:
    assert states({}) == {}
    assert states({"packaging": "mlops is manual"}) == {}  # that is deployment's


def test_a_contract_is_whole_when_source_key_and_every_column_are_described() -> None:
    asked = {"source_contracts": "data foundation is siloed"}
    [bare] = states(asked).values()
    assert bare == ("open", "0 of 2 columns described; no description and no key")
    said = {"id": {"description": "Number"}, "price": {"description": "Euro"}}
    [whole] = states(asked, description="Orders", key=["id"], columns=said).values()
    assert whole == ("ok", "2 of 2 columns described")


def test_a_file_has_still_to_become_a_table_of_the_platform() -> None:
    asked = {"migration": "data foundation is siloed"}
    [(state, found)] = states(asked).values()
    assert (state, found) == ("ask", "a file; Data owner: Mei agrees on when and how it moves")
    assert [*states(asked, path=None, table="main.sales.orders").values()] == [("ok", "main.sales.orders")]


def test_a_platform_of_ones_own_has_a_checklist_for_its_owner() -> None:
    asked = states({"cluster_and_access": "platform is self-managed"})
    assert [state for state, _ in asked.values()] == ["ask"] * 3
    assert asked["Compute has a size, an end and a budget"][1] == "local[*], heap 2g; Platform owner: UNFILLED"


def test_the_roles_that_are_wanted_say_why() -> None:
    table = set_up.role_table(resolved({}))
    assert [*table.loc["Data owner"]] == ["Mei", "required", "accountable for a; b; c and 1 more"]
    assert [*table.loc["Platform owner"]] == ["UNFILLED", "recommended", "Somebody has to."]
    assert [*set_up.set_up_table(resolved({})).index] == ["Topology", "Data foundation"]
