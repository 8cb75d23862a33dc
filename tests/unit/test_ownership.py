"""Who answers for a stage, and how the first cell says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.compose import Composer
from kit.errors import ConfigError
from kit.ownership import UNFILLED, escape, ownership_source, stage_ownership, stage_tables
from tests.unit.tiny import TEMPLATE, tiny_composer, tiny_resources, tiny_spec, write

ADA = {"name": "Ada | B.", "email": "ada@example.org", "roles": ["data_owner", "data_engineer"]}


@pytest.fixture
def composer(tmp_path: Path) -> Composer:
    return tiny_composer(tiny_resources(tmp_path))


def header(composer: Composer, stage: str = "data_engineering", **answers: object) -> str:
    return ownership_source(composer.catalog, composer.chain, tiny_spec(composer, **answers), stage)


def row(text: str, label: str) -> str:
    return next(line for line in text.splitlines() if label in line)


def test_the_header_says_who_what_and_which_gate_in_one_screen(composer: Composer) -> None:
    text = header(composer, people=[ADA])
    assert text.startswith("# Tiny things: Data engineering\n\n> No row is lost unnoticed")
    assert row(text, "Loop") == "| Loop | Solution development, notebook 2 of 5 |"
    assert row(text, "Accountable") == "| **Accountable** | Data owner: [Ada \\| B.](mailto:ada@example.org) |"
    assert row(text, "Gate G2") == "| **Gate G2** | Data ready for modeling: proceed, collect more, abandon |"
    assert row(text, "Reads") == "| **Reads** | `source.things` |"
    assert row(text, "Made by") == "| **Made by** | usecase-kit 0.1.0, template tiny 0.2.0 |"
    assert len(text.splitlines()) <= 16


def test_a_role_without_a_person_is_loudly_unfilled(composer: Composer) -> None:
    text = header(composer, people=[ADA])
    assert row(text, "Consulted") == f"| **Consulted** | Platform owner (architect), Data scientist: {UNFILLED} |"
    assert UNFILLED in row(header(composer), "Accountable")


def test_a_list_of_kit_yml_replaces_the_templates_which_replaces_the_organisations(tmp_path: Path) -> None:
    resources = tiny_resources(tmp_path)
    said = "ownership:\n  modeling: {accountable: data_owner, consulted: [ux_designer]}\n"
    write(tmp_path / "templates/tiny/template.yml", TEMPLATE + said)
    composer = tiny_composer(resources)
    spec = tiny_spec(composer, ownership={"modeling": {"consulted": []}})
    owned = stage_ownership(composer.catalog, composer.chain, spec, "modeling")
    assert (owned.accountable, owned.consulted) == ("data_owner", [])
    assert owned.responsible == composer.catalog.ownership["modeling"].responsible


@pytest.mark.parametrize(
    ("accountable", "said"),
    [([], "exactly one role is needed, not none"), (["data_owner", "end_user"], "not data_owner, end_user")],
)
def test_no_or_two_accountable_roles_are_refused(composer: Composer, accountable: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        header(composer, ownership={"data_engineering": {"accountable": accountable}})


def test_an_unknown_role_is_refused_with_the_nearest(composer: Composer) -> None:
    with pytest.raises(ConfigError, match="unknown role 'data_ownr'; did you mean 'data_owner'"):
        header(composer, ownership={"data_engineering": {"informed": ["data_ownr"]}})


def test_tables_of_kit_yml_replace_the_stages_own(composer: Composer) -> None:
    spec = tiny_spec(composer, stages={"modeling": {"writes": ["modeling.mine"]}})
    assert stage_tables(composer.catalog, spec, "modeling") == (
        ["gold.features", "monitoring.feedback"],
        ["modeling.mine"],
    )


def test_a_stage_that_reads_all_sources_names_each(composer: Composer) -> None:
    sources = {"a": {"path": "a.csv"}, "b": {"path": "b.csv"}}
    reads, _ = stage_tables(composer.catalog, tiny_spec(composer, sources=sources), "definition")
    assert reads == ["source.a", "source.b"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", "a\\|b"),
        ("<b>", "\\<b\\>"),
        ("two\nlines", "two lines"),
        ("__x__", "\\_\\_x\\_\\_"),
        ("plain.", "plain."),
    ],
)
def test_a_title_cannot_break_the_table(text: str, shown: str) -> None:
    assert escape(text) == shown
