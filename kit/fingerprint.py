"""Whether a stage has anything to do: a fingerprint of its code, parameters and inputs, compared with its last success.

Found without Spark, so that a run in which nothing has changed starts no JVM.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import kit
from kit.plan import Plan
from kit.runtime.context import load_resolved
from kit.runtime.sources import source_fingerprint
from kit.runtime.tables import FolderWarehouse
from kit.spec import Spec

_ABOUT_PEOPLE = {"people", "teams", "ownership", "gates", "charter", "topology", "maturity", "title"}


def code_fingerprint(plan: Plan, spec: Spec, stage: str, notebook: Path) -> str:
    """Return a hash of what decides the stage's result besides its input rows.

    The notebook's code, the package, the parts of kit.yml that the stage can see, its parameters and the kit's version.
    """
    hidden = set() if stage == "definition" else _ABOUT_PEOPLE
    parts: list[Any] = [
        kit.__version__,
        stage,
        _code(notebook),
        {str(file.relative_to(plan.project)): _hash(file) for file in sorted((plan.project / "src").rglob("*.py"))},
        spec.model_dump(mode="json", exclude=hidden),
        plan.parameters_of(spec, stage),
        plan.environment,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def input_versions(project: Path, environment: str, stage: str, facts: dict[str, Any]) -> dict[str, Any] | None:
    """Return the present version of every table and source that the stage has touched, by name.

    Tables that a later stage writes (its feedback) are left out: they are read, but they are not what is learned from.
    None where the versions cannot be known without the platform, so that the stage must run.
    """
    resolved = load_resolved(project)
    settings = resolved.environments[environment]
    sources = resolved.sources
    if settings.get("catalog") or any(one["source"] not in sources for one in facts["sources"]):
        return None
    warehouse = FolderWarehouse((project / settings.warehouse).resolve())
    feedback = feedback_tables(resolved, stage)
    touched = {one["table"] for one in (*facts["tables_read"], *facts["tables_written"])} - feedback
    versions: dict[str, Any] = {table: warehouse.version(None, table) for table in sorted(touched)}
    for one in facts["sources"]:
        name = one["source"]
        versions[f"source.{name}"] = source_fingerprint(project, name, sources[name])
    return None if None in versions.values() else versions


def feedback_tables(resolved: Any, stage: str) -> set[str]:
    """Return the tables that later stages write: a stage may read them, but they are not what it is about."""
    names = list(resolved.stages)
    later = names[names.index(stage) + 1 :]
    return {table for name in later for table in resolved.stages[name].writes}


def _code(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    return ["".join(cell["source"]) for cell in code if "parameters" not in cell["metadata"].get("tags", [])]


def _hash(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
