"""Notebooks as a person runs them in Jupyter: opened, Run All, with no set-up and nothing of a run around them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.e2e.conftest import MONTH, environment, kit


def run_all(notebook: Path) -> subprocess.CompletedProcess[str]:
    """Run all cells with Jupyter's own command, which starts the kernel in the notebook's folder, and save them."""
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", str(notebook)]
    return subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)


def with_parameters(notebook: Path, values: dict[str, str]) -> None:
    """Change values in the parameters cell by hand."""
    content = nbformat.read(notebook, as_version=4)
    (cell,) = [one for one in content.cells if "parameters" in one.metadata.get("tags", [])]
    lines = cell.source.splitlines()
    for name, value in values.items():
        (place,) = [number for number, line in enumerate(lines) if line.startswith(f"{name} = ")]
        lines[place] = f'{name} = "{value}"'
    cell.source = "\n".join(lines)
    nbformat.write(content, notebook)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("01_definition", ["run_date", "test_start"]), ("05_monitoring", ["run_date"])],
)
def test_run_all_in_jupyter_needs_no_set_up(copied: Path, name: str, parameters: list[str]) -> None:
    notebook = copied / "notebooks" / f"{name}.ipynb"
    with_parameters(notebook, {one: MONTH[one] for one in parameters})
    done = run_all(notebook)
    kit("spark", "stop", copied)
    assert done.returncode == 0, done.stderr
    content = nbformat.read(notebook, as_version=4)
    nbformat.validate(content)
    outputs = [one for cell in content.cells if cell.cell_type == "code" for one in cell.outputs]
    assert [one for one in outputs if one.output_type == "error" or one.get("name") == "stderr"] == []
    assert [one for one in outputs if "image/png" in one.get("data", {})], "a plot is expected"
    assert {one["rule"] for one in kit("check", copied, "--json").value["findings"]} >= {"outputs", "parameters"}
