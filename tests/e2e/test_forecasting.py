"""Forecasting from a plain file: many daily series with odd names and gaps, generated, run, and run again."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kit.runtime.server import Server
from tests.e2e.conftest import RunProject, environment, made_beside_others, made_from

STAGES = ["definition", "data_engineering", "modeling", "deployment", "monitoring"]
DAYS, SHOPS = 160, 6
ORIGINS = ["-p", "backtest_origins=4"]


def write_sales(path: Path, days: int = DAYS) -> None:
    """Write daily sales of six shops with a weekly course, repeated rows, gaps, and other columns."""
    draw = Random(4)
    head = ["Shop No.", "Date (d/m)", "Units $ sold", "price", "weather of the day"]
    rows = []
    for place in range(days):
        at = date(2023, 1, 2) + timedelta(days=place)
        for shop in range(SHOPS):
            level = 40 * (shop + 1) * (1 + 0.3 * (at.weekday() >= 4))
            sold = "" if draw.random() < 0.02 else f"{level + draw.gauss(0, 0.05 * level):.1f}"
            if draw.random() > 0.03:
                rows.append([f"S{shop}", f"{at.day}/{at.month}/{at.year}", sold, f"{draw.random():.2f}", "fair"])
    rows += rows[:20]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([head, *rows])


@made_beside_others
def sales(folder: Path, spark: Server) -> RunProject:
    """Sales of six shops."""
    write_sales(folder / "sales.csv")
    said = ["--source", folder / "sales.csv", "--target", "Units $ sold", "--key", "Shop No."]
    return made_from(folder / "sales", spark, *said, "--template", "forecasting", run=ORIGINS)


def test_all_five_stages_succeed(sales: RunProject) -> None:
    assert sales.done.code == 0, sales.done.out + sales.done.err
    assert [one["status"] for one in sales.record["stages"]] == ["succeeded"] * 5
    for name in STAGES:
        outputs = sales.outputs(name)
        assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
        assert [one for one in outputs if "image/png" in one.get("data", {})], "a plot is expected"


def test_every_reading_and_every_step_is_accounted_for(sales: RunProject) -> None:
    accounts = {one["name"]: one for stage in STAGES for one in sales.stage(stage).get("accounting", [])}
    assert {"sales", "slots", "predictions"} <= set(accounts)
    for account in accounts.values():
        assert sum(count for name, count in account.items() if name not in {"name", "read"}) == account["read"]
    assert accounts["sales"]["deduplicated"] == 20
    assert accounts["slots"]["without_value"] > 0


def test_the_model_stands_beside_the_rule_and_the_gate_says_what_follows(sales: RunProject) -> None:
    stage = sales.stage("modeling")
    metrics = stage["metrics"]
    measures = {"mae", "wape", "mase", "bias", "coverage", "mae_low", "mae_high"}
    assert {f"{prefix}.{one}" for prefix in ("test", "benchmark") for one in measures} <= set(metrics)
    assert 0.02 < metrics["test.wape"] < 0.06
    assert metrics["test.mae_low"] < metrics["test.mae"] < metrics["test.mae_high"]
    assert 0.65 < metrics["test.coverage"] < 0.95
    decided = stage["decision"]
    is_ahead = metrics["test.lead_low"] > 0
    assert decided["outcome"] == ("accept" if is_ahead else "rework")


def test_each_series_has_its_next_steps_once(sales: RunProject) -> None:
    before = forecasts(sales)
    assert before["newest"] == SHOPS * 14
    assert before["rows"] == before["keys"]
    again = sales.kit_run(*ORIGINS, "--only", "deployment", "--force")
    assert again.code == 0, again.out + again.err
    assert forecasts(sales) == before


def test_forecasts_of_last_week_are_held_against_what_came(sales: RunProject) -> None:
    metrics = sales.stage("monitoring")["metrics"]
    assert metrics["recent.mae"] == pytest.approx(sales.stage("modeling")["metrics"]["test.mae"], rel=0.6)


def test_the_projects_own_tests_pass(sales: RunProject) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, check=False, cwd=sales.folder, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr


def forecasts(project: RunProject) -> dict[str, Any]:
    """Rows and distinct keys of the forecasts, and how many there are of the newest moment."""
    return project.query(
        "select count(*) as rows, count(distinct series, as_of, step) as keys, "
        "count_if(as_of = (select max(as_of) from {serving.predictions})) as newest from {serving.predictions}"
    )
