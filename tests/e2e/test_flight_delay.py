"""From nothing to a use case that ran: the flight-delay project, generated, run and read as its owner would."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from kit.runtime.server import find_server
from tests.e2e.conftest import RunProject, environment, kit, month

STAGES = ["definition", "data_engineering", "modeling", "deployment", "monitoring"]


def test_all_five_stages_succeed_and_only_json_is_printed(flight_delay: RunProject) -> None:
    assert flight_delay.done.code == 0, flight_delay.done.out + flight_delay.done.err
    record = flight_delay.record
    assert record["status"] == "succeeded"
    assert [(one["name"], one["status"]) for one in record["stages"]] == [(name, "succeeded") for name in STAGES]
    assert {"run_id", "started", "ended", "environment", "kit_version", "parameters"} <= set(record)


@pytest.mark.parametrize("name", STAGES)
def test_an_executed_notebook_is_valid_and_quiet(flight_delay: RunProject, name: str) -> None:
    notebook = flight_delay.notebook(name)
    nbformat.validate(nbformat.from_dict(notebook))
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    noise = [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"]
    assert noise == []
    assert [one for one in outputs if "image/png" in one.get("data", {})], "a plot is expected"


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_names_who_is_accountable_and_what_it_wrote(flight_delay: RunProject, name: str) -> None:
    stage = flight_delay.stage(name)
    assert "unfilled" not in stage["accountable"]
    assert stage["error"] is None
    assert all(one["version"] >= 0 for one in stage["tables_written"])
    assert stage["tables_written"]


def test_no_row_is_lost_on_the_way_to_the_features(flight_delay: RunProject) -> None:
    accounts = flight_delay.stage("data_engineering")["accounting"]
    assert accounts
    for account in accounts:
        parts = {name: count for name, count in account.items() if name not in {"name", "read"}}
        assert sum(parts.values()) == account["read"], account


def test_the_model_is_measured_beside_the_benchmark(flight_delay: RunProject) -> None:
    metrics = flight_delay.stage("modeling")["metrics"]
    assert 0.5 < metrics["test.auc"] < 0.9
    assert 0.3 < metrics["benchmark.auc"] < 0.9


def test_a_second_run_skips_everything_and_starts_no_jvm(copied: Path) -> None:
    done = kit("run", copied, *month(), "--json")
    assert done.code == 0, done.err
    assert [one["status"] for one in done.value["stages"]] == ["skipped"] * 5
    assert done.value["stages"][2]["metrics"]["test.auc"] > 0.5
    assert not (copied / ".kit" / "spark").exists()


def test_a_changed_package_runs_its_stages_again(copied: Path) -> None:
    module = next((copied / "src").rglob("drift.py"))
    module.write_text(module.read_text() + "\n# changed\n")
    plan = kit("run", copied, *month(), "--dry-run", "--json").value
    assert plan["stages"] == STAGES
    done = kit("run", copied, *month(), "--only", "monitoring", "--json")
    assert [one["status"] for one in done.value["stages"]] == ["succeeded"]


def test_scoring_the_same_date_twice_doubles_no_row(flight_delay: RunProject) -> None:
    before = table(flight_delay.folder, "serving.predictions")
    done = kit("run", flight_delay.folder, *month(), "--only", "deployment", "--force", "--json")
    assert done.code == 0, done.err
    after = table(flight_delay.folder, "serving.predictions")
    assert before["rows"] == after["rows"] == after["keys"] > 0


def test_status_and_check_tell_of_a_good_project(flight_delay: RunProject) -> None:
    status = kit("status", flight_delay.folder, "--json").value
    assert [one["status"] for one in status["stages"]] == ["succeeded"] * 5
    check = kit("check", flight_delay.folder, "--json")
    assert (check.code, [one for one in check.value["findings"] if one["level"] == "fail"]) == (0, [])


def test_the_projects_own_tests_pass(flight_delay: RunProject) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command, check=False, cwd=flight_delay.folder, capture_output=True, text=True, env=environment()
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_notebook_passes_on_classic_sessions_too(flight_delay: RunProject, tmp_path: Path) -> None:
    folder = tmp_path / "classic"
    shutil.copytree(flight_delay.folder, folder, ignore=shutil.ignore_patterns("spark", "data", "mlflow", "runs"))
    done = kit("run", folder, *month(), "--spark", "classic", "--json")
    assert done.code == 0, done.out + done.err
    assert done.value["spark"] == "classic"
    connect, classic = (one["stages"][2]["metrics"]["test.auc"] for one in (flight_delay.record, done.value))
    assert connect == pytest.approx(classic, abs=0.02)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-p", "run_dat=2013-01-31"], "there is no parameter 'run_dat'; did you mean 'run_date'?"),
        (["-p", "run_date=January"], "parameter 'run_date': 'January' is not a date"),
        (["--only", "modelling"], "did you mean 'modeling'"),
        (["--env", "lokal"], "did you mean 'local'"),
    ],
)
def test_a_wrong_call_stops_before_anything_starts(copied: Path, options: list[str], said: str) -> None:
    runs = sorted((copied / "runs").iterdir())
    done = kit("run", copied, *options)
    assert done.code == 2
    assert said in done.err
    assert sorted((copied / "runs").iterdir()) == runs


@pytest.mark.full
def test_the_whole_year_meets_the_honest_yardstick(tmp_path: Path) -> None:
    folder = tmp_path / "flight-delay"
    assert kit("new", folder, "--template", "flight_delay", "--defaults").code == 0
    done = kit("run", folder, "--json")
    assert done.code == 0, done.out + done.err
    metrics = done.value["stages"][2]["metrics"]
    assert 0.68 <= metrics["test.auc"] < 0.75, "below the yardstick, or too good to be true"
    assert metrics["test.auc"] > metrics["benchmark.auc"]
    assert find_server(folder / ".kit" / "spark") is None


def table(project: Path, name: str) -> dict[str, Any]:
    """Rows and distinct keys of a table, counted on the project's running Spark."""
    from kit.runtime.session import connect_session

    server = find_server(project / ".kit" / "spark")
    assert server is not None
    spark = connect_session(server.url, server.token, "00000000-0000-4000-8000-000000000001")
    path = project / "data" / name.replace(".", "/")
    query = f"select count(*) as rows, count(distinct flight_id) as keys from delta.`{path}`"
    return spark.sql(query).collect()[0].asDict()
