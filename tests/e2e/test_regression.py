"""A regression from a plain CSV: odd names, gaps, a skewed target, a planted leak; with a time and without one."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.runtime.server import Server
from tests.e2e.conftest import RunProject, kit, made_beside_others, made_from, write_rows

STAGES = ["definition", "data_engineering", "modeling", "deployment", "monitoring"]
ROWS = 3000


def rents(seed: int = 3) -> Iterator[dict[str, Any]]:
    """Flats for rent as they were let, day by day: skewed rents, gaps, a column that knows the rent."""
    chance = random.Random(seed)
    for number in range(ROWS):
        size, district = chance.lognormvariate(4.2, 0.4), chance.choice(["north", "south", "east", "west", "centre"])
        level = {"centre": 1.5, "west": 1.2}.get(district, 1.0) * (1 + 0.1 * number / ROWS)
        rent = 12 * size * level * chance.lognormvariate(0, 0.15)
        yield {
            "Flat no.": f"F{number:05d}",
            "let on": (dt.date(2022, 1, 1) + dt.timedelta(days=number * 365 // ROWS)).isoformat(),
            "Größe (m²)": round(size, 1) if chance.random() > 0.1 else "",
            "order": district,
            "floor$": chance.randrange(7),
            "select": round(chance.gauss(0, 1), 3),
            "deposit.paid": round(rent * 3 * chance.uniform(0.999, 1.001)),
            "Rent / month": round(rent, 2) if number < ROWS - 40 else "",
        }


@made_beside_others
def rented(folder: Path, spark: Server) -> RunProject:
    """The rents, which have a time."""
    rows, file = list(rents()), folder / "rents.csv"
    write_rows(file, rows)
    said = ["--source", file, "--target", "Rent / month", "--template", "regression"]
    return made_from(folder / "rents", spark, *said)


def test_a_plain_file_becomes_a_run_whose_model_is_measured_beside_the_rule(rented: RunProject) -> None:
    assert rented.done.code == 0, rented.done.out + rented.done.err
    assert [one["status"] for one in rented.record["stages"]] == ["succeeded"] * 5
    metrics = rented.stage("modeling")["metrics"]
    assert metrics["test.mae_low"] < metrics["test.mae"] < metrics["test.mae_high"]
    assert metrics["test.mae"] < metrics["benchmark.mae"]
    assert metrics["test.lead_low"] > 0, "the lead over the rule is no chance"
    assert 0.5 < metrics["test.r2"] < 0.95, "the honest columns leave a fifth of the rent open"
    assert math.isclose(metrics["test.wape"], metrics["test.mae"] / metrics["test.mean"], rel_tol=1e-6)
    assert rented.stage("modeling")["decision"]["outcome"] == "accept"


def test_a_column_that_knows_the_target_is_declared_before_anything_runs(rented: RunProject) -> None:
    said = (rented.folder / "kit.yml").read_text(encoding="utf-8")
    assert "deposit_paid" in said[said.index("leaks:") :].split("unused:")[0]


def test_skewed_targets_are_tried_on_both_scales_and_the_notebook_says_so(rented: RunProject) -> None:
    outputs = rented.outputs("modeling")
    texts = ["".join(one.get("text", [])) for one in outputs]
    assert any("The outcome is skewed" in text for text in texts)
    assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []


@pytest.mark.parametrize("name", STAGES)
def test_every_notebook_has_a_plot_and_no_noise(rented: RunProject, name: str) -> None:
    outputs = rented.outputs(name)
    assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
    assert [one for one in outputs if "image/png" in one.get("data", {})]


def test_cases_without_an_outcome_are_scored_and_not_learnt_from(rented: RunProject) -> None:
    (account,) = rented.stage("deployment")["accounting"]
    assert account["read"] == account["written"] > 40


def test_a_leak_that_kit_yml_does_not_declare_is_refused_by_modeling(rented: RunProject) -> None:
    spec = rented.folder / "kit.yml"
    said = yaml.safe_load(spec.read_text(encoding="utf-8"))
    del said["problem"]["leaks"]["deposit_paid"]
    spec.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    kit("check", rented.folder, "--fix")
    assert rented.kit_run("--only", "data_engineering").code == 0
    done = rented.kit_run("--only", "modeling")
    assert done.code == 1
    assert "deposit_paid (share of the variance of ranks explained" in done.out
