"""What `kit new` writes, compared byte for byte with what was looked at and committed.

`pytest tests/golden --update-golden` rewrites the golden projects; look at the diff before you commit it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from kit.check import check_project, failures
from kit.new import new_project
from kit.resources import Resources, resource

GOLDEN = Path(__file__).parent / "projects"
OWN = Resources((resource("stages").parent,))

ANSWERS: dict[str, dict[str, Any]] = {
    "flight_delay": {
        "people": [
            {"name": "Ada Byron", "email": "ada@example.org", "roles": ["business_stakeholder", "project_manager"]},
            {"name": "Emil Post", "email": "emil@example.org", "roles": ["data_scientist_lead", "data_scientist"]},
        ],
    },
}


def files_below(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


@pytest.mark.parametrize("template", sorted(ANSWERS))
def test_a_project_is_byte_for_byte_the_golden_one(template: str, tmp_path: Path, pytestconfig: pytest.Config) -> None:
    made = new_project(tmp_path / template, template, ANSWERS[template], resources=OWN)
    written, golden = files_below(made.path), GOLDEN / template
    if pytestconfig.getoption("--update-golden"):
        shutil.rmtree(golden, ignore_errors=True)
        shutil.copytree(made.path, golden)
    expected = files_below(golden)
    assert expected, f"{golden} is missing: `pytest tests/golden --update-golden` writes it"
    assert sorted(written) == sorted(expected)
    assert [path for path in written if written[path] != expected[path]] == []


@pytest.mark.parametrize("template", sorted(ANSWERS))
def test_the_golden_project_has_no_findings(template: str) -> None:
    assert failures(check_project(GOLDEN / template, resources=OWN)) == []
