"""Two classes or several: which template a target chooses, and which of its classes are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kit.errors import ConfigError
from kit.from_data import Said
from kit.new import NewProject, create_project
from kit.spec_problem import Problem
from tests.unit.tiny import write

KINDS = {"it's": 90, "b": 60, "No": 40, "rare": 5}


def made(tmp_path: Path, rows: Mapping[Any, int], *assignments: str, template: str | None = None) -> NewProject:
    lines = ["id,x,kind", *(f"i{place}-{at},{at % 7},{kind}" for place, (kind, count) in enumerate(rows.items())
                            for at in range(count))]  # fmt: skip
    file = write(tmp_path / "cases.csv", "\n".join(lines) + "\n")
    said = Said([str(file)], target="kind")
    return create_project(tmp_path / "project", template, said, assignments=list(assignments), dry_run=True)


def told(project: NewProject) -> tuple[str, list[str], list[str]]:
    assert project.proposal
    return project.spec.template, project.spec.problem.classes, list(project.proposal.notes)


def test_several_classes_are_told_apart_and_rare_ones_left_out_aloud(tmp_path: Path) -> None:
    project = made(tmp_path, KINDS)
    template, classes, notes = told(project)
    assert (template, classes) == ("multiclass", ["it's", "b", "No"])
    assert "classes with fewer than 30 rows are left out, neither learnt nor judged: rare 5" in notes
    (expectation,) = [one for one in project.spec.expectations["silver.cases"] if one.name == "kind_is_a_class"]
    assert expectation.condition == r"`kind` is null or cast(`kind` as string) in ('it\'s', 'b', 'No')"
    assert expectation.action == "warn"
    assert "kind: 3 classes (it's 90, b 60, No 40)" in project.text()


def test_numbers_are_classes_as_spark_writes_them(tmp_path: Path) -> None:
    template, classes, notes = told(made(tmp_path, {"1": 40, "02.5": 60, "3": 50}))
    assert (template, classes) == ("multiclass", ["2.5", "3.0", "1.0"])
    assert any("where their order matters" in note for note in notes)


@pytest.mark.parametrize(
    ("rows", "assignments", "named"),
    [
        ({"yes": 90, "no": 60}, (), None),
        ({"yes": 90, "no": 60, "perhaps": 7}, (), None),
        (KINDS, ("problem.positive=b",), None),
        (KINDS, (), "classification"),
    ],
)
def test_one_class_against_the_rest_where_two_are_enough_or_somebody_wants_it(
    tmp_path: Path, rows: dict[str, int], assignments: tuple[str, ...], named: str | None
) -> None:
    template, classes, notes = told(made(tmp_path, rows, *assignments, template=named))
    assert (template, classes) == ("classification", [])
    is_one_of_several = [note for note in notes if "against all others" in note]
    assert len(is_one_of_several) == (len(rows) > 2)
    assert any("to tell all of them apart" in note for note in notes) == (rows is KINDS)


def test_the_template_may_be_forced_on_two_classes_but_not_on_one(tmp_path: Path) -> None:
    assert told(made(tmp_path, {"yes": 60, "no": 90}, template="multiclass"))[1] == ["no", "yes"]
    with pytest.raises(ConfigError, match="has 1 classes with 30 rows or more") as error:
        made(tmp_path, {"yes": 90, "no": 20, "perhaps": 7}, template="multiclass")
    assert "gather rare classes" in error.value.hint


def test_without_a_look_the_classes_have_to_be_named(tmp_path: Path) -> None:
    said = ["sources={cases: {path: x.csv}}", "problem.target=kind", "problem.key=[id]"]
    with pytest.raises(ConfigError, match=r"problem\.classes: multiclass cannot do without it") as error:
        create_project(tmp_path / "project", "multiclass", Said(), assignments=said, dry_run=True)
    assert error.value.hint == "Name it with --source FILE (or --set problem.classes=...)."


@pytest.mark.parametrize("classes", [["a"], ["a", "b", "a"]])
def test_classes_are_several_and_different(classes: list[str]) -> None:
    with pytest.raises(ValueError, match="two or more different classes"):
        Problem(type="classification", classes=classes)
