"""The published JSON Schema of kit.yml, and the page that documents its keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.resources import resource
from kit.schema import json_schema, schema_text
from kit.spec_text import spec_text
from tests.unit.tiny import tiny_composer, tiny_resources, tiny_spec

PUBLISHED = resource("templates") / "_project/.kit/kit.schema.json"


def test_the_published_schema_is_that_of_the_spec(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update-golden"):
        PUBLISHED.write_text(schema_text(), encoding="utf-8")
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_the_schema_takes_what_kit_new_writes_and_refuses_unknown_keys(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    text = spec_text(tiny_spec(tiny_composer(tiny_resources(tmp_path))))
    said = json.loads(json.dumps(yaml.load(text, yaml.BaseLoader)))
    said["maturity"] = {"mlops": 1}
    for parameter in said["parameters"].values():
        parameter.pop("default")
    assert list(validator.iter_errors(said)) == []
    assert "'topologi' was unexpected" in next(validator.iter_errors({**said, "topologi": "x"})).message


def keys_of(part: dict[str, Any]) -> set[str]:
    return set(part.get("properties", {}))


def test_the_documentation_names_every_key() -> None:
    schema = json_schema()
    keys = keys_of(schema).union(*(keys_of(part) for part in schema["$defs"].values()))
    page = (resource("templates").parent / "docs/kit-yml.md").read_text(encoding="utf-8")
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
