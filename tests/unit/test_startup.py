"""What `kit new` loads: half a second is all it has, and a notebook library alone would take that."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {"IPython", "jupytext", "matplotlib", "mlflow", "nbformat", "numpy", "pandas", "papermill", "pyspark", "rich"}


def loaded_by(statement: str) -> set[str]:
    code = f"import json, sys; {statement}; print(json.dumps(sorted(name.split('.')[0] for name in sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout))


def test_the_command_line_loads_neither_templates_nor_schemas() -> None:
    assert loaded_by("import kit.cli") & (HEAVY | {"jinja2", "pydantic", "yaml"}) == set()


def test_making_a_project_loads_no_notebook_library() -> None:
    statement = (
        "import pathlib, kit.new, tempfile; "
        "kit.new.new_project(pathlib.Path(tempfile.gettempdir()) / 'not-there', 'flight_delay', {}, dry_run=True)"
    )
    assert loaded_by(statement) & HEAVY == set()
