"""Answers to `kit new`: from a file, from assignments and from a terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.answers import answered_spec, read_answers, slug
from kit.compose import Composer
from kit.errors import ConfigError
from kit.questions import Question, ask_all, git_identity, questions
from kit.spec import Spec
from tests.unit.tiny import tiny_composer, tiny_resources, tiny_spec, write


@pytest.fixture
def composer(tmp_path: Path) -> Composer:
    return tiny_composer(tiny_resources(tmp_path / "organisation"))


def test_assignments_are_yaml_values_under_dotted_keys_and_later_ones_win(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yml", "title: File\nmaturity: {mlops: 1, platform: 3}\n")
    said = read_answers(
        file, ["title=One", "title=Two", "maturity.mlops=3", "charter.objective=a: b = c", "people=[]"][:3]
    )
    assert said == {"title": "Two", "maturity": {"mlops": 3, "platform": 3}}


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("title=", {"title": ""}),
        ("title=a=b", {"title": "a=b"}),
        ("charter.objective='true'", {"charter": {"objective": "true"}}),
        ("problem.key=[a, b]", {"problem": {"key": ["a", "b"]}}),
    ],
)
def test_an_assignment_is_split_at_its_first_equals_sign(assignment: str, value: dict[str, object]) -> None:
    if assignment == "title=":
        with pytest.raises(ConfigError, match="title"):
            read_answers(None, [assignment])
        return
    assert read_answers(None, [assignment]) == value


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("title", "--set title: is not key=value"),
        ("=x", "is not key=value"),
        ("a..b=1", "is not key=value"),
        ("title=[", "the value is not valid YAML"),
        ("titel=x", "--set titel=x: titel: unknown key; did you mean 'title'?"),
        ("charter.objektive=x", "charter.objektive: unknown key; did you mean 'objective'?"),
        ("maturity.mlops=9", "maturity.mlops: Input should be less than or equal to 3"),
        ("kit=9.9", "kit: is written by the kit"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(assignment: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_answers(None, [assignment])
    assert said in error.value.message


def test_a_text_that_yaml_takes_for_something_else_is_refused_with_the_quotes_it_needs() -> None:
    with pytest.raises(ConfigError) as error:
        read_answers(None, ["problem.positive=No"])
    assert error.value.hint == "Put the text into quotes that stay: --set 'problem.positive=\"No\"'."
    assert read_answers(None, ['problem.positive="No"']) == {"problem": {"positive": "No"}}


def test_every_wrong_line_of_an_answers_file_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yml", "title: T\ntopologi: coe\nmaturity:\n  mlops: many\ntemplate: x\n")
    with pytest.raises(ConfigError) as error:
        read_answers(file, [])
    assert error.value.message.splitlines() == [
        f"{file}:2: topologi: unknown key; did you mean 'topology'?",
        f"{file}:4: maturity.mlops: Input should be a valid integer, unable to parse string as an integer",
        f"{file}:5: template: is written by the kit",
    ]


def test_a_part_of_a_source_may_be_answered_alone(tmp_path: Path) -> None:
    file = write(tmp_path / "a.yml", "sources:\n  things: {description: More}\n")
    assert read_answers(file, []) == {"sources": {"things": {"description": "More"}}}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My Case", "my-case"),
        ("flight_delay", "flight-delay"),
        ("2024", "use-case-2024"),
        ("", "use-case"),
        ("Ä b", "b"),
    ],
)
def test_a_folders_name_becomes_a_projects_name(text: str, name: str) -> None:
    assert slug(text) == name


@given(st.text())
def test_any_folder_gives_a_name_that_kit_yml_takes(text: str) -> None:
    pattern = Spec.model_fields["name"].metadata[0].pattern
    assert re.fullmatch(pattern, slug(text))


LEVELS = ["maturity.data_foundation", "maturity.platform", "maturity.mlops"]


def test_questions_have_defaults_from_template_folder_and_git(composer: Composer) -> None:
    asked = questions(composer.catalog, composer.chain, {}, "My folder", ("Ada", "ada@example.org"))
    assert {one.key: one.default for one in asked} == {
        "title": "Tiny things",
        "name": "my-folder",
        "topology": "centralized",
        **dict.fromkeys(LEVELS, "2"),
        "person": "Ada",
        "email": "ada@example.org",
        "roles": "business_stakeholder data_owner data_scientist_lead ml_engineer_lead",
    }


def test_what_has_been_answered_is_not_asked_again(composer: Composer) -> None:
    asked = questions(composer.catalog, composer.chain, {"title": "T", "people": []}, "x", ("", ""))
    assert [one.key for one in asked] == ["name", "topology", *LEVELS]
    answers = {"title": "T", "people": [], "maturity": {"mlops": 1}}
    asked = questions(composer.catalog, composer.chain, answers, "x", ("", ""))
    assert [one.key for one in asked] == ["name", "topology", *LEVELS[:2]]


def test_the_defaults_make_a_person_who_holds_the_accountable_roles(composer: Composer) -> None:
    asked = questions(composer.catalog, composer.chain, {}, "x", ("Ada", "ada@example.org"))
    said = ask_all(asked, lambda question: question.default)
    assert said["people"][0]["roles"] == [
        "business_stakeholder",
        "data_owner",
        "data_scientist_lead",
        "ml_engineer_lead",
    ]
    assert tiny_spec(composer, **said).people[0].name == "Ada"


def test_with_nobody_accountable_yet_email_and_roles_are_not_asked(composer: Composer) -> None:
    put: list[str] = []

    def ask(question: Question) -> str:
        put.append(question.key)
        return "-" if question.key == "person" else question.default

    said = ask_all(questions(composer.catalog, composer.chain, {}, "x", ("", "")), ask)
    assert put == ["title", "name", "topology", *LEVELS, "person"]
    assert "people" not in said
    assert said["maturity"] == {"data_foundation": 2, "platform": 2, "mlops": 2}


def test_without_git_nobody_is_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert git_identity() == ("", "")


def test_what_a_template_for_any_data_leaves_open_is_asked(tmp_path: Path) -> None:
    resources = tiny_resources(tmp_path)
    bare = "name: bare\nversion: '1'\ntitle: B\ndescription: B\nproject:\n  problem: {type: classification}\n"
    write(tmp_path / "templates/bare/template.yml", bare)
    composer = tiny_composer(resources, "bare")
    replies = {"sources": "data/cases.csv", "problem.target": "y", "problem.key": "a, b", "problem.event_time": "t"}
    asked = questions(composer.catalog, composer.chain, {"people": []}, "x", ("", ""))
    assert set(replies) <= {one.key for one in asked}
    said = ask_all(asked, lambda question: replies.get(question.key, question.default))
    spec = answered_spec(composer.catalog, composer.chain, said, "x")
    assert (spec.problem.target, spec.problem.key, spec.problem.event_time) == ("y", ["a", "b"], "t")
    assert (spec.sources["cases"].path, spec.sources["cases"].options) == ("data/cases.csv", {"header": "true"})


def test_without_them_the_error_says_how_to_answer(tmp_path: Path) -> None:
    resources = tiny_resources(tmp_path)
    bare = (
        "name: bare\nversion: '1'\ntitle: B\ndescription: B\nneeds: [target, key, event_time]\n"
        "project:\n  problem: {type: classification}\n"
    )
    write(tmp_path / "templates/bare/template.yml", bare)
    composer = tiny_composer(resources, "bare")
    with pytest.raises(ConfigError) as error:
        answered_spec(composer.catalog, composer.chain, {}, "x")
    assert "problem.target: bare cannot do without it" in error.value.message
    assert "--target COLUMN, --key COLUMN, --time COLUMN (or --set problem.target=...)" in error.value.hint
