"""Topology and maturity change what the docs say, in one place of kit.yml, and nothing else in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kit.check import check_project, failures
from kit.config import load_catalog
from kit.configure import ask_answers, configure
from kit.errors import ConfigError
from kit.new import new_project
from kit.operating import stage_gate
from kit.project import open_project
from kit.yaml_edit import with_scalar

PEOPLE = [
    {"name": "Amara", "email": "amara@x.org", "roles": ["business_stakeholder", "data_owner", "data_scientist_lead"]},
    {"name": "Elif", "email": "elif@x.org", "roles": ["ml_engineer_lead"]},
    {"name": "Tomas", "email": "tomas@x.org", "roles": ["platform_owner", "security_officer"]},
]
DOCS = (Path(__file__).parents[2] / "docs" / "operating-model.md").read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return new_project(tmp_path / "delays", "flight_delay", {"people": PEOPLE}).path


def test_an_answer_changes_one_line_of_kit_yml_and_what_follows_from_it(project: Path) -> None:
    before = (project / "kit.yml").read_text().splitlines()
    found = configure(project, {"topology": "coe"})
    after = (project / "kit.yml").read_text().splitlines()
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        ("topology: centralized", "topology: coe")
    ]
    assert found.answers == {"topology": "centralized -> coe"}
    assert "gate G4 is decided by Platform owner (architect), Security officer, ML engineer lead" in found.changes
    assert "check role-unfilled is stricter: warn -> fail" in found.changes
    assert {"kit.yml", ".github/CODEOWNERS", "notebooks/04_deployment.ipynb"} <= {*found.files}
    assert "notebooks/03_modeling.ipynb" not in found.files
    assert failures(check_project(project)) == []


def test_a_level_is_said_by_name_or_number_and_tried_without_writing(project: Path) -> None:
    text = (project / "kit.yml").read_text()
    by_name = configure(project, {"mlops": "manual"}, dry_run=True)
    assert by_name == configure(project, {"mlops": "1"}, dry_run=True)
    assert by_name.changes == [
        "role required: ML engineer (unfilled)",
        "check version-control is laxer: warn -> off",
        "notebooks ask for packaging",
        "notebooks ask for rollback",
    ]
    assert (project / "kit.yml").read_text() == text
    assert configure(project, {"mlops": "automated"}).text() == "Nothing changes."


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"topology": "fedrated"}, "did you mean 'federated'"),
        ({"mlops": "4"}, "'4' is no level of mlops"),
    ],
)
def test_an_answer_that_is_none_is_refused(project: Path, answers: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        configure(project, answers)


def test_a_person_is_asked_with_the_sentences_that_place_a_team(project: Path) -> None:
    asked: list[str] = []

    def reply(question: str, default: str) -> str:
        asked.append(question)
        return default

    answers = ask_answers(project, reply)
    assert answers == {"topology": "centralized", "data_foundation": "2", "platform": "2", "mlops": "2"}
    assert "1 siloed: Data lies with its departments" in asked[1]


def cells(title: str) -> dict[str, list[str]]:
    """Return the rows of a table of the docs by their first cell, from a heading's line on."""
    lines = DOCS[DOCS.index(title) :].splitlines()[2:]
    found = {}
    for line in lines:
        if not line.startswith("|"):
            break
        first, *rest = (cell.strip() for cell in line.strip("|").split("|"))
        found[first] = rest
    return found


WORDS = {
    "business": "business_stakeholder", "data owner": "data_owner", "platform": "platform_owner",
    "data scientist lead": "data_scientist_lead", "ML engineer lead": "ml_engineer_lead",
    "security": "security_officer",
}  # fmt: skip


@pytest.mark.parametrize("topology", [*load_catalog().topologies])
def test_projects_of_each_topology_differ_exactly_where_the_docs_say(topology: str, tmp_path: Path) -> None:
    rows = cells("| topology | who signs")
    signs, besides, fails = rows[topology]
    base = dict(part.strip().split(" ", 1) for part in rows["centralized"][0].split(";"))
    own = dict(part.strip().removeprefix("as centralized, but ").split(" ", 1) for part in signs.split(";"))
    said = {gate: [WORDS[word.strip()] for word in who.split(",")] for gate, who in {**base, **own}.items()}
    path = new_project(tmp_path / topology, "flight_delay", {"people": PEOPLE, "topology": topology}).path
    project = open_project(path)
    decided = {
        info.gate: stage_gate(project.catalog, project.spec, stage).decided_by
        for stage, info in project.catalog.flow.stages.items()
    }
    assert decided == said
    declared = project.catalog.topologies[topology]
    assert [project.catalog.roles[role].title.split(" (")[0].lower() for role in declared.required] == [
        word.strip().lower() for word in besides.split(",") if word.strip()
    ]
    assert len([one for one in fails.split(",") if one.strip()]) == len(declared.checks)


def test_topologies_change_no_other_file_than_these(tmp_path: Path) -> None:
    first, *others = (
        new_project(tmp_path / one / "delays", "flight_delay", {"people": PEOPLE, "topology": one}).path
        for one in load_catalog().topologies
    )
    for other in others:
        differ = {
            file.relative_to(first).as_posix()
            for file in first.rglob("*")
            if file.is_file() and file.read_bytes() != (other / file.relative_to(first)).read_bytes()
        }
        owners = {file for file in differ if re.fullmatch(r"notebooks/.*|README.md|\.git(hub|lab)/CODEOWNERS", file)}
        assert differ - owners == {"kit.yml", ".kit/resolved.json"}


@given(value=st.sampled_from(["coe", "a b", "yes", "1", ""]) | st.integers(1, 3), key=st.sampled_from(["a", "c", "x"]))
def test_a_scalar_is_set_and_nothing_else_changes(value: Any, key: str) -> None:
    text = "# top\na: 1 # one\nb:\n    # inner\n    c: two\n    d: {e: 3}\nz: []\n"
    path = ["b", key]
    new = yaml.safe_load(with_scalar(text, path, value))
    expected = yaml.safe_load(text)
    expected["b"][key] = value
    assert new == expected
    assert "# inner" in with_scalar(text, path, value)
    assert yaml.safe_load(with_scalar(text, ["m", "n"], value))["m"] == {"n": value}
    assert yaml.safe_load(with_scalar(text, ["b", "d", "e"], value))["b"]["d"] == {"e": value}
    with pytest.raises(TypeError):
        with_scalar(text, ["a", "n"], value)
