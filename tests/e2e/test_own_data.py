"""A file of one's own becomes a project whose notebooks run unedited and say honest things about that file."""

from __future__ import annotations

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from kit.runtime.server import Server
from tests.e2e.conftest import RunProject, kit, made_beside_others, made_from

ROWS, UNKNOWN = 3_000, 150


def spec_of(own: RunProject) -> dict[str, Any]:
    """The project's kit.yml."""
    value: dict[str, Any] = yaml.safe_load((own.folder / "kit.yml").read_text(encoding="utf-8"))
    return value


def write_customers(path: Path) -> None:
    """Write a file as an office program does: semicolons, Latin-1, decimal commas, days first, odd names, gaps.

    Who leaves depends on the plan and the use. The refund is paid to leavers alone; for some the outcome is open.
    """
    draw = random.Random(7)
    head = ["Kundennr.", "Größe (cm)", "select", "usage $", "Signup Date", "stage", "Refund paid", "Churned?"]
    rows = []
    for number in range(ROWS):
        plan, use = draw.choice(["basic", "plus", "pro"]), draw.gauss(50, 15)
        leaves = draw.random() < {"basic": 0.45, "plus": 0.2, "pro": 0.1}[plan] + (0.2 if use < 40 else 0)
        at = datetime(2023, 1, 1) + timedelta(hours=draw.randrange(365 * 24))
        refund = draw.uniform(10, 50) if leaves else 0
        size = "" if draw.random() < 0.4 else f"{draw.gauss(170, 9):.1f}".replace(".", ",")
        when = "soon" if number % 500 == 499 else f"{at.day}/{at.month}/{at.year} {at.hour}:{at.minute:02d}"
        churned = "" if number < UNKNOWN else "Yes" if leaves else "No"
        rows.append([f"K{number:05d}", size, plan, f"{use:.2f}".replace(".", ","), when, draw.choice("abc"),
                     f"{refund:.2f}".replace(".", ","), churned])  # fmt: skip
    with path.open("w", encoding="latin-1", newline="") as file:
        csv.writer(file, delimiter=";").writerows([head, *rows])


@made_beside_others
def timed(folder: Path, spark: Server) -> RunProject:
    """Customers with a day on which each signed up."""
    write_customers(folder / "Kunden 2023.csv")
    said = ["--source", folder / "Kunden 2023.csv", "--target", "Churned?", "--time", "Signup Date"]
    return made_from(folder / "churn", spark, *said)


@made_beside_others
def timeless(folder: Path, spark: Server) -> RunProject:
    """Numbers alone, without a time and without a key, more than eighty columns of them."""
    draw = random.Random(3)
    lines = [",".join([*(f"X{place}" for place in range(85)), "bought"])]
    for _ in range(1_500):
        values = [draw.randrange(10) for _ in range(85)]
        is_bought = draw.random() < (0.5 if values[3] > 6 else 0.15) + 0.02 * values[10]
        lines.append(",".join(map(str, [*values, int(is_bought)])))
    (folder / "numbers.csv").write_text("\n".join(lines))
    return made_from(folder / "numbers", spark, "--source", folder / "numbers.csv", "--target", "bought")


def test_all_five_notebooks_run_unedited(timed: RunProject, timeless: RunProject) -> None:
    for own in (timed, timeless):
        assert own.done.code == 0, own.done.out + own.done.err
        assert [one["status"] for one in own.done.value["stages"]] == ["succeeded"] * 5
        findings = kit("check", own.folder, "--json").value["findings"]
        assert [one for one in findings if one["level"] == "fail"] == []


def test_the_contract_in_kit_yml_is_what_spark_reads(timed: RunProject) -> None:
    columns = spec_of(timed)["sources"]["kunden_2023"]["columns"]
    assert columns["signup_date"] == {"original": "Signup Date", "type": "timestamp", "format": "d/M/yyyy H:mm"} | {
        name: value for name, value in columns["signup_date"].items() if name == "description"
    }
    assert columns["usage"]["format"] == "decimal_comma"
    assert spec_of(timed)["problem"]["positive"] == "Yes"


def test_a_row_without_a_readable_time_is_set_aside_and_accounted_for(timed: RunProject) -> None:
    (account,) = timed.stage("data_engineering")["accounting"]
    assert (account["read"], account["quarantined"]) == (ROWS, ROWS // 500)
    assert account["written"] == ROWS - ROWS // 500


def test_a_leak_is_declared_and_the_model_is_no_better_than_honest(timed: RunProject) -> None:
    assert "refund_paid" in spec_of(timed)["problem"]["leaks"]
    metrics = timed.stage("modeling")["metrics"]
    assert 0.6 < metrics["test.auc"] < 0.85


def test_without_a_time_rows_are_held_out_by_their_key(timeless: RunProject) -> None:
    assert spec_of(timeless)["problem"]["key"] == ["row_id"]
    assert "event_time" not in spec_of(timeless)["problem"]
    assert timeless.stage("modeling")["metrics"]["test.auc"] > 0.55
    (scored,) = timeless.stage("deployment")["accounting"]
    assert 0.2 * 1_500 < scored["written"] < 0.35 * 1_500


def test_a_leak_that_is_called_a_feature_is_flagged_and_refused(timed: RunProject) -> None:
    truth = timed.folder / "kit.yml"
    spec = spec_of(timed)
    spec["problem"]["leaks"] = {}
    truth.write_text(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert kit("check", timed.folder, "--fix").code == 0
    defined = timed.kit_run("--only", "definition").value["stages"][0]
    assert defined["decision"]["outcome"] == "revise"
    assert "refund_paid" in defined["decision"]["reason"]
    assert timed.kit_run("--only", "data_engineering").code == 0
    refused = timed.kit_run("--only", "modeling")
    assert refused.code == 1
    assert "refund_paid" in refused.value["stages"][0]["error"]
    assert "LeakError" in refused.value["stages"][0]["error"]
