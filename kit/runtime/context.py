"""Where a stage runs: the project folder, `kit.yml`, what the kit resolved from it, the environment and the run.

The runner hands these over in environment variables; without them (in Jupyter) they are found from the notebook's
folder.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kit.runtime.errors import KitError
from kit.runtime.mappings import Facts

RESOLVED = Path(".kit") / "resolved.json"
"""What `kit new` and `kit check --fix` compute from kit.yml and the organisation's defaults; a projection."""


@dataclass(frozen=True)
class Context:
    """The surroundings of one stage."""

    project: Path
    spec: Facts
    resolved: Facts
    environment: str
    run_id: str
    run_dir: Path

    @property
    def settings(self) -> Facts:
        """Settings of the environment: `spark`, `warehouse`, `mlflow`, `catalog`, `schema`, `settings`."""
        known = self.resolved.environments
        if self.environment not in known:
            raise KitError(f"kit.yml has no environment '{self.environment}'", f"Known: {', '.join(sorted(known))}.")
        found: Facts = known[self.environment]
        return found


def find_project(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds kit.yml; raises KitError where there is none."""
    for folder in (start, *start.parents):
        if (folder / "kit.yml").is_file():
            return folder
    raise KitError(f"no kit.yml in {start} or above it", "Open the notebook inside its project's folder.")


def load_context() -> Context:
    """Return the surroundings of the notebook that calls."""
    project = Path(os.environ["KIT_PROJECT"]) if "KIT_PROJECT" in os.environ else find_project(Path.cwd())
    run_id = os.environ.get("KIT_RUN_ID") or new_run_id("jupyter")
    return Context(
        project=project,
        spec=_load_spec(project),
        resolved=load_resolved(project),
        environment=os.environ.get("KIT_ENV", "local"),
        run_id=run_id,
        run_dir=Path(os.environ.get("KIT_RUN_DIR") or project / "runs" / run_id),
    )


def new_run_id(origin: str = "") -> str:
    """Return an id that sorts by time, to the millisecond: `20261124T225959Z-1a2b`, with the origin at its end where
    one is named.
    """
    now = dt.datetime.now(dt.timezone.utc)
    within = f"{now.microsecond // 1000:03x}{secrets.token_hex(1)[:1]}"
    return "-".join(part for part in (now.strftime("%Y%m%dT%H%M%SZ"), within, origin) if part)


def load_resolved(project: Path) -> Facts:
    """Return the projection; raises KitError where it is missing or older than kit.yml."""
    path = project / RESOLVED
    cure = f"Run `kit check {project} --fix`."
    if not path.is_file():
        raise KitError(f"{path}: no such file", cure)
    values = json.loads(path.read_text(encoding="utf-8"))
    if values["kit_yml_sha256"] != kit_yml_hash(project):
        raise KitError(f"{project / 'kit.yml'} has changed since {path} was made from it", cure)
    return Facts(values, str(RESOLVED))


def kit_yml_hash(project: Path) -> str:
    """Return the SHA-256 of kit.yml with plain line ends, so that a checkout on Windows hashes alike."""
    text = (project / "kit.yml").read_text(encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def _load_spec(project: Path) -> Facts:
    values: dict[str, Any] = yaml.safe_load((project / "kit.yml").read_text(encoding="utf-8"))
    return Facts(values, "kit.yml")
