"""`kit new`, `kit check` and `kit list` as a shell sees them: what is on stdout, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kit.resources import Resources
from tests.unit.tiny import tiny_resources

ROOT = Path(__file__).parents[2]
"""This kit, whichever is installed."""


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return tiny_resources(tmp_path / "organisation")


def kit(resources: Resources, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {"KIT_OVERLAY": str(resources.roots[0]), "PATH": "", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "kit", *arguments],
        cwd=resources.roots[0].parent,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_a_new_project_has_gaps_but_nothing_wrong_until_it_drifts(resources: Resources) -> None:
    made = kit(resources, "new", "case", "--template", "tiny", "--json")
    assert (made.returncode, json.loads(made.stdout)["written"]) == (0, True)
    fresh = kit(resources, "check", "case", "--json")
    gaps = json.loads(fresh.stdout)["findings"]
    assert (fresh.returncode, {one["level"] for one in gaps}) == (0, {"warn"})
    assert {one["rule"] for one in gaps} >= {"role-unfilled", "charter-empty"}
    truth = resources.roots[0].parent / "case/kit.yml"
    truth.write_text(truth.read_text().replace("default: 3\n", "default: 4\n"))
    drifted = kit(resources, "check", "case", "--json")
    assert drifted.returncode == 1
    wrong = [one["rule"] for one in json.loads(drifted.stdout)["findings"] if one["level"] == "fail"]
    assert wrong == ["resolved", "parameters"]
    assert kit(resources, "check", "case", "--fix").returncode == 0
    assert json.loads(kit(resources, "check", "case", "--json").stdout)["findings"] == gaps


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "case", "--template", "tinny"], "did you mean 'tiny'?"),
        (["new", "case", "--template", "tiny", "--set", "titel=x"], "did you mean 'title'?"),
        (["new", "organisation", "--template", "tiny"], "not empty"),
        (["check", "nowhere"], "no kit.yml in it"),
    ],
)
def test_what_cannot_be_ends_with_two_and_says_the_cure(resources: Resources, arguments: list[str], said: str) -> None:
    ran = kit(resources, *arguments)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_list_is_one_json_object(resources: Resources) -> None:
    found = json.loads(kit(resources, "list", "--json").stdout)
    assert len(found["stages"]) == 5
    names = [one["name"] for one in found["templates"]]
    assert {"tiny", "classification"} <= set(names)
    assert "tabular" not in names, "a template without a type of problem is a base of others"
