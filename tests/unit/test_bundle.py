"""The Databricks bundle of a project: tasks in order, values as texts, owners told, sections of the user's own kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.bundle import bundle_files, with_yours
from kit.compose import Composer
from kit.notices import job_permissions
from kit.runtime.parameters import parse_value
from kit.spec import Spec
from tests.unit.tiny import STAGES, tiny_composer, tiny_resources, tiny_spec

ADA = {"name": "Ada Byron", "email": "ada@example.org", "roles": ["data_scientist", "ml_engineer_lead"]}


@pytest.fixture
def composer(tmp_path: Path) -> Composer:
    return tiny_composer(tiny_resources(tmp_path))


def spec_with(composer: Composer, **more: Any) -> Spec:
    said = tiny_spec(composer).model_dump(by_alias=True, exclude_unset=True)
    return Spec.model_validate({**said, **more})


def files(composer: Composer, spec: Spec) -> dict[str, Any]:
    written = bundle_files(composer.catalog, composer.chain, spec)
    return {path: yaml.safe_load(text) for path, text in written.items()}


def jobs(composer: Composer, spec: Spec) -> tuple[dict[str, Any], dict[str, Any]]:
    found = files(composer, spec)
    main, again = f"resources/{spec.package}.job.yml", f"resources/{spec.package}_retraining.job.yml"
    return (
        found[main]["resources"]["jobs"][spec.package],
        found[again]["resources"]["jobs"][f"{spec.package}_retraining"],
    )


def test_the_same_spec_gives_the_same_texts(composer: Composer) -> None:
    spec = spec_with(composer)
    first = bundle_files(composer.catalog, composer.chain, spec)
    assert first == bundle_files(composer.catalog, composer.chain, spec)
    assert all(text.endswith("\n") and "yours__" not in text for text in first.values())


def test_each_stage_is_followed_by_its_gate_and_waits_for_the_one_before(composer: Composer) -> None:
    main, again = jobs(composer, spec_with(composer))
    before = None
    for stage, gate in zip(STAGES, ["gate_g1", "gate_g2", "gate_g3", "gate_g4", "gate_g5"], strict=True):
        tasks = {one["task_key"]: one for one in main["tasks"]}
        assert tasks[stage].get("depends_on") == ([{"task_key": before}] if before else None)
        assert tasks[gate]["depends_on"] == [{"task_key": stage}]
        assert tasks[gate]["python_wheel_task"]["parameters"][0] == stage
        before = gate
    assert [one["task_key"] for one in again["tasks"]] == ["modeling", "gate_g3", "deployment", "gate_g4"]


def test_every_task_is_known_once_and_has_one_kind(composer: Composer) -> None:
    for job in jobs(composer, spec_with(composer)):
        keys = [one["task_key"] for one in job["tasks"]]
        assert len(keys) == len({*keys})
        for task in job["tasks"]:
            assert {one["task_key"] for one in task.get("depends_on", [])} <= {*keys}
            assert len([key for key in task if key.endswith("_task")]) == 1


def test_monitoring_that_asks_for_it_starts_the_retraining_with_the_values_of_the_run(composer: Composer) -> None:
    spec = spec_with(composer)
    main, again = jobs(composer, spec)
    tasks = {one["task_key"]: one for one in main["tasks"]}
    asked = tasks["is_retraining_wanted"]["condition_task"]
    assert asked == {"op": "EQUAL_TO", "left": "{{tasks.monitoring.values.decision}}", "right": "retrain"}
    assert tasks["retraining"]["depends_on"] == [{"task_key": "is_retraining_wanted", "outcome": "true"}]
    given = tasks["retraining"]["run_job_task"]["job_parameters"]
    assert {*given} == {one["name"] for one in again["parameters"]} - {"kit_run_id"}
    assert given["run_date"] == "{{job.parameters.run_date}}"


def test_parameters_are_texts_that_the_contract_reads_back(composer: Composer) -> None:
    contract = {
        "folds": {"type": "integer", "default": 13},
        "small": {"type": "number", "default": 1e-05},
        "fast": {"type": "boolean", "default": False},
        "run_date": {"type": "date", "default": "2020-02-29"},
        "mode": {"type": "choice", "default": "y", "choices": ["y", "n"]},
        "names": {"type": "list", "default": ["a", "b, c"]},
    }
    spec = spec_with(composer, parameters=contract)
    main, _ = jobs(composer, spec)
    defaults = {one["name"]: one["default"] for one in main["parameters"]}
    assert {*defaults} == {*contract, "kit_env", "kit_run_id", "catalog", "schema"}
    assert all(isinstance(value, str) for value in defaults.values())
    for name, said in spec.parameters.items():
        declared = said.model_dump()
        assert parse_value(name, declared, defaults[name]) == parse_value(name, declared, said.default)
    text = bundle_files(composer.catalog, composer.chain, spec)[f"resources/{spec.package}.job.yml"]
    for value in ("'13'", "'1e-05'", "'false'", "'2020-02-29'", "'y'"):
        assert f"default: {value}\n" in text


def test_tasks_run_serverless_or_on_a_cluster_of_the_job_and_never_bring_spark(composer: Composer) -> None:
    main, _ = jobs(composer, spec_with(composer))
    environment = main["environments"][0]
    assert environment["spec"]["environment_version"] == "4"
    assert all("libraries" not in one and "job_cluster_key" not in one for one in main["tasks"])
    users = [one for one in main["tasks"] if "environment_key" in one]
    assert len(users) == 10
    assert {one["environment_key"] for one in users} == {environment["environment_key"]}

    own, _ = jobs(composer, spec_with(composer, databricks={"compute": "job_cluster", "workers": 0}))
    assert "environments" not in own
    assert all("environment_key" not in one for one in own["tasks"])
    assert {one["job_cluster_key"] for one in own["tasks"] if "libraries" in one} == {
        own["job_clusters"][0]["job_cluster_key"]
    }
    for job in (main, own):
        assert "pyspark" not in str(job)
        assert "delta-spark" not in str(job)


def test_a_schedule_is_quartz_paused_in_dev_and_where_it_is_not_meant(composer: Composer) -> None:
    schedule = {"every": "weekday", "time_zone": "Europe/Berlin", "retries": 3, "deadline_minutes": 90}
    spec = spec_with(composer, schedule=schedule)
    main, again = jobs(composer, spec)
    assert main["schedule"] == {"quartz_cron_expression": "0 0 6 ? * MON-FRI", "timezone_id": "Europe/Berlin"}
    assert main["timeout_seconds"] == 5400
    notebooks = [one for one in main["tasks"] if "notebook_task" in one]
    assert [(one["max_retries"], one["min_retry_interval_millis"]) for one in notebooks] == [(3, 300_000)] * 5
    assert "schedule" not in again
    targets = files(composer, spec)["databricks.yml"]["targets"]
    paused = {"jobs": {spec.package: {"schedule": {"pause_status": "PAUSED"}}}}
    assert [targets[one].get("resources") for one in ("dev", "staging", "prod")] == [None, paused, None]
    assert "schedule" not in jobs(composer, spec_with(composer))[0]


def test_failures_go_to_the_owners_of_their_stage_and_permissions_come_from_roles(composer: Composer) -> None:
    spec = spec_with(composer, people=[ADA])
    main, _ = jobs(composer, spec)
    told = {one["task_key"]: one.get("email_notifications") for one in main["tasks"]}
    assert told["modeling"] == told["gate_g3"] == {"on_failure": ["ada@example.org"]}
    assert told["definition"] is None
    assert main["permissions"] == job_permissions(composer.catalog, composer.chain, spec)


def test_the_targets_are_valid_without_a_variable_and_only_one_is_the_default(composer: Composer) -> None:
    spec = spec_with(composer)
    bundle = files(composer, spec)["databricks.yml"]
    targets = bundle["targets"]
    assert [name for name, one in targets.items() if one.get("default")] == ["dev"]
    assert {name: one["mode"] for name, one in targets.items()} == {
        "dev": "development",
        "staging": "production",
        "prod": "production",
    }
    for one in targets.values():
        given = {*one["variables"], *(name for name, said in bundle["variables"].items() if "default" in said)}
        assert {*bundle["variables"]} == given
        assert "Shared" not in one.get("workspace", {}).get("root_path", "")
    assert targets["prod"]["run_as"] == {"service_principal_name": "${var.service_principal}"}
    assert {"root_path"} == {*targets["staging"]["workspace"]}
    assert targets["dev"]["variables"]["schema"].endswith("${workspace.current_user.short_name}")


def test_what_kit_yml_says_of_a_target_is_taken(composer: Composer) -> None:
    told = {
        "service_principal": "1-2",
        "targets": {"prod": {"catalog": "c", "schema": "s", "host": "https://x.example"}},
    }
    bundle = files(composer, spec_with(composer, databricks=told))["databricks.yml"]
    prod = bundle["targets"]["prod"]
    assert prod["variables"] == {"catalog": "c", "schema": "s"}
    assert prod["workspace"]["host"] == "https://x.example"
    assert prod["run_as"] == {"service_principal_name": "1-2"}
    assert "service_principal" not in bundle["variables"]


def test_sections_of_the_users_own_survive(composer: Composer) -> None:
    spec = spec_with(composer)
    path = f"resources/{spec.package}.job.yml"
    text = bundle_files(composer.catalog, composer.chain, spec)[path]
    mark = "        # yours: tasks\n"
    assert text.count(mark) == 1
    mine = text.replace(
        mark, f"{mark}        - task_key: mine\n          depends_on:\n            - task_key: gate_g5\n"
    )
    changed = bundle_files(composer.catalog, composer.chain, spec_with(composer, title="Another title"))[path]
    kept = with_yours(changed, mine)
    assert "Another title" in kept
    assert yaml.safe_load(kept)["resources"]["jobs"][spec.package]["tasks"][-1]["task_key"] == "mine"
    assert with_yours(text, "") == text
