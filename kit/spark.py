"""`kit spark start | stop | status`: the Spark server of a project, for repeated runs and open notebooks."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from kit.project import open_project
from kit.resolved import environment_values
from kit.runtime import server
from kit.spark_of_run import settings_of

__all__ = ["spark_state", "start_spark", "stop_spark"]


def start_spark(folder: Path, environment: str = "local") -> dict[str, Any]:
    """Start the project's server, or keep the running one, until `stop_spark`; returns its state."""
    project = open_project(folder)
    settings = settings_of(environment_values(project.catalog, project.spec, environment))
    with server.lease(state_folder(project.folder)) as held:
        server.ensure_server(held, settings, keep_s=math.inf, python_path=[project.folder / "src"])
    return spark_state(folder)


def stop_spark(folder: Path) -> bool:
    """Stop the project's server, whoever uses it; False if there was none."""
    return server.stop(state_folder(folder.resolve()))


def spark_state(folder: Path) -> dict[str, Any]:
    """What is known of the project's server: whether it runs, where, as which process, with which log."""
    found = server.find_server(state_folder(folder.resolve()))
    if found is None:
        return {"is_running": False, "url": None, "pid": None, "log": None}
    return {"is_running": True, "url": found.url, "pid": found.pid, "log": str(found.log)}


def state_folder(project: Path) -> Path:
    """Where the server of a project leaves its state; `Stage.spark` and the runner look there too."""
    return project / ".kit" / "spark"
