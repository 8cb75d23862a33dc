"""Recommendation from a plain file: readers with tastes, odd names, empty cells, repeated rows; run, and run again."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from kit.runtime.server import Server
from tests.e2e.conftest import RunProject, environment, made_beside_others, made_from

STAGES = ["definition", "data_engineering", "modeling", "deployment", "monitoring"]
USERS, ITEMS, TASTES = 300, 120, 6
REPEATED, EMPTY = 25, 3
QUICK = ["-p", "search=quick"]


def write_loans(path: Path) -> None:
    """Write a year of loans: readers have two tastes, items one; some items are taken by many, some readers new."""
    draw = Random(3)
    rows = []
    for reader in range(USERS):
        tastes, since = draw.sample(range(TASTES), 2), 345 if reader % 12 == 0 else draw.randrange(0, 300)
        for _ in range(draw.randrange(4, 40)):
            taste = draw.choice(tastes) if draw.random() < 0.85 else draw.randrange(TASTES)
            item = TASTES * min(int(draw.expovariate(1 / 6)), ITEMS // TASTES - 1) + taste
            at = datetime(2023, 1, 1, 9) + timedelta(days=since + draw.random() * (364 - since))
            stars = "" if draw.random() < 0.03 else draw.choice(["3", "3.5", "4", "5"])
            rows.append(
                [f"U-{reader:04}", f"F{item:03}", at.strftime("%d/%m/%Y %H:%M"), stars, draw.choice(["web", ""])]
            )
    rows += rows[:REPEATED] + [["", "F001", f"0{place}/02/2023 10:00", "4", "web"] for place in range(1, EMPTY + 1)]
    with path.open("w", newline="", encoding="utf-8") as file:
        head = ["Reader No.", "Film: code", "Seen at (d/m)", "Stars $ given", "channel"]
        csv.writer(file, delimiter=";").writerows([head, *rows])


@made_beside_others
def loans(folder: Path, spark: Server) -> RunProject:
    """Loans of 300 readers."""
    write_loans(folder / "loans.csv")
    said = ["--source", folder / "loans.csv", "--target", "Stars $ given", "--template", "recommendation"]
    return made_from(folder / "loans", spark, *said, "--key", "Reader No.", "--key", "Film: code", run=QUICK)


def test_all_five_stages_succeed(loans: RunProject) -> None:
    assert loans.done.code == 0, loans.done.out + loans.done.err
    assert [one["status"] for one in loans.record["stages"]] == ["succeeded"] * 5
    for name in STAGES:
        outputs = loans.outputs(name)
        assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
        assert [one for one in outputs if "image/png" in one.get("data", {})], "a plot is expected"


def test_every_row_and_every_user_is_accounted_for(loans: RunProject) -> None:
    accounts = {one["name"]: one for stage in STAGES for one in loans.stage(stage).get("accounting", [])}
    assert {"loans", "interactions", "users of the hold-out", "users"} <= set(accounts)
    for account in accounts.values():
        assert sum(count for name, count in account.items() if name not in {"name", "read"}) == account["read"]
    assert accounts["loans"]["deduplicated"] == REPEATED
    assert accounts["loans"]["quarantined"] > EMPTY
    assert accounts["users of the hold-out"]["without_past"] > 0


def test_tastes_are_found_and_the_lead_over_what_is_popular_is_sure(loans: RunProject) -> None:
    stage = loans.stage("modeling")
    metrics = stage["metrics"]
    measures = {"hit_rate", "precision", "recall", "ndcg", "novelty", "coverage"}
    for prefix in ("test", "benchmark"):
        for one in measures:
            low, value, high = (metrics[f"{prefix}.{one}{end}"] for end in ("_low", "", "_high"))
            assert low <= value <= high
    assert 0.1 < metrics["benchmark.hit_rate"] < metrics["test.hit_rate"] < 0.95
    assert metrics["test.coverage"] > 2 * metrics["benchmark.coverage"]
    assert stage["decision"]["outcome"] == "accept"


def test_no_list_holds_what_the_user_had_and_a_second_run_adds_none(loans: RunProject) -> None:
    before = lists(loans)
    assert before["rows"] == before["keys"]
    assert before["longest"] == 10
    assert before["had"] == 0
    again = loans.kit_run(*QUICK, "--only", "deployment", "--force")
    assert again.code == 0, again.out + again.err
    assert lists(loans) == before


def test_what_was_served_is_held_against_what_users_then_took(loans: RunProject) -> None:
    metrics = loans.stage("monitoring")["metrics"]
    assert abs(metrics["served.hit_rate"] - loans.stage("modeling")["metrics"]["test.hit_rate"]) < 0.02
    assert metrics["served.hit_rate"] > metrics["served.popular_hit_rate"]
    assert loans.stage("monitoring")["decision"]["outcome"] == "keep"


def test_the_projects_own_tests_pass(loans: RunProject) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, check=False, cwd=loans.folder, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr


def lists(project: RunProject) -> dict[str, Any]:
    """Places and distinct keys of the lists, the lowest place, and how many hold what their user had by then."""
    return project.query(
        "select count(*) as rows, count(distinct p.served_on, p.user, p.rank) as keys, max(p.rank) as longest, "
        "count(g.film_code) as had from {serving.predictions} p left join (select reader_no, film_code, "
        "min(seen_at_d_m) as first from {gold.features} group by 1, 2) g "
        "on p.user = g.reader_no and p.item = g.film_code and g.first <= p.served_on"
    )
