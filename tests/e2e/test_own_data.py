"""A file of one's own becomes a project whose notebooks run unedited and say honest things about that file."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Done, kit

ROWS, UNKNOWN = 3_000, 150


@dataclass(frozen=True)
class Own:
    """A project made of one's own file, what `kit new` said of the file, and what `kit run` said."""

    folder: Path
    intake: dict[str, Any]
    run: Done

    @property
    def spec(self) -> dict[str, Any]:
        """The project's kit.yml."""
        value: dict[str, Any] = yaml.safe_load((self.folder / "kit.yml").read_text(encoding="utf-8"))
        return value

    def stage(self, name: str) -> dict[str, Any]:
        """The record of one stage of the run."""
        return next(one for one in self.run.value["stages"] if one["name"] == name)


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


def made(folder: Path, file: Path, *options: str) -> Own:
    """Make a project of a file and run it."""
    new = kit("new", folder, "--source", file, "--defaults", "--json", *options)
    assert new.code == 0, new.err
    return Own(folder, new.value["intake"], kit("run", folder, "--json"))


@pytest.fixture(scope="module")
def timed(tmp_path_factory: pytest.TempPathFactory) -> Own:
    """Customers with a day on which each signed up."""
    folder = tmp_path_factory.mktemp("own")
    write_customers(folder / "Kunden 2023.csv")
    return made(folder / "churn", folder / "Kunden 2023.csv", "--target", "Churned?", "--time", "Signup Date")


@pytest.fixture(scope="module")
def timeless(tmp_path_factory: pytest.TempPathFactory) -> Own:
    """Numbers alone, without a time and without a key, more than eighty columns of them."""
    folder, draw = tmp_path_factory.mktemp("own"), random.Random(3)
    lines = [",".join([*(f"X{place}" for place in range(85)), "bought"])]
    for _ in range(1_500):
        values = [draw.randrange(10) for _ in range(85)]
        is_bought = draw.random() < (0.5 if values[3] > 6 else 0.15) + 0.02 * values[10]
        lines.append(",".join(map(str, [*values, int(is_bought)])))
    (folder / "numbers.csv").write_text("\n".join(lines))
    return made(folder / "numbers", folder / "numbers.csv", "--target", "bought")


def test_all_five_notebooks_run_unedited(timed: Own, timeless: Own) -> None:
    for own in (timed, timeless):
        assert own.run.code == 0, own.run.out + own.run.err
        assert [one["status"] for one in own.run.value["stages"]] == ["succeeded"] * 5
        assert kit("check", own.folder, "--json").value == {"findings": []}


def test_the_contract_in_kit_yml_is_what_spark_reads(timed: Own) -> None:
    columns = timed.spec["sources"]["kunden_2023"]["columns"]
    assert columns["signup_date"] == {"original": "Signup Date", "type": "timestamp", "format": "d/M/yyyy H:mm"} | {
        name: value for name, value in columns["signup_date"].items() if name == "description"
    }
    assert columns["usage"]["format"] == "decimal_comma"
    assert timed.spec["problem"]["positive"] == "Yes"


def test_a_row_without_a_readable_time_is_set_aside_and_accounted_for(timed: Own) -> None:
    (account,) = timed.stage("data_engineering")["accounting"]
    assert (account["read"], account["quarantined"]) == (ROWS, ROWS // 500)
    assert account["written"] == ROWS - ROWS // 500


def test_a_leak_is_declared_and_the_model_is_no_better_than_honest(timed: Own) -> None:
    assert "refund_paid" in timed.spec["problem"]["leaks"]
    metrics = timed.stage("modeling")["metrics"]
    assert 0.6 < metrics["test.auc"] < 0.85


def test_without_a_time_rows_are_held_out_by_their_key(timeless: Own) -> None:
    assert timeless.spec["problem"]["key"] == ["row_id"]
    assert "event_time" not in timeless.spec["problem"]
    assert timeless.stage("modeling")["metrics"]["test.auc"] > 0.55
    (scored,) = timeless.stage("deployment")["accounting"]
    assert 0.2 * 1_500 < scored["written"] < 0.35 * 1_500


def test_a_leak_that_is_called_a_feature_is_flagged_and_refused(timed: Own) -> None:
    truth = timed.folder / "kit.yml"
    spec = timed.spec
    spec["problem"]["leaks"] = {}
    truth.write_text(yaml.safe_dump(spec, sort_keys=False, allow_unicode=True), encoding="utf-8")
    assert kit("check", timed.folder, "--fix").code == 0
    defined = kit("run", timed.folder, "--only", "definition", "--json").value["stages"][0]
    assert defined["decision"]["outcome"] == "revise"
    assert "refund_paid" in defined["decision"]["reason"]
    assert kit("run", timed.folder, "--only", "data_engineering", "--json").code == 0
    refused = kit("run", timed.folder, "--only", "modeling", "--json")
    assert refused.code == 1
    assert "refund_paid" in refused.value["stages"][0]["error"]
    assert "LeakError" in refused.value["stages"][0]["error"]
