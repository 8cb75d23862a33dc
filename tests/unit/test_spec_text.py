"""`kit.yml` as it is written: what is read back is what was said, and a person can read it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from kit.spec import Spec, parse_spec
from kit.spec_text import spec_text
from kit.yaml_source import YamlSource
from tests.unit.tiny import tiny_composer, tiny_resources, tiny_spec

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30) | st.sampled_from(
    [
        "yes",
        "null",
        "2013-01-01",
        "1e3",
        "a: b",
        "# no",
        "- x",
        "{x}",
        "'",
        '"',
        " padded ",
        "two\nlines",
        "{{ x }}",
        "~",
    ]
)
FULL = TEXTS.filter(bool)
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
TABLES = st.builds("{}.{}".format, st.sampled_from(["bronze", "silver", "gold", "serving"]), NAMES)
PLACES = st.fixed_dictionaries({"path": FULL}) | st.fixed_dictionaries({"table": FULL})
SOURCES = st.builds(
    lambda place, more: {**place, **more},
    PLACES,
    st.fixed_dictionaries(
        {}, optional={"description": TEXTS, "options": st.dictionaries(FULL, TEXTS, max_size=2), "key": st.lists(FULL)}
    ),
)
PARAMETERS = st.one_of(
    st.builds(lambda value: {"type": "date", "default": value}, DATES | st.none()),
    st.builds(lambda value: {"type": "string", "default": value}, TEXTS),
    st.builds(lambda value: {"type": "integer", "default": value, "stages": ["modeling"]}, st.integers()),
    st.builds(lambda value: {"type": "number", "default": value}, st.floats(allow_nan=False, allow_infinity=False)),
    st.builds(lambda value: {"type": "boolean", "default": value, "description": "Why"}, st.booleans()),
    st.builds(lambda value: {"type": "list", "default": value}, st.lists(TEXTS, max_size=3)),
)
ROLES = st.lists(st.sampled_from(["data_owner", "ml_engineer"]))
PEOPLE = st.fixed_dictionaries(
    {"name": FULL, "email": st.sampled_from(["a@b.org", "c@d.org", "E@f.org"]), "roles": ROLES},
    optional={"kind": st.sampled_from(["person", "agent"]), "chat": FULL},
)
TEAMS = st.fixed_dictionaries({"name": FULL, "roles": ROLES}, optional={"git": st.just("@org/team")})
EXPECTATIONS = st.fixed_dictionaries(
    {"name": NAMES, "condition": FULL}, optional={"action": st.sampled_from(["warn", "quarantine", "fail"])}
)
SPECS = st.fixed_dictionaries(
    {
        "kit": st.just("0.1.0"),
        "template": NAMES,
        "template_version": st.just("1"),
        "name": st.just("some-case"),
        "title": FULL,
        "package": NAMES.map("p_{}".format),
        "problem": st.fixed_dictionaries(
            {"type": st.just("regression"), "target": FULL, "key": st.lists(FULL, max_size=2), "event_time": FULL},
            optional={"positive": TEXTS},
        ),
    },
    optional={
        "charter": st.fixed_dictionaries({}, optional={"objective": TEXTS, "decision": TEXTS}),
        "people": st.lists(PEOPLE, max_size=3, unique_by=lambda one: one["email"].lower()),
        "teams": st.lists(TEAMS, max_size=2),
        "gates": st.just({"G4": {"due": dt.date(2026, 12, 15), "decided_by": ["ml_engineer_lead"]}}),
        "topology": st.just("federated"),
        "maturity": st.just({"platform": 3}),
        "ownership": st.just({"modeling": {"accountable": "data_owner", "informed": []}}),
        "sources": st.dictionaries(NAMES, SOURCES, max_size=3),
        "stages": st.builds(lambda reads: {"modeling": {"reads": reads}}, st.lists(TABLES, max_size=2)),
        "expectations": st.dictionaries(TABLES, st.lists(EXPECTATIONS, max_size=2), max_size=2),
        "parameters": st.dictionaries(NAMES.map("x_{}".format), PARAMETERS, max_size=4),
        "environments": st.just({"prod": {"catalog": "main", "schema": "x", "settings": {"a.b": "1"}}}),
        "kpis": st.builds(
            lambda due: [{"name": "k", "title": "K", "target": 0.5, "owner": "data_owner", "due": due, "query": "q"}],
            DATES,
        ),
    },
)


def read(text: str) -> Spec:
    return parse_spec(YamlSource.parse(text, "kit.yml"))


@given(SPECS)
def test_a_spec_that_is_written_and_read_is_the_same_and_is_written_the_same(said: dict[str, Any]) -> None:
    spec = Spec.model_validate(said)
    text = spec_text(spec)
    assert read(text) == spec
    assert spec_text(read(text)) == text


@given(SPECS)
def test_the_runtime_that_reads_plain_mappings_sees_every_value_that_was_said(said: dict[str, Any]) -> None:
    plain = yaml.safe_load(spec_text(Spec.model_validate(said)))
    written = Spec.model_validate(said).model_dump(by_alias=True, exclude_unset=True)
    assert {key: plain[key] for key in written} == written


def test_an_editor_finds_the_schema_and_a_person_the_sections_to_edit_first(tmp_path: Path) -> None:
    text = spec_text(tiny_spec(tiny_composer(tiny_resources(tmp_path))))
    assert text.startswith("# yaml-language-server: $schema=.kit/kit.schema.json\n")
    for section in ("people: []", "topology: centralized", "maturity:\n  data_foundation: 2"):
        assert f"\n{section}" in text
    assert max(len(line) for line in text.splitlines()) <= 120


def test_a_date_is_written_as_a_date_and_a_text_like_one_in_quotes(tmp_path: Path) -> None:
    composer = tiny_composer(tiny_resources(tmp_path))
    parameters = {
        "a": {"type": "date", "default": dt.date(2020, 1, 2)},
        "b": {"type": "string", "default": "2020-01-02"},
    }
    text = spec_text(tiny_spec(composer, parameters=parameters))
    assert "default: 2020-01-02" in text
    assert "default: '2020-01-02'" in text
