"""The jobs of a project's bundle as plain values: what Databricks runs, in which order, for whom.

A task of a notebook is followed by one for its gate, which ends the run where the gate stops it. Values are strings
wherever Databricks hands them on as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import kit
from kit.config import Catalog
from kit.notices import job_permissions, stage_notices
from kit.quartz import quartz_expression
from kit.runtime.parameters import parse_value, to_text
from kit.spec import Spec
from kit.template import Template

ENVIRONMENT = "notebooks"
"""Key of the environment, or of the cluster, that all tasks share."""
ENVIRONMENT_VERSION = "4"
RETRAINING = ("modeling", "deployment")
YOURS = "yours__"
"""Begins a key in whose place a section of the user's own stands; see `bundle`."""
RUN_DIR = "/Volumes/{{job.parameters.catalog}}/{{job.parameters.schema}}/kit/runs/{{job.parameters.kit_run_id}}"
"""Where the stages of a run leave their records: on the volume that the bundle makes."""

Values = dict[str, Any]


def main_job(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> Values:
    """Return the job of all stages, which ends by starting the retraining where monitoring asks for it."""
    tasks = [*_tasks(catalog, chain, spec, [*catalog.flow.stages]), *_retraining_tasks(spec)]
    return {
        "name": spec.name,
        "description": spec.title,
        **_common(catalog, chain, spec),
        **_schedule(spec),
        "parameters": _parameters(spec),
        "tasks": [*tasks, {f"{YOURS}tasks": None}],
        **compute(spec),
    }


def retraining_job(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> Values:
    """Return the job that trains anew and releases what is better; monitoring starts it, and people may."""
    return {
        "name": f"{spec.name}-retraining",
        "description": f"{spec.title}: train anew, release what is better",
        **_common(catalog, chain, spec),
        "parameters": _parameters(spec),
        "tasks": [*_tasks(catalog, chain, spec, RETRAINING), {f"{YOURS}tasks": None}],
        **compute(spec),
    }


def wheels(spec: Spec) -> list[str]:
    """Return the wheels that every task needs, as paths from `resources/`: the project's own and the kit's."""
    return [f"../dist/{spec.name.replace('-', '_')}-*.whl", f"../dist/usecase_kit-{kit.__version__}-py3-none-any.whl"]


def compute(spec: Spec) -> Values:
    """Return what the tasks run on: a serverless environment, or a cluster made for the job."""
    if spec.databricks.compute == "serverless":
        needs = [*wheels(spec), "mlflow>=3.1,<4"]
        told = {"environment_version": ENVIRONMENT_VERSION, "dependencies": needs}
        return {"environments": [{"environment_key": ENVIRONMENT, "spec": told}]}
    cluster: Values = {
        "spark_version": spec.databricks.runtime,
        "node_type_id": spec.databricks.node_type,
        "num_workers": spec.databricks.workers,
        "data_security_mode": "SINGLE_USER",
    }
    if spec.databricks.workers == 0:
        cluster["spark_conf"] = {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"}
        cluster["custom_tags"] = {"ResourceClass": "SingleNode"}
    return {"job_clusters": [{"job_cluster_key": ENVIRONMENT, "new_cluster": cluster}]}


def gate_key(catalog: Catalog, stage: str) -> str:
    """Return the key of the task that judges a stage's gate."""
    return f"gate_{catalog.flow.stages[stage].gate.lower()}"


def _tasks(catalog: Catalog, chain: Sequence[Template], spec: Spec, stages: Sequence[str]) -> Iterator[Values]:
    before: Values = {}
    for stage in stages:
        told = stage_notices(catalog, chain, spec, stage)["emails"]
        notices = {"email_notifications": {"on_failure": told}} if told else {}
        notebook = f"../notebooks/{catalog.flow.notebook(stage)}"
        yield {
            "task_key": stage,
            **before,
            "notebook_task": {"notebook_path": notebook},
            **_runs_on(spec),
            **_retries(spec),
            **notices,
        }
        key = gate_key(catalog, stage)
        told_gate = [stage, "${workspace.file_path}", "--env", "{{job.parameters.kit_env}}", "--run-dir", RUN_DIR]
        yield {
            "task_key": key,
            "depends_on": [{"task_key": stage}],
            "python_wheel_task": {"package_name": "usecase_kit", "entry_point": "kit-gate", "parameters": told_gate},
            **_runs_on(spec),
            **notices,
        }
        before = {"depends_on": [{"task_key": key}]}


def _retraining_tasks(spec: Spec) -> Iterator[Values]:
    asked = {"op": "EQUAL_TO", "left": "{{tasks.monitoring.values.decision}}", "right": "retrain"}
    yield {"task_key": "is_retraining_wanted", "depends_on": [{"task_key": "monitoring"}], "condition_task": asked}
    # Its run id is its own; all else is what this run was given.
    kept = {name: f"{{{{job.parameters.{name}}}}}" for name in ("kit_env", "catalog", "schema", *spec.parameters)}
    yield {
        "task_key": "retraining",
        "depends_on": [{"task_key": "is_retraining_wanted", "outcome": "true"}],
        "run_job_task": {
            "job_id": f"${{resources.jobs.{spec.package}_retraining.id}}",
            "job_parameters": kept,
        },
    }


def _runs_on(spec: Spec) -> Values:
    if spec.databricks.compute == "serverless":
        return {"environment_key": ENVIRONMENT}
    return {"job_cluster_key": ENVIRONMENT, "libraries": [{"whl": one} for one in wheels(spec)]}


def _retries(spec: Spec) -> Values:
    schedule = spec.schedule
    if schedule is None or not schedule.retries:
        return {}
    return {
        "max_retries": schedule.retries,
        "min_retry_interval_millis": schedule.retry_minutes * 60_000,
        "retry_on_timeout": False,
    }


def _common(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> Values:
    may = job_permissions(catalog, chain, spec)
    deadline = spec.schedule.deadline_minutes if spec.schedule else None
    return {
        "tags": {"use_case": spec.name, "template": spec.template, "kit": kit.__version__},
        "max_concurrent_runs": 1,
        "queue": {"enabled": True},
        **({"timeout_seconds": deadline * 60} if deadline else {}),
        **({"permissions": may} if may else {}),
    }


def _schedule(spec: Spec) -> Values:
    if spec.schedule is None:
        return {}
    # No pause_status: mode development pauses a schedule only where it is unset.
    told = {
        "quartz_cron_expression": quartz_expression(spec.schedule.expression),
        "timezone_id": spec.schedule.time_zone,
    }
    return {"schedule": told}


def _parameters(spec: Spec) -> list[Values]:
    where = {
        "kit_env": "${bundle.target}",
        "kit_run_id": "{{job.run_id}}",
        "catalog": "${var.catalog}",
        # Not the variable: mode development puts the developer's name before that of the schema.
        "schema": f"${{resources.schemas.{spec.package}.name}}",
    }
    contract = {name: _default(name, one.model_dump()) for name, one in spec.parameters.items()}
    named = [{"name": name, "default": value} for name, value in {**where, **contract}.items()]
    return [*named, {f"{YOURS}parameters": None}]


def _default(name: str, declared: Values) -> str:
    """Return a default as text, the empty text for none."""
    value = parse_value(name, declared, declared["default"])
    return "" if value is None else to_text(value)
