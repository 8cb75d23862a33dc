"""Use cases on the tables of Online Retail II: churn and value of customers, from a small file of that form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kit.runtime.server import Server
from tests.e2e import retail
from tests.e2e.conftest import RunProject, made_beside_others, made_from

STAGES = ["definition", "data_engineering", "modeling", "deployment", "monitoring"]


@made_beside_others
def churn(folder: Path, spark: Server) -> RunProject:
    """Customers at monthly cuts."""
    return made_from(folder / "churn", spark, "--template", "customer_churn", "--answers", retail.answers(folder))


@made_beside_others
def value(folder: Path, spark: Server) -> RunProject:
    """Segments of customers and what they spend next."""
    return made_from(folder / "value", spark, "--template", "customer_value", "--answers", retail.answers(folder))


@pytest.fixture(params=["churn", "value"])
def made(request: pytest.FixtureRequest) -> RunProject:
    project: RunProject = request.getfixturevalue(request.param)
    return project


def test_all_five_stages_succeed_with_plots_and_without_noise(made: RunProject) -> None:
    assert made.done.code == 0, made.done.out + made.done.err
    assert [one["status"] for one in made.record["stages"]] == ["succeeded"] * 5
    for name in STAGES:
        outputs = made.outputs(name)
        assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
        assert [one for one in outputs if "image/png" in one.get("data", {})], "a plot is expected"


def test_every_row_of_the_flat_file_is_somewhere(made: RunProject) -> None:
    accounts: dict[str, Any] = {one["name"]: one for one in made.stage("data_engineering")["accounting"]}
    file = accounts["online_retail"]
    assert file["read"] == file["written"] + file["returned"] + file["quarantined"] + file["deduplicated"]
    assert file["deduplicated"] >= retail.REPEATED
    assert file["quarantined"] >= retail.NOBODY
    for name in ("silver.invoices", "silver.customers", "silver.products"):
        assert accounts[name]["read"] == accounts[name]["written"] == file["written"]
    assert accounts["returns"]["matched"] == file["returned"]


def test_no_outcome_that_is_learnt_from_reaches_the_hold_out(churn: RunProject) -> None:
    row = churn.query(
        "select max(if(cut < '2011-09-01', outcome_until, null)) as last, count_if(cut = '2011-08-01') as gap, "
        "count_if(cut > '2011-09-10' and churned is not null) as early, "
        "count(*) - count(distinct customer_id, cut) as twice "
        "from {gold.features}"
    )
    assert (str(row["last"]), row["gap"], row["early"], row["twice"]) == ("2011-08-29", 0, 0, 0)


def test_the_churn_model_stands_beside_the_recency_rule_with_an_interval(churn: RunProject) -> None:
    metrics = churn.stage("modeling")["metrics"]
    assert 0.6 < metrics["test.auc"] < 0.95
    assert metrics["test.auc_low"] < metrics["test.auc"] < metrics["test.auc_high"]
    is_ahead = metrics["test.lead_low"] > 0 and metrics["test.auc"] > metrics["benchmark.auc"]
    assert churn.stage("modeling")["decision"]["outcome"] == ("accept" if is_ahead else "rework")


def test_cuts_come_by_month_which_is_no_missing_day(churn: RunProject) -> None:
    assert churn.query("select count(*) as found from {monitoring.alerts} where kind = 'usage'")["found"] == 0


def test_segments_stand_beside_the_grid_and_the_gate_says_what_follows(value: RunProject) -> None:
    stage = value.stage("modeling")
    metrics = stage["metrics"]
    assert 3 <= metrics["test.segments"] <= 8
    assert metrics["test.silhouette_low"] < metrics["test.silhouette"] < metrics["test.silhouette_high"]
    assert {"benchmark.silhouette", "benchmark.spearman", "spend.spearman.trees"} <= set(metrics)
    if metrics["test.silhouette_lead_low"] <= 0 or not metrics["test.stable"]:
        assert stage["decision"]["outcome"] == "rework"


def test_each_customer_has_one_segment_at_each_snapshot_also_after_a_second_run(value: RunProject) -> None:
    query = (
        "select count(*) as rows, count(distinct customer_id, snapshot) as keys, "
        "count(distinct snapshot) as snapshots, "
        "count(distinct segment_name) as names from {serving.predictions}"
    )
    before = value.query(query)
    assert before["rows"] == before["keys"] > 300
    assert before["snapshots"] == 2
    assert before["names"] == value.stage("modeling")["metrics"]["test.segments"]
    again = value.kit_run("--only", "deployment", "--force")
    assert again.code == 0, again.out + again.err
    assert value.query(query) == before


def test_movement_and_sizes_are_monitored(value: RunProject) -> None:
    metrics = value.stage("monitoring")["metrics"]
    assert 0 < metrics["recent.stayed"] <= 1
    assert metrics["recent.size_psi"] >= 0
    assert value.query("select sum(share_now) as whole from {monitoring.performance}")["whole"] == pytest.approx(1)
