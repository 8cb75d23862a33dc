"""Columns of a source in kit.yml, what a template needs of the problem, and columns that the problem names."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.answers import answered_spec
from kit.consistency import inconsistencies
from kit.errors import ConfigError
from kit.spec import parse_spec
from kit.spec_text import spec_text
from kit.template import template_for
from kit.yaml_source import YamlSource
from tests.unit.tiny import tiny_composer, tiny_resources, tiny_spec, write

ID = {"type": "integer"}


def sources(**columns: object) -> dict[str, object]:
    return {"things": {"path": "things.csv", "columns": {"id": ID, "at": ID, "is_good": ID, **columns}}}


def test_columns_stand_on_a_line_each_and_are_read_back(tmp_path: Path) -> None:
    column = {"original": "Größe (cm)", "type": "number", "format": "decimal_comma"}
    spec = tiny_spec(tiny_composer(tiny_resources(tmp_path)), sources=sources(groesse_cm=column))
    text = spec_text(spec)
    assert "      groesse_cm: {original: Größe (cm), type: number, format: decimal_comma}\n" in text
    assert parse_spec(YamlSource.parse(text, "kit.yml")) == spec


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"Größe": {"type": "number"}}, "'Größe' is not a column's safe name"),
        ({"x": {"type": "float"}}, "Input should be 'text', 'integer'"),
        ({"x": {"type": "text", "format": "decimal_comma"}}, "decimal_comma belongs to a number"),
        ({"x": {"type": "number", "format": "row_hash"}}, "row_hash belongs to a text"),
        ({"x": {"type": "timestamp", "parts": ["id", "at"]}}, "parts are year, month, day"),
        ({"x": {"type": "timestamp", "parts": ["id", "at", "nope"]}}, "parts that are no columns: nope"),
    ],
)
def test_a_column_that_cannot_be_is_refused(tmp_path: Path, column: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError) as error:
        tiny_spec(tiny_composer(tiny_resources(tmp_path)), sources=sources(**column))
    assert said in error.value.message


def test_a_feature_that_is_declared_unused_is_refused(tmp_path: Path) -> None:
    problem = {"type": "classification", "unused": {"x": "constant"}, "features": {"numeric": ["x"]}}
    with pytest.raises(ConfigError, match="features x are declared under unused"):
        tiny_spec(tiny_composer(tiny_resources(tmp_path)), problem=problem)


def test_a_column_of_the_problem_that_the_source_does_not_declare_is_found_with_the_nearest(tmp_path: Path) -> None:
    composer = tiny_composer(tiny_resources(tmp_path))
    problem = {"type": "classification", "target": "is_god", "key": ["id"], "leaks": {"iss_good": "late"}}
    spec = tiny_spec(composer, sources=sources(), problem=problem)
    found = {
        ".".join(map(str, one.where)): one.message for one in inconsistencies(composer.catalog, composer.chain, spec)
    }
    assert found == {
        "problem.target": "source 'things' declares no column 'is_god'; did you mean 'is_good'?",
        "problem.leaks.iss_good": "source 'things' declares no column 'iss_good'; did you mean 'is_good'?",
    }
    both = {**sources(), "others": {"path": "o.csv", "columns": {"x": ID}}}
    spec = tiny_spec(composer, sources=both, problem=problem)
    assert inconsistencies(composer.catalog, composer.chain, spec) == []


def test_a_column_that_the_template_itself_names_may_be_computed_by_its_package(tmp_path: Path) -> None:
    composer = tiny_composer(tiny_resources(tmp_path))
    only = {"things": {"path": "things.csv", "columns": {"raw": {"type": "text"}}}}
    said = {"type": "classification", "target": "is_good", "key": ["id"], "event_time": "wrong"}
    found = inconsistencies(composer.catalog, composer.chain, tiny_spec(composer, sources=only, problem=said))
    assert [one.where for one in found] == [("problem", "event_time")]


def test_what_a_template_and_its_parents_need_is_asked_for_by_option(tmp_path: Path) -> None:
    resources = tiny_resources(tmp_path)
    head = "version: '1'\ntitle: T\ndescription: D\n"
    base = "needs: [target]\nproject: {problem: {type: forecasting}}\n"
    write(tmp_path / "templates/base/template.yml", f"name: base\n{head}{base}")
    write(tmp_path / "templates/child/template.yml", f"name: child\n{head}extends: base\nneeds: [event_time]\n")
    composer = tiny_composer(resources, "child")
    with pytest.raises(ConfigError) as error:
        answered_spec(composer.catalog, composer.chain, {"problem": {"key": ["id"]}}, "x")
    assert "problem.target: child cannot do without it" in error.value.message
    assert error.value.hint.startswith("Name it with --target COLUMN, --time COLUMN")
    assert template_for(resources, "forecasting") == "forecasting", "the one that is called like its type"
