"""People and roles go into everything that repeats them, and a person who leaves is missed where they answered."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.artefacts import artefacts, operating_model_of
from kit.check import check_project, failures
from kit.codeowners import GITHUB, github_codeowners, gitlab_codeowners, owners
from kit.compose import Composer
from kit.config import load_catalog
from kit.errors import ConfigError
from kit.new import new_project
from kit.notices import job_permissions, stage_notices
from kit.operating import stage_gate
from kit.ownership import is_held, ownership_facts, stage_ownership
from kit.project import Project, open_project
from kit.readme import owners_section
from kit.resolved import resolved_values
from kit.team import team_of, team_text
from tests.unit.tiny import tiny_composer, tiny_resources, tiny_spec

ROLES = [*load_catalog().roles]
STAGES = [*load_catalog().flow.stages]
PEOPLE = [
    {"name": "Amara Okafor", "email": "amara@x.org", "roles": ["business_stakeholder", "project_manager"]},
    {"name": "Mei Tanaka", "email": "mei@x.org", "git": "@mei", "roles": ["data_owner"]},
    {"name": "Priya Nair", "email": "priya@x.org", "roles": ["data_scientist_lead"]},
    {"name": "Elif Demir", "email": "elif@x.org", "git": "@elif", "group": "ml-leads", "roles": ["ml_engineer_lead"]},
    {"name": "Luca Romano", "email": "luca@x.org", "roles": []},
    {"name": "Bot", "email": "bot@x.org", "roles": ["platform_owner"], "kind": "agent"},
]
TEAM = {"name": "Data", "git": "@org/data", "roles": ["data_engineer"], "members": ["mei@x.org", "luca@x.org"]}


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    return tiny_composer(tiny_resources(tmp_path_factory.mktemp("organisation")))


def owner_of(text: str, path: str) -> list[str]:
    """Return the owners that CODEOWNERS gives a path: those of the last line that matches."""
    found: list[str] = []
    for line in text.splitlines():
        if line and line[0] not in "#[":
            pattern, *names = line.split()
            below = f"{pattern}*" if pattern.endswith("/") else pattern
            found = names if pattern == "*" or fnmatch(f"/{path}", below) else found
    return found


@st.composite
def organisations(draw: st.DrawFn) -> dict[str, Any]:
    """People, teams, topology, maturity, overrides of ownership and of gates."""
    some = st.lists(st.sampled_from(ROLES), max_size=4, unique=True)
    people = [
        {"name": f"P{number}", "email": f"p{number}@x.org", "roles": draw(some)}
        | ({"git": f"@p{number}"} if draw(st.booleans()) else {})
        | ({"kind": "agent"} if draw(st.integers(0, 4)) == 0 else {})
        for number in range(draw(st.integers(0, 5)))
    ]
    teams = [
        {"name": f"T{number}", "roles": draw(some), "members": [one["email"] for one in people if draw(st.booleans())]}
        | ({"git": f"@org/t{number}"} if draw(st.booleans()) else {})
        for number in range(draw(st.integers(0, 2)))
    ]
    ownership = {
        stage: {"accountable": draw(st.sampled_from(ROLES)), "responsible": draw(some)}
        for stage in draw(st.lists(st.sampled_from(STAGES), unique=True))
    }
    gates = {
        gate: {"decided_by": draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True))}
        for gate in draw(st.lists(st.sampled_from(["G1", "G2", "G3", "G4", "G5"]), unique=True))
    }
    maturity = {name: draw(st.integers(1, 3)) for name in ("data_foundation", "platform", "mlops")}
    topology = draw(st.sampled_from([*load_catalog().topologies]))
    return {"people": people, "teams": teams, "ownership": ownership, "gates": gates, "maturity": maturity,
            "topology": topology}  # fmt: skip


@settings(max_examples=120, deadline=None, derandomize=True)
@given(said=organisations())
def test_every_projection_agrees_with_who_is_accountable(composer: Composer, said: dict[str, Any]) -> None:
    spec = tiny_spec(composer, **said)
    catalog, chain = composer.catalog, composer.chain
    text, readme = github_codeowners(catalog, chain, spec), owners_section(catalog, chain, spec)
    resolved = resolved_values(catalog, chain, spec, "")
    for one in artefacts(catalog, chain, spec):
        if one.path and owners(spec, one.accountable):
            assert owner_of(text, one.path) == owners(spec, one.accountable)
    for stage, info in catalog.flow.stages.items():
        owned, gate = stage_ownership(catalog, chain, spec, stage), stage_gate(catalog, spec, stage)
        assert ownership_facts(catalog, chain, spec, stage)["accountable"]["role"] == owned.accountable
        assert resolved["ownership"][stage]["accountable"]["role"] == owned.accountable
        assert resolved["stages"][stage]["gate"]["decided_by"] == gate.decided_by
        assert ownership_facts(catalog, chain, spec, stage)["gate"]["decided_by"] == gate.decided_by
        title = catalog.roles[owned.accountable].title
        assert f"[{info.title}](notebooks/{catalog.flow.notebook(stage)}) | {title}: " in readme
        approvers = [name for role in gate.decided_by for name in owners(spec, role)]
        if approvers:
            assert owner_of(text, f"gates/{info.gate}/x.yml") == list(dict.fromkeys(approvers))
        told = stage_notices(catalog, chain, spec, stage)["emails"]
        duties = {owned.accountable, *owned.responsible}
        assert {one.email for one in spec.people if duties & {*one.roles}} <= {*told}
        managers = {one.email for one in spec.people if owned.accountable in one.roles}
        levels = {next(iter({*one} - {"level"})): one for one in job_permissions(catalog, chain, spec)}
        assert levels or not managers


@settings(max_examples=80, deadline=None, derandomize=True)
@given(said=organisations())
def test_what_is_required_and_not_held_is_a_finding_and_nothing_else_is(
    composer: Composer, said: dict[str, Any]
) -> None:
    from kit.policy import breaches

    spec = tiny_spec(composer, **said)
    model = operating_model_of(composer.catalog, composer.chain, spec)
    found = [one for one in breaches(composer.catalog, composer.chain, spec) if one.check == "role-unfilled"]
    unheld = [role for role in model.required if not is_held(spec, role)]
    assert [one.cure.rpartition(" ")[2].rstrip(".") for one in found] == unheld
    assert {one.accountable for one in artefacts(composer.catalog, composer.chain, spec)} <= {*model.required}


def test_a_team_stands_for_its_role_and_gitlab_asks_every_deciding_role(composer: Composer) -> None:
    said = {"people": PEOPLE, "teams": [TEAM], "ownership": {"data_engineering": {"accountable": "data_engineer"}}}
    spec = tiny_spec(composer, **said)
    text = github_codeowners(composer.catalog, composer.chain, spec)
    assert owner_of(text, "notebooks/02_data_engineering.ipynb") == ["@org/data"]
    assert owner_of(text, "data/anything") == ["amara@x.org"]
    assert owner_of(text, "gates/G3/x.yml") == ["priya@x.org", "@elif"]
    assert "[gates G3, ML engineer lead]\n/gates/G3/ @elif" in gitlab_codeowners(composer.catalog, composer.chain, spec)
    assert "@bot" not in text
    assert "bot@x.org" not in text


def test_a_path_that_nobody_owns_keeps_the_owner_of_everything(composer: Composer) -> None:
    text = github_codeowners(composer.catalog, composer.chain, tiny_spec(composer, people=PEOPLE[:1]))
    assert "# /notebooks/03_modeling.ipynb is for Data scientist lead: unfilled" in text
    assert owner_of(text, "notebooks/03_modeling.ipynb") == ["amara@x.org"]


def test_permissions_name_groups_before_people_and_the_strongest_once(composer: Composer) -> None:
    spec = tiny_spec(composer, people=PEOPLE, teams=[TEAM])
    found = job_permissions(composer.catalog, composer.chain, spec)
    assert {"group_name": "ml-leads", "level": "CAN_MANAGE"} in found
    assert {"user_name": "mei@x.org", "level": "CAN_MANAGE_RUN"} in found
    names = [one.get("group_name") or one.get("user_name") for one in found]
    assert len(names) == len({*names})


@pytest.fixture
def project(tmp_path: Path) -> Project:
    said = {"people": PEOPLE, "teams": [TEAM]}
    return open_project(new_project(tmp_path / "delays", "flight_delay", said).path)


def test_the_team_shows_duties_and_what_is_open(project: Project) -> None:
    found = team_of(project)
    duties = {one["stage"]: one["duties"] for one in found["raci"]}
    assert duties["data_engineering"]["Mei Tanaka"] == "ARD"
    assert duties["data_engineering"]["Luca Romano"] == "R"
    assert "Bot" not in duties["definition"] or "D" not in duties["definition"]["Bot"]
    assert "platform_owner" in found["unfilled"]  # an agent holds nothing
    assert "Nobody holds:\n  Platform owner (architect): decides at gate G1" in team_text(project, found)


def test_a_person_who_leaves_is_missed_where_nobody_else_is(project: Project) -> None:
    lost = {one["role"]: one for one in team_of(project, "mei")["without"]["roles"]}
    assert [*lost] == ["data_owner"]  # the team has another data engineer
    assert "notebook 02_data_engineering.ipynb" in lost["data_owner"]["artefacts"]
    assert "source flights" in lost["data_owner"]["artefacts"]
    assert lost["data_owner"]["gates"] == ["G1", "G2"]
    assert lost["data_owner"]["could_take_over"] == ["Luca Romano"]
    assert team_text(project, team_of(project, "Luca Romano")).endswith("Without Luca Romano every role is still held.")
    with pytest.raises(ConfigError, match="'Mai Tanaka' is not in the team; did you mean 'Mei Tanaka'"):
        team_of(project, "Mai Tanaka")


def test_who_answers_for_too_much_is_named(tmp_path: Path) -> None:
    all_ = ["business_stakeholder", "data_owner", "data_scientist_lead", "ml_engineer_lead"]
    alone = [{"name": "Ada", "email": "ada@x.org", "roles": all_}]
    two = [*alone, {"name": "Bob", "email": "bob@x.org", "roles": ["ux_designer"]}]
    for number, (people, found) in enumerate([(alone, {}), (two, {"Ada": "accountable for 5 of 5 stages, 4 roles"})]):
        path = new_project(tmp_path / f"p{number}", "flight_delay", {"people": people}).path
        assert team_of(open_project(path))["overloaded"] == found


def test_one_line_less_in_kit_yml_takes_a_person_out_of_everything(project: Project) -> None:
    path = project.folder / "kit.yml"
    text = path.read_text()
    block = text[text.index("  - name: Elif Demir") : text.index("  - name: Luca Romano")]
    path.write_text(text.replace(block, ""))
    drifted = {one.file for one in failures(check_project(project.folder))}
    assert {GITHUB, "README.md", ".kit/resolved.json", "notebooks/04_deployment.ipynb"} <= drifted
    assert failures(check_project(project.folder, fix=True)) == []
    for file in project.folder.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            assert "elif@x.org" not in file.read_text(errors="replace"), file
            assert "@elif" not in file.read_text(errors="replace"), file
    unfilled = [one.message for one in check_project(project.folder) if one.rule == "role-unfilled"]
    assert any("nobody is ml engineer lead (accountable for notebook 04_deployment.ipynb" in one for one in unfilled)


def test_the_runtime_finds_whom_to_tell(project: Project) -> None:
    resolved = json.loads((project.folder / ".kit" / "resolved.json").read_text())
    assert resolved["notices"]["deployment"]["emails"] == ["elif@x.org"]
    assert resolved["notices"]["data_engineering"]["emails"] == ["mei@x.org", "luca@x.org"]
    assert {"group_name": "ml-leads", "level": "CAN_MANAGE"} in resolved["permissions"]
