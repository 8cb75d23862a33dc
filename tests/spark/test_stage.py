"""A stage reads, writes, checks and accounts on real Spark with Delta, and leaves the facts of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.config import load_catalog
from kit.records import facts_of
from kit.resolved import RESOLVED, resolved_bytes
from kit.runtime import Stage, start
from kit.runtime.errors import KitError
from kit.runtime.expectations import REASONS, ExpectationsFailed
from kit.runtime.server import ensure_server, lease
from kit.runtime.stage import RowsLost
from kit.runtime.tables import CatalogWarehouse, write_table
from kit.spec import Spec

SPEC: dict[str, Any] = {
    "kit": "1", "template": "t", "template_version": "1", "name": "x", "title": "X", "package": "x",
    "problem": {"type": "classification", "target": "y", "key": ["id"], "event_time": "t"},
    "sources": {"orders": {"path": "orders.csv", "options": {"header": "true"}}},
    "expectations": {
        "silver.orders": [
            {"name": "amount_known", "condition": "amount is not null", "action": "quarantine"},
            {"name": "amount_positive", "condition": "amount > 0", "action": "quarantine"},
            {"name": "small", "condition": "amount < 100", "action": "warn"},
        ],
        "silver.strict": [{"name": "total", "condition": "amount > 0", "action": "fail", "description": "sells"}],
    },
    "parameters": {"run_date": {"type": "date", "default": dt.date(2013, 12, 31)}},
}  # fmt: skip
Begin = Callable[[str], Stage]


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One Spark Connect server for the tests of this file, as the environment variables that lead to it."""
    with lease(tmp_path_factory.mktemp("spark")) as held:
        server = ensure_server(held, {"spark.sql.shuffle.partitions": "2"})
        yield {"SPARK_REMOTE": server.url, "SPARK_CONNECT_AUTHENTICATE_TOKEN": server.token}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one source of four orders, one of them without an amount, one negative."""
    text = yaml.safe_dump(SPEC)
    (tmp_path / "kit.yml").write_text(text)
    (tmp_path / "orders.csv").write_text("id,amount\n1,5\n2,\n3,-1\n4,500\n")
    (tmp_path / RESOLVED).parent.mkdir()
    (tmp_path / RESOLVED).write_bytes(resolved_bytes(load_catalog(), [], Spec.model_validate(SPEC), text))
    return tmp_path


@pytest.fixture
def begin(project: Path, remote: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Begin:
    """Starts a stage of the project, as a run named `r` does."""
    for name, value in {**remote, "KIT_RUN_ID": "r", "KIT_RUN_DIR": str(project / "runs" / "r")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KIT_PROJECT", str(project))
    return lambda name: start(name, {"run_date": "2013-02-01"})


def rows(stage: Stage, table: str) -> list[tuple[Any, ...]]:
    """The rows of a table, sorted."""
    return sorted(tuple(row) for row in stage.read(table).collect())


def test_parameters_come_with_their_declared_type(begin: Begin) -> None:
    assert begin("modeling").parameters.run_date == dt.date(2013, 2, 1)


def test_a_table_is_read_at_the_version_that_the_record_names(begin: Begin, project: Path) -> None:
    stage = begin("data_engineering")
    assert stage.write(stage.source("orders"), "bronze.orders") == 0
    before = stage.read("bronze.orders")
    assert stage.write(stage.source("orders").limit(1), "bronze.orders") == 1
    assert before.count() == 4
    assert stage.read("bronze.orders").count() == 1
    facts = facts_of(project / "runs" / "r", "data_engineering")
    assert facts["tables_read"] == [
        {"table": "bronze.orders", "version": 0},
        {"table": "bronze.orders", "version": 1},
    ]
    assert [one["rows"] for one in facts["tables_written"]] == [4, 1]
    assert facts["sources"][0]["fingerprint"] == stage.source_fingerprint("orders")


def test_replacing_a_part_leaves_the_rest_and_is_idempotent(begin: Begin) -> None:
    stage = begin("data_engineering")
    stage.write(stage.spark.sql("select 1 as day, 'a' as x union all select 2, 'b'"), "bronze.days")
    for _ in range(2):
        stage.write(stage.spark.sql("select 2 as day, 'c' as x"), "bronze.days", replace_where="day = 2")
    assert rows(stage, "bronze.days") == [(1, "a"), (2, "c")]


def test_merging_twice_doubles_no_row(begin: Begin) -> None:
    stage = begin("deployment")
    for score in (0.1, 0.2, 0.2):
        stage.merge(stage.spark.sql(f"select 1 as id, {score} as score"), "serving.predictions", keys=["id"])
    stage.merge(stage.spark.sql("select 2 as id, 0.3 as score"), "serving.predictions", keys=["id"])
    assert [(key, float(score)) for key, score in rows(stage, "serving.predictions")] == [(1, 0.2), (2, 0.3)]


def test_rows_that_break_an_expectation_are_set_aside_with_every_reason(begin: Begin) -> None:
    stage = begin("data_engineering")
    checked = stage.check(stage.source("orders").selectExpr("id", "int(amount) as amount"), "silver.orders")
    assert sorted(row.id for row in checked.passed.collect()) == ["1", "4"]
    assert {row.id: row[REASONS] for row in checked.quarantined.collect()} == {
        "2": ["amount_known", "amount_positive"],
        "3": ["amount_positive"],
    }
    assert {one.name: one.failed for one in checked.results} == {"amount_known": 1, "amount_positive": 2, "small": 2}
    assert checked.total == 4


def test_a_table_without_expectations_passes_whole(begin: Begin) -> None:
    stage = begin("data_engineering")
    checked = stage.check(stage.source("orders"), "silver.other")
    assert (checked.passed.count(), checked.quarantined.count(), checked.total) == (4, 0, 4)


def test_an_expectation_that_must_hold_stops_the_stage_with_its_count(begin: Begin) -> None:
    stage = begin("data_engineering")
    with pytest.raises(ExpectationsFailed, match=r"silver.strict: .*total: 2 of 4 rows \(sells\)"):
        stage.check(stage.source("orders").selectExpr("int(amount) as amount"), "silver.strict")


def test_accounting_that_does_not_close_is_refused_and_still_recorded(begin: Begin, project: Path) -> None:
    stage = begin("data_engineering")
    stage.account("orders", read=4, written=3, quarantined=1)
    with pytest.raises(RowsLost, match="read 4, but written 3, quarantined 0 make 3"):
        stage.account("orders", read=4, written=3, quarantined=0)
    assert len(facts_of(project / "runs" / "r", "data_engineering")["accounting"]) == 2


def test_a_query_names_tables_and_sources_logically(begin: Begin) -> None:
    stage = begin("monitoring")
    stage.write(stage.spark.sql("select '1' as id, 7 as score"), "serving.predictions")
    query = "select sum(p.score) as value from {serving.predictions} p join {source.orders} o on o.id = p.id"
    assert stage.sql(query).first()["value"] == 7  # type: ignore[index]


def test_a_table_that_is_not_there_names_the_stage_that_writes_it(begin: Begin) -> None:
    with pytest.raises(KitError) as error:
        begin("modeling").read("gold.features")
    assert "table 'gold.features' does not exist" in error.value.message
    assert "kit run --only data_engineering" in error.value.hint


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_metric_that_is_no_number_is_refused(begin: Begin, value: float) -> None:
    with pytest.raises(KitError, match=r"metrics test.auc are not finite"):
        begin("modeling").metrics({"auc": value}, prefix="test")


def test_an_outcome_that_the_gate_does_not_have_is_refused(begin: Begin) -> None:
    with pytest.raises(KitError, match="'keep' is not an outcome of gate G3"):
        begin("modeling").decide("keep", "it is good")


def test_the_handover_tells_what_was_made_and_for_whom(begin: Begin) -> None:
    stage = begin("modeling")
    stage.write(stage.spark.range(3), "modeling.evaluation")
    stage.artefact("model", "x", version="2")
    stage.decide("accept", "better than the benchmark")
    handover = stage.finish(["check <the> calibration"])
    assert handover.given_by == "Data scientist lead (UNFILLED)"
    assert handover.taken_by == "ML engineer lead (UNFILLED)"
    assert [(one["name"], one["version"], one["rows"]) for one in handover.made] == [
        ("modeling.evaluation", 0, "3"),
        ("x", "2", ""),
    ]
    assert "check &lt;the&gt; calibration" in handover._repr_html_()


def test_a_kit_yml_that_changed_under_its_projection_is_refused(begin: Begin, project: Path) -> None:
    with (project / "kit.yml").open("a") as file:
        file.write("\n# a remark\n")
    with pytest.raises(KitError, match="has changed since"):
        begin("modeling")


def test_every_commit_says_who_answers_for_the_table(begin: Begin) -> None:
    stage = begin("deployment")
    stage.write(stage.spark.sql("select 1 as id, 0.1 as score"), "serving.predictions")
    stage.merge(stage.spark.sql("select 1 as id, 0.2 as score"), "serving.predictions", keys=["id"])
    history = stage.spark.sql(f"describe history {stage.warehouse.identifier('serving.predictions')}").collect()
    said = [json.loads(one["userMetadata"]) for one in history]
    assert said == [{"accountable": "ml_engineer_lead", "people": "", "run": stage.run_id}] * 2


def test_a_new_table_of_a_catalog_has_its_owner_as_properties(begin: Begin) -> None:
    stage = begin("deployment")
    warehouse = CatalogWarehouse("spark_catalog", "default")
    stage.spark.sql(f"drop table if exists {warehouse.identifier('serving.owned')}")
    rows_ = stage.spark.sql("select 1 as id, date'2026-01-01' as day")
    options = {
        "mode": "overwrite",
        "replace_where": None,
        "partition_by": ["day"],
        "tag": {"accountable": "data_owner"},
    }
    write_table(stage.spark, warehouse, "serving.owned", rows_, **options)
    write_table(stage.spark, warehouse, "serving.owned", rows_, **options)
    properties = stage.spark.sql(f"show tblproperties {warehouse.identifier('serving.owned')}").collect()
    assert {one["key"]: one["value"] for one in properties}["kit.accountable"] == "data_owner"
    assert warehouse.version(stage.spark, "serving.owned") == 1
    assert stage.spark.table(warehouse.identifier("serving.owned")).count() == 1
    stage.spark.sql(f"drop table {warehouse.identifier('serving.owned')}")


def test_a_checklist_holds_what_was_ticked_and_what_follows_by_itself(begin: Begin) -> None:
    stage = begin("data_engineering")
    stage.check(stage.source("orders").selectExpr("id", "int(amount) as amount"), "silver.orders")
    stage.account("orders", read=4, written=2, quarantined=2)
    stage.tick("Keys are unique", is_met=True, measured="4 of 4")
    stage.tick("Keys are unique", is_met=False, measured="3 of 4")
    found = {one["item"]: (one["is_met"], one["measured"]) for one in stage.finish().checklist}
    assert found["Every row that came in is accounted for"] == (True, "4 rows in orders")
    assert found["Expectations are met"][0] is False
    assert "amount_known in 1 rows of silver.orders" in found["Expectations are met"][1]
    assert found["Keys are unique"] == (False, "3 of 4")


def test_a_stage_knows_what_another_recommended_last(begin: Begin) -> None:
    modeling = begin("modeling")
    assert modeling.recommended("modeling") is None
    modeling.decide("rework", "no better than the rule")
    assert begin("deployment").recommended("modeling") == ("rework", "no better than the rule")
