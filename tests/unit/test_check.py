"""`kit check`: nothing to find in a fresh project, every drift with file, line and cure, a fix that does no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kit.check import check_project, failures, findings_text
from kit.errors import ConfigError
from kit.findings import Finding
from kit.new import new_project
from kit.notebook import METADATA_KEY, source_of, tagged
from kit.resources import Resources
from tests.unit.tiny import TEMPLATE, tiny_resources, write

MODELING = "notebooks/03_modeling.ipynb"


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return tiny_resources(tmp_path / "organisation")


@pytest.fixture
def project(tmp_path: Path, resources: Resources) -> Path:
    return new_project(tmp_path / "case", "tiny", {}, resources=resources).path


def failing(project: Path, fix: bool = False, resources: Resources | None = None) -> list[Finding]:
    return failures(check_project(project, fix=fix, resources=resources))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def edit_notebook(project: Path, change: Any, indent: int | None = 1) -> Path:
    path = project / MODELING
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook)
    path.write_text(json.dumps(notebook, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def rules(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.file, one.rule) for one in findings]


def snapshot(project: Path) -> dict[str, bytes]:
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in project.rglob("*") if path.is_file()}


def test_a_fresh_project_has_no_findings_and_a_fix_changes_nothing(project: Path, resources: Resources) -> None:
    before = snapshot(project)
    assert failing(project, resources=resources) == []
    assert failing(project, fix=True, resources=resources) == []
    assert snapshot(project) == before


def test_a_new_owner_is_found_wherever_it_is_repeated_and_fixed_there(project: Path, resources: Resources) -> None:
    edit(project / "kit.yml", "people: []", "people:\n  - {name: Ada, email: a@b.org, roles: [data_scientist_lead]}")
    found = failing(project, resources=resources)
    assert {(MODELING, "ownership"), (MODELING, "metadata"), ("README.md", "readme")} <= set(rules(found))
    assert all("kit check --fix" in one.cure for one in found)
    assert failing(project, fix=True, resources=resources) == []
    assert "Ada" in (project / "README.md").read_text(encoding="utf-8")
    assert "Ada" in source_of(json.loads((project / MODELING).read_bytes())["cells"][0])


def test_a_changed_contract_is_found_in_the_cells_of_the_stages_that_take_it(
    project: Path, resources: Resources
) -> None:
    edit(project / "kit.yml", "default: 3\n", "default: 4\n")
    assert [one.file for one in failing(project, resources=resources) if one.rule == "parameters"] == [MODELING]
    assert failing(project, fix=True, resources=resources) == []


def test_a_fix_leaves_every_byte_outside_the_projections_as_it_was(project: Path, resources: Resources) -> None:
    def by_hand(notebook: dict[str, Any]) -> None:
        notebook["metadata"]["zebra"] = {"b": 1, "a": "ä"}
        notebook["cells"].append({"metadata": {}, "source": "user = 'ü'", "id": "mine", "cell_type": "markdown"})

    path = edit_notebook(project, by_hand, indent=3)
    before = path.read_text(encoding="utf-8")
    edit(project / "kit.yml", "default: 3\n", "default: 4\n")
    failing(project, fix=True, resources=resources)
    after = path.read_text(encoding="utf-8")
    assert after == before.replace("folds = 3", "folds = 4")


def test_a_fix_keeps_the_id_and_the_tags_of_a_cell_that_it_rewrites(project: Path, resources: Resources) -> None:
    before = tagged(json.loads((project / MODELING).read_bytes()), "parameters")[0]
    edit(project / "kit.yml", "default: 3\n", "default: 4\n")
    failing(project, fix=True, resources=resources)
    after = tagged(json.loads((project / MODELING).read_bytes()), "parameters")[0]
    assert (after["id"], after["metadata"]) == (before["id"], before["metadata"])
    assert after["source"] != before["source"]


@pytest.mark.parametrize("tag", ["ownership", "parameters", "start"])
def test_a_composed_cell_that_was_edited_is_found_at_its_line_and_fixed(
    project: Path, resources: Resources, tag: str
) -> None:
    def by_hand(notebook: dict[str, Any]) -> None:
        tagged(notebook, tag)[0]["source"] = ["edited\n", "by hand"]

    path = edit_notebook(project, by_hand)
    [finding] = failing(project, resources=resources)
    assert (finding.file, finding.rule) == (MODELING, tag)
    line = path.read_text(encoding="utf-8").splitlines()[finding.line - 1]
    assert '"source"' in line
    assert failing(project, fix=True, resources=resources) == []


def test_metadata_that_is_gone_is_found_and_written_again(project: Path, resources: Resources) -> None:
    edit_notebook(project, lambda notebook: notebook["metadata"].pop(METADATA_KEY))
    assert rules(failing(project, resources=resources)) == [(MODELING, "metadata")]
    assert failing(project, fix=True, resources=resources) == []
    assert json.loads((project / MODELING).read_bytes())["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.parametrize("tag", ["ownership", "parameters", "start", "finish"])
def test_a_missing_tag_is_found_and_no_fix_guesses_it(project: Path, resources: Resources, tag: str) -> None:
    edit_notebook(project, lambda notebook: tagged(notebook, tag)[0]["metadata"].clear())
    [finding] = failing(project, fix=True, resources=resources)
    assert (finding.rule, finding.message) == ("tag", f"no cell has the tag '{tag}'")


def test_a_tag_that_stands_twice_is_found(project: Path, resources: Resources) -> None:
    edit_notebook(project, lambda notebook: notebook["cells"][4]["metadata"].update(tags=["finish"]))
    [finding] = failing(project, resources=resources)
    assert finding.message == "a second cell has the tag 'finish'"


@pytest.mark.parametrize(
    "left", [{"execution_count": 3}, {"outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]}]
)
def test_outputs_left_in_a_source_notebook_are_found_once(
    project: Path, resources: Resources, left: dict[str, Any]
) -> None:
    def ran(notebook: dict[str, Any]) -> None:
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell.update(left)

    edit_notebook(project, ran)
    assert rules(failing(project, fix=True, resources=resources)) == [(MODELING, "outputs")]


def test_two_cells_with_one_id_are_found(project: Path, resources: Resources) -> None:
    edit_notebook(project, lambda notebook: notebook["cells"][1].update(id=notebook["cells"][0]["id"]))
    assert ("cell-id") in [one.rule for one in failing(project, resources=resources)]


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "not a notebook"), ("[]", "not a notebook"), ('{"cells": [], "nbformat": 4}', "it has no metadata")],
)
def test_a_notebook_that_is_none_is_found_and_left_alone(
    project: Path, resources: Resources, content: str, said: str
) -> None:
    write(project / MODELING, content)
    [finding] = failing(project, fix=True, resources=resources)
    assert finding.file == MODELING
    assert said in finding.message
    assert (project / MODELING).read_text() == content


def test_a_notebook_that_nbformat_refuses_is_found(project: Path, resources: Resources) -> None:
    edit_notebook(project, lambda notebook: notebook["cells"][2].pop("outputs"))
    [finding] = failing(project, resources=resources)
    assert (finding.rule, finding.file) == ("notebook", MODELING)
    assert "'outputs' is a required property" in finding.message


def test_a_missing_notebook_is_found(project: Path, resources: Resources) -> None:
    (project / MODELING).unlink()
    assert rules(failing(project, fix=True, resources=resources)) == [(MODELING, "missing")]


def test_a_table_that_the_stage_does_not_declare_is_found_with_the_nearest(project: Path, resources: Resources) -> None:
    edit(project / MODELING, "work.train(p.run_date)", "stage.read('gold.featurs')")
    [finding] = failing(project, resources=resources)
    assert finding.rule == "table"
    assert "uses 'gold.featurs', which it does not declare; did you mean 'gold.features'?" in finding.message


@pytest.mark.parametrize(
    "code",
    [
        "stage.read('gold.features')",
        "stage.sql('select avg(x) from {gold.features}')",
        "print(f'version {serving.number} of {gold.rows:,}')",
        "stage.metrics({'test.auc': 1}); note = 'see gold.nothing there'",
        "%matplotlib inline",
    ],
)
def test_what_only_looks_like_a_table_or_is_declared_is_not_found(
    project: Path, resources: Resources, code: str
) -> None:
    edit(project / MODELING, "work.train(p.run_date)", code)
    assert failing(project, resources=resources) == []


def test_a_source_or_a_table_in_sql_that_is_not_declared_is_found(project: Path, resources: Resources) -> None:
    edit(project / MODELING, "work.train(p.run_date)", "stage.sql('select 1 from {silver.x}', stage.source('y'))")
    found = [one.message for one in failing(project, resources=resources)]
    assert ["'silver.x'" in found[0], "'source.y'" in found[1]] == [True, True]


@pytest.mark.parametrize(
    ("edited", "line", "said"),
    [
        (("topology:", "topologie:"), r"^topologie:", "topologie: unknown key; did you mean 'topology'?"),
        (("topology: centralized", "topology: central"), r"^topology:", "unknown topology 'central'"),
        (("people: []", "people: [{name: A, email: a@b.c, roles: [owner]}]"), r"^people:", "unknown role 'owner'"),
        (("people: []", "people: []\npeople: []"), r"^people:", "'people' is said twice"),
        (("topology: centralized", "topology: ["), r"", "not valid YAML"),
        (("2020-02-29", "2020-02-30"), r"2020-02-30", "not a value: day is out of range for month"),
        (("template: tiny", "template: tinny"), r"^template: ", "there is no template 'tinny'; did you mean 'tiny'?"),
        (("people: []", "people: []\nownership: {modeling: {accountable: []}}"), r"^ownership:", "exactly one role"),
        (("silver.things", "bronz.things"), r"^expectations:", "'bronz.things' is not a logical table name"),
        (("silver.things", "monitoring.nothing"), r"monitoring.nothing:", "no stage writes 'monitoring.nothing'"),
    ],
)
def test_what_kit_yml_cannot_say_is_found_at_its_line(
    project: Path, resources: Resources, edited: tuple[str, str], line: str, said: str
) -> None:
    edit(project / "kit.yml", *edited)
    before = snapshot(project)
    found = failing(project, fix=True, resources=resources)
    assert snapshot(project) == before
    assert {one.file for one in found} == {"kit.yml"}
    finding = next(one for one in found if said in one.message)
    assert re.search(line, (project / "kit.yml").read_text().splitlines()[finding.line - 1])
    assert finding.cure


@pytest.mark.parametrize("file", [".kit/kit.schema.json", ".kit/resolved.json"])
def test_a_computed_file_that_is_gone_or_changed_is_found_and_written(
    project: Path, resources: Resources, file: str
) -> None:
    content = (project / file).read_bytes()
    for spoilt in (None, "{}"):
        (project / file).unlink() if spoilt is None else write(project / file, spoilt)
        assert [one.file for one in failing(project, resources=resources)] == [file]
        assert failing(project, fix=True, resources=resources) == []
        assert (project / file).read_bytes() == content


def test_a_readme_without_the_marks_is_a_persons_own(project: Path, resources: Resources) -> None:
    write(project / "README.md", "# Mine\n")
    assert failing(project, fix=True, resources=resources) == []
    assert (project / "README.md").read_text() == "# Mine\n"


def test_what_a_newer_kit_or_template_says_is_drift_that_a_fix_cures(project: Path, resources: Resources) -> None:
    newer = TEMPLATE + "ownership:\n  modeling: {consulted: [ux_designer]}\n"
    write(resources.roots[0] / "templates/tiny/template.yml", newer)
    assert (MODELING, "ownership") in rules(failing(project, resources=resources))
    assert failing(project, fix=True, resources=resources) == []


def test_a_folder_that_is_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no kit\.yml in it"):
        failing(tmp_path)


def test_findings_are_sorted_and_read_as_file_line_message_and_cure(project: Path, resources: Resources) -> None:
    (project / MODELING).unlink()
    write(project / ".kit/resolved.json", "{}")
    found = failing(project, resources=resources)
    assert found == sorted(found)
    text = findings_text(found)
    assert text.splitlines()[0] == ".kit/resolved.json:1: the file is not what kit.yml and this kit say [resolved]"
    assert text.endswith("2 findings.")
    assert findings_text([]) == "No findings."
