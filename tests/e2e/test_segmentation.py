"""Segmentation from plain files: transactions with odd names, some of nobody."""

from __future__ import annotations

import csv
import datetime as dt
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kit.runtime.server import Server
from tests.e2e.conftest import RunProject, environment, made_beside_others, made_from

KINDS = {"heavy": (0.15, 6, 180), "steady": (0.4, 28, 45), "once": (0.25, 600, 25), "lapsed": (0.2, 20, 70)}
"""Share of the entities, days between two transactions, amount."""


def purchases(people: int = 500, days: int = 540, seed: int = 5) -> Iterator[list[Any]]:
    """Yield purchases of four kinds of customers; some without a customer."""
    chance = random.Random(seed)
    for person in range(people):
        kind = chance.choices(list(KINDS), [one[0] for one in KINDS.values()])[0]
        _, every, level = KINDS[kind]
        day = chance.randrange(520 if kind == "once" else 20)
        end = days if kind != "lapsed" else chance.randrange(150, 420)
        while day < end:
            who = f"K{person:04d}" if chance.random() > 0.01 else ""
            at = dt.date(2022, 1, 1) + dt.timedelta(days=day)
            yield [who, f"{at.day}.{at.month}.{at.year}", f"{level * chance.lognormvariate(0, 0.4):.2f}", "web"]
            day += max(1, round(chance.expovariate(1 / every)))


@made_beside_others
def bought(folder: Path, spark: Server) -> RunProject:
    """Purchases in a file with odd names."""
    with (folder / "buys.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows([["Kunde Nr.", "bought on", "order", "select"], *purchases()])
    said = ["--source", folder / "buys.csv", "--key", "Kunde Nr.", "--target", "order", "--template", "segmentation"]
    return made_from(folder / "buys", spark, *said)


def test_transactions_become_segments_that_are_stable(bought: RunProject) -> None:
    assert bought.done.code == 0, bought.done.out + bought.done.err
    assert [one["status"] for one in bought.record["stages"]] == ["succeeded"] * 5
    stage = bought.stage("modeling")
    metrics = stage["metrics"]
    assert metrics["test.stable"] == 1
    assert metrics["test.silhouette"] > metrics["benchmark.silhouette"]
    assert metrics["test.silhouette_low"] < metrics["test.silhouette"] < metrics["test.silhouette_high"]
    assert -1 <= metrics["benchmark.spearman"] <= 1
    for name in ("definition", "data_engineering", "modeling", "deployment", "monitoring"):
        outputs = bought.outputs(name)
        assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
        assert [one for one in outputs if "image/png" in one.get("data", {})], "a plot is expected"


def test_rows_of_nobody_are_set_aside_and_nothing_else_is_lost(bought: RunProject) -> None:
    (account,) = [one for one in bought.stage("data_engineering")["accounting"] if one["name"] == "buys"]
    assert account["read"] == account["written"] + account["quarantined"] + account["deduplicated"]
    assert account["quarantined"] > 0


def test_everyone_has_one_segment_at_each_snapshot(bought: RunProject) -> None:
    row = bought.query(
        "select count(*) as rows, count(distinct kunde_nr, snapshot) as keys, count(distinct segment_name) as names "
        "from {serving.predictions}"
    )
    assert row["rows"] == row["keys"]
    assert row["names"] == bought.stage("modeling")["metrics"]["test.segments"]


def test_the_projects_own_tests_pass(bought: RunProject) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, check=False, cwd=bought.folder, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr
