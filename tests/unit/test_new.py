"""`kit new`: what a project consists of, and that nothing is written where anything is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kit.errors import ConfigError, KitError
from kit.new import create_project, new_project
from kit.resources import Resources
from kit.spec import load_spec
from tests.unit.tiny import tiny_resources, write


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    return tiny_resources(tmp_path / "organisation")


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_project_has_its_truth_notebooks_package_tests_and_papers(tmp_path: Path, resources: Resources) -> None:
    made = new_project(tmp_path / "my case", "tiny", {}, resources=resources)
    written = files_below(tmp_path / "my case")
    assert sorted(written) == [file.path for file in made.files]
    assert {
        ".gitignore", ".kit/kit.schema.json", ".kit/resolved.json", "AGENTS.md", "README.md", "kit.yml",
        "notebooks/01_definition.ipynb", "notebooks/02_data_engineering.ipynb", "notebooks/03_modeling.ipynb",
        "notebooks/04_deployment.ipynb", "notebooks/05_monitoring.ipynb", "pyproject.toml",
        "src/my_case/__init__.py", "src/my_case/work.py", "tests/conftest.py", "tests/test_project.py",
        "tests/test_work.py",
    } <= set(written)  # fmt: skip
    assert load_spec(tmp_path / "my case") == made.spec
    assert written["src/my_case/work.py"] == b'"""Work."""\n\nHOME = "my_case"\n'
    assert b"from my_case import work" in written["tests/test_work.py"]


def test_the_same_answers_give_the_same_bytes_in_any_folder(tmp_path: Path, resources: Resources) -> None:
    for place in ("a", "b/c"):
        new_project(tmp_path / place, "tiny", {"name": "same", "topology": "coe"}, resources=resources)
    assert files_below(tmp_path / "a") == files_below(tmp_path / "b/c")


def test_no_file_names_a_folder_of_this_machine(tmp_path: Path, resources: Resources) -> None:
    new_project(tmp_path / "case", "tiny", {}, resources=resources)
    for path, content in files_below(tmp_path / "case").items():
        assert str(tmp_path).encode() not in content, path
        assert str(Path.home()).encode() not in content, path


def test_a_dry_run_says_the_files_and_writes_none(tmp_path: Path, resources: Resources) -> None:
    made = new_project(tmp_path / "case", "tiny", {}, dry_run=True, resources=resources)
    assert not (tmp_path / "case").exists()
    assert "kit.yml" in made.as_dict()["files"]
    assert made.as_dict()["written"] is False
    assert "would get" in made.text()


def test_a_folder_in_use_is_refused_and_left_as_it_is(tmp_path: Path, resources: Resources) -> None:
    write(tmp_path / "case/notes.txt", "mine")
    with pytest.raises(ConfigError, match=r"not empty \(notes.txt\); nothing was written"):
        new_project(tmp_path / "case", "tiny", {}, resources=resources)
    assert files_below(tmp_path / "case") == {"notes.txt": b"mine"}


def test_a_file_in_the_way_is_refused(tmp_path: Path, resources: Resources) -> None:
    write(tmp_path / "case", "mine")
    with pytest.raises(ConfigError, match="is not a folder"):
        new_project(tmp_path / "case", "tiny", {}, resources=resources)


def test_an_empty_folder_is_taken(tmp_path: Path, resources: Resources) -> None:
    (tmp_path / "case").mkdir()
    assert new_project(tmp_path / "case", "tiny", {}, resources=resources).is_written


def test_what_was_written_is_removed_when_the_disk_is_full(
    tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bytes = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "kit.yml":
            write_bytes(path, content[:10])
            raise OSError(28, "No space left on device")
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(KitError, match="No space left on device; what had been written was removed"):
        new_project(tmp_path / "deep/case", "tiny", {}, resources=resources)
    assert not (tmp_path / "deep").exists()


def test_an_unknown_template_is_refused_with_the_nearest(tmp_path: Path, resources: Resources) -> None:
    with pytest.raises(KitError, match="there is no template 'tinny'; did you mean 'tiny'"):
        new_project(tmp_path / "case", "tinny", {}, resources=resources)
    assert not (tmp_path / "case").exists()


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"topology": "coo"}, "topology: unknown topology 'coo'; did you mean 'coe'"),
        ({"package": "json"}, "package: 'json' is taken by Python"),
        ({"people": [{"name": "A", "email": "a"}]}, "people.0.email"),
        ({"people": [{"name": "A", "email": "a@b.c", "roles": ["data_ownr"]}]}, "did you mean 'data_owner'"),
        ({"ownership": {"modeling": {"accountable": []}}}, "exactly one role is needed"),
        ({"expectations": {"silvr.things": []}}, "'silvr.things' is not a logical table name"),
        ({"problem": {"target": "id", "features": {"numeric": ["id"]}}}, "features id are not known in time"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    tmp_path: Path, resources: Resources, answers: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigError) as error:
        new_project(tmp_path / "case", "tiny", answers, resources=resources)
    assert said in str(error.value)
    assert not (tmp_path / "case").exists()


def test_answers_of_a_file_and_assignments_are_laid_over_the_template(tmp_path: Path, resources: Resources) -> None:
    answers = write(
        tmp_path / "answers.yml", "title: From the file\ncharter: {objective: Why}\nparameters: {folds: {default: 5}}\n"
    )
    made = create_project(
        tmp_path / "case",
        "tiny",
        answers=answers,
        assignments=["title=Set", "maturity.mlops=3"],
        overlay=resources.roots[0],
    )
    assert (made.spec.title, made.spec.charter.objective, made.spec.maturity.mlops) == ("Set", "Why", 3)
    assert made.spec.parameters["folds"].default == 5
    assert made.spec.parameters["folds"].stages == ["modeling"]


def test_on_a_terminal_the_open_questions_are_put_and_replies_count(
    tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = {
        "Title of the use case": "Asked",
        "Topology of the team (centralized, coe, federated)": "coe",
        "MLOps, the level that fits best (1, 2, 3)": "3",
    }
    put: list[str] = []

    def prompt(text: str, default: str, **_: object) -> str:
        put.append(text)
        return replies.get(text.splitlines()[-1], "-" if text.startswith("Who") else default)

    monkeypatch.setattr("typer.prompt", prompt)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    made = create_project(tmp_path / "case", "tiny", assignments=["name=set"], ask=True, overlay=resources.roots[0])
    assert (made.spec.title, made.spec.name, made.spec.topology, made.spec.people) == ("Asked", "set", "coe", [])
    assert (made.spec.maturity.mlops, made.spec.maturity.platform) == (3, 2)
    assert len(put) == 6
    assert "2 automated: Training and scoring run on a schedule" in put[4]


def test_without_a_terminal_nothing_is_asked(
    tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_, **__: pytest.fail("asked"))
    assert create_project(tmp_path / "case", "tiny", ask=True, overlay=resources.roots[0]).spec.title == "Tiny things"


def test_a_name_that_python_has_taken_gives_a_package_beside_it(tmp_path: Path, resources: Resources) -> None:
    assert new_project(tmp_path / "code", "tiny", {}, resources=resources).spec.package == "code_case"


def test_the_projects_own_tests_pass_at_once(tmp_path: Path, resources: Resources) -> None:
    new_project(tmp_path / "case", "tiny", {}, resources=resources)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
    surroundings = {"PATH": "", "KIT_OVERLAY": str(resources.roots[0])}
    ran = subprocess.run(command, cwd=tmp_path / "case", env=surroundings, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
