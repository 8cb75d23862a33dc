"""What one look proposes: problem, key, time, leaks, unused columns; and what it refuses before anything is written."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from kit.check import check_project, failures
from kit.cli import app
from kit.errors import ConfigError, KitError, TemplateError
from kit.from_data import Said
from kit.intake.proposal import Proposal, Wishes, propose
from kit.intake.report import proposal_text, proposal_values
from kit.intake.sources import Place, named_sources
from kit.new import NewProject, create_project
from kit.resources import Resources, kit_resources
from kit.spec import Spec, load_spec
from kit.template import template_for
from tests.tables import HEADERS, MadeUp, tables, write_table
from tests.unit.tiny import look_file, tiny_resources, write

ANY = """\
name: {name}
version: '1'
title: Any data
description: Any data
extends: classification
needs: [{needs}]
project:
  problem: {{type: {type}}}
"""

Row = dict[str, Any]


@pytest.fixture
def resources(tmp_path: Path) -> Resources:
    for name, kind, needs in (("dated", "classification", "event_time"), ("quantity", "regression", "")):
        write(tmp_path / f"organisation/templates/{name}/template.yml", ANY.format(name=name, type=kind, needs=needs))
    return kit_resources(tmp_path / "organisation")


def table(tmp_path: Path, rows: Sequence[Row], name: str = "cases.csv") -> Path:
    """Write rows as CSV, `None` as an empty cell."""
    lines = [",".join(rows[0])]
    lines += [",".join("" if value is None else str(value) for value in row.values()) for row in rows]
    return write(tmp_path / name, "\n".join(lines) + "\n")


def churn(count: int = 400, **more: Callable[[random.Random, bool], Any]) -> list[Row]:
    """Return customers with a signal in `usage`, and further columns made from chance and the outcome."""
    chance = random.Random(7)
    rows = []
    for number in range(count):
        left = chance.random() < 0.3
        row: Row = {
            "Customer ID": f"C{chance.randrange(10**6):06}{number}",
            "joined": f"2020-{1 + number * 12 // count:02}-{1 + number % 28:02} 08:{number % 60:02}:00",
            "usage": round(chance.gauss(1.0 if left else 0.0, 2.0), 3),
            "region": chance.choice("NSEW"),
        }
        row |= {name: make(chance, left) for name, make in more.items()}
        rows.append({**row, "Churn": "Yes" if left else "No"})
    return rows


def proposed(tmp_path: Path, rows: Sequence[Row], needs: Sequence[str] = (), **wishes: Any) -> Proposal:
    said = Wishes(**{"target": "Churn", **wishes})
    file = table(tmp_path, rows)
    return propose([look_file("cases", file, said.time)], "classification", said, needs, tmp_path / "project")


def made(tmp_path: Path, resources: Resources, file: Path, template: str | None = None, **said: Any) -> NewProject:
    sources = said.pop("sources", [str(file)])
    options = {key: said.pop(key) for key in ("assignments", "dry_run", "ask") if key in said}
    return create_project(tmp_path / "project", template, Said(sources, **said), overlay=resources.roots[0], **options)


def test_a_plain_file_gets_target_positive_class_key_and_time(tmp_path: Path) -> None:
    found = proposed(tmp_path, churn())
    assert found.fragment["problem"] == {
        "type": "classification",
        "target": "churn",
        "positive": "Yes",
        "key": ["customer_id"],
        "event_time": "joined",
    }
    source = found.fragment["sources"]["cases"]
    assert (source["path"], source["format"], source["options"]) == ("../cases.csv", "csv", {"header": "true"})
    assert source["columns"]["customer_id"] == {"original": "Customer ID", "type": "text", "nullable": False}


@pytest.mark.parametrize(
    ("column", "make"),
    [
        ("copy", lambda chance, left: int(left) if chance.random() < 0.99 else int(not left)),
        ("left_on", lambda chance, left: f"2021-01-{chance.randrange(1, 29):02}" if left else None),
        ("final_bill", lambda chance, left: chance.uniform(50, 90) if left else 0),
        ("close_code", lambda chance, left: ("a" if left else "b") if chance.random() < 0.9 else "c"),
        ("churn_call", lambda chance, left: int(left) if chance.random() < 0.9 else 0),
    ],
)
def test_a_column_with_the_outcome_is_a_suspected_leak(
    tmp_path: Path, column: str, make: Callable[[random.Random, bool], Any]
) -> None:
    found = proposed(tmp_path, churn(**{column: make}))
    assert list(found.leaks) == [column]
    assert found.leaks[column].startswith("suspected: ")
    assert found.time.column == "joined"


def test_signal_noise_and_names_without_strength_are_no_leaks(tmp_path: Path) -> None:
    found = proposed(tmp_path, churn(final_call=lambda chance, _: chance.randrange(5)))
    assert found.leaks == {}


def test_what_is_filled_exactly_where_the_target_is_is_a_suspected_leak(tmp_path: Path) -> None:
    rows = churn(decided=lambda chance, _: chance.choice("xyz"))
    for row in rows[:100]:
        row["decided"] = row["Churn"] = None
    found = proposed(tmp_path, rows)
    assert found.leaks == {"decided": "suspected: filled exactly where churn is"}
    assert "100 rows have no target: they are scored, not learnt from" in found.notes


def test_a_column_that_orders_as_a_numeric_target_is_a_suspected_leak(tmp_path: Path) -> None:
    chance = random.Random(1)
    rows = [
        {"id": n, "net": (x := chance.uniform(1, 9)), "gross": x * 1.19, "size": chance.random()} for n in range(200)
    ]
    file = table(tmp_path, rows)
    found = propose([look_file("cases", file)], "regression", Wishes(target="gross"), (), tmp_path / "p")
    assert list(found.leaks) == ["net"]


def test_columns_that_teach_nothing_are_unused_with_the_reason(tmp_path: Path) -> None:
    rows = churn(
        constant=lambda *_: "x",
        nothing=lambda *_: None,
        email=lambda chance, _: f"a{chance.random()}@x.org",
        note=lambda chance, _: "".join(chance.choices(string.ascii_letters, k=9)),
        account_id=lambda chance, _: chance.randrange(10**9),
        age=lambda chance, _: chance.randrange(18, 90),
    )
    found = proposed(tmp_path, rows)
    assert found.unused == {
        "constant": "constant",
        "nothing": "empty",
        "email": "personal: its name says 'email'",
        "note": "most rows have a text of their own",
        "account_id": "identifies: most rows have a value of their own",
    }
    assert found.fragment["sources"]["cases"]["personal_data"] == ["email", "age"]
    assert found.fragment["sources"]["cases"]["columns"]["nothing"]["description"] == "empty"


def test_what_numbers_the_rows_is_no_feature(tmp_path: Path) -> None:
    rows = [{"": number, **row} for number, row in enumerate(churn())]
    assert proposed(tmp_path, rows).unused == {"column_1": "numbers the rows"}


def test_two_columns_may_be_the_key_together(tmp_path: Path) -> None:
    rows = [{"shop_id": n % 20, "week": n // 20, "x": n % 7, "y": "ab"[n % 2]} for n in range(400)]
    found = propose(
        [look_file("cases", table(tmp_path, rows))], "classification", Wishes(target="y"), (), tmp_path / "p"
    )
    assert found.key.columns == ["shop_id", "week"]


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda n: f"N{n}{'ABC'[n % 3]}", "tail"),
        (lambda n: f"plane number {n}", "row_id"),
        (lambda n: 5000 + n, "tail"),
        (lambda n: n * n, "row_id"),
        (lambda n: f"2020-01-01 {n // 60:02}:{n % 60:02}:00", "tail"),
        (lambda n: f"+49 170 {1000000 + n}", "row_id"),
    ],
)
def test_a_code_a_running_number_or_a_moment_of_its_own_is_a_key(
    tmp_path: Path, make: Callable[[int], object], key: str
) -> None:
    rows = [{"tail": make(n), "y": "ab"[n % 2]} for n in range(400)]
    found = propose(
        [look_file("cases", table(tmp_path, rows))], "classification", Wishes(target="y"), (), tmp_path / "p"
    )
    assert found.key.columns == [key]


def test_without_any_key_the_row_itself_is_one(tmp_path: Path) -> None:
    rows = [{"x": n % 7, "y": "ab"[n % 2]} for n in range(400)]
    found = propose(
        [look_file("cases", table(tmp_path, rows))], "classification", Wishes(target="y"), ("key",), tmp_path / "p"
    )
    assert found.key.columns == ["row_id"]
    assert found.fragment["sources"]["cases"]["columns"]["row_id"]["format"] == "row_hash"


def test_other_times_are_named(tmp_path: Path) -> None:
    found = proposed(tmp_path, churn(updated_at=lambda chance, _: f"2021-03-{chance.randrange(1, 29):02} 10:00:00"))
    assert (found.time.column, found.time.others) == ("joined", ("updated_at",))
    assert "other times: updated_at; choose with --time" in found.notes
    assert proposed(tmp_path, churn(), time="joined").time.reason == "as you said"


def test_no_time_is_none(tmp_path: Path) -> None:
    rows = [{key: value for key, value in row.items() if key != "joined"} for row in churn()]
    assert "event_time" not in proposed(tmp_path, rows).fragment["problem"]


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        (("Yes", "No"), "Yes"),
        (("0", "1"), "1"),
        (("0.0", "1.0"), "1.0"),
        (("True", "False"), "true"),
        (("late", "on time"), "late"),
        (("red", "blue"), "red"),
        (("blue", "red"), "blue"),
    ],
)
def test_the_positive_class_is_the_obvious_word_or_the_rarer_one(
    tmp_path: Path, values: tuple[str, str], positive: str
) -> None:
    rows = [{"id": n, "y": values[0] if n % 3 == 0 else values[1]} for n in range(300)]
    found = propose(
        [look_file("cases", table(tmp_path, rows))], "classification", Wishes(target="y"), (), tmp_path / "p"
    )
    assert found.fragment["problem"]["positive"] == positive


def test_expectations_warn_of_gaps_and_negative_values(tmp_path: Path) -> None:
    rows = churn(price=lambda chance, _: chance.random(), tax=lambda chance, _: chance.choice([None, 1.5]))
    said = {one["name"]: one for one in proposed(tmp_path, rows).fragment["expectations"]["silver.cases"]}
    assert list(said)[:3] == ["customer_id_present", "joined_present", "churn_present"]
    assert said["price_not_negative"]["condition"] == "`price` is null or `price` >= 0"
    assert {"tax_present", "usage_not_negative"}.isdisjoint(said)
    assert {one["action"] for one in said.values()} == {"warn"}


def test_sources_that_join_are_noted(tmp_path: Path) -> None:
    orders = table(tmp_path, [{"order_id": n, "customer": n % 50, "y": "ab"[n % 2]} for n in range(300)], "o.csv")
    customers = table(tmp_path, [{"customer": n, "town": "abc"[n % 3]} for n in range(60)], "c.csv")
    tables = [look_file("orders", orders), look_file("customers", customers)]
    found = propose(tables, "classification", Wishes(target="y"), (), tmp_path / "p")
    assert "orders joins customers by customer (100% of its values are there)" in found.notes
    assert list(found.fragment["sources"]) == ["orders", "customers"]
    assert found.fragment["sources"]["customers"]["columns"]["town"] == {"type": "text"}


def test_sources_are_named_by_the_user_or_by_their_files(tmp_path: Path) -> None:
    found = named_sources(["Orders=a.csv", "data/My File.csv.gz"])
    assert found == {"orders": Place(Path("a.csv")), "my_file": Place(Path("data/My File.csv.gz"))}
    with pytest.raises(ConfigError, match="two sources are called 'a'"):
        named_sources(["a.csv", "x/a.csv"])


@pytest.mark.parametrize(
    ("said", "name", "declared"),
    [
        ("main.shop.Orders", "orders", {"table": "main.shop.Orders"}),
        ("cases=shop.orders", "cases", {"table": "shop.orders"}),
        (
            "jdbc:postgresql://db:5432/shop#public.orders",
            "public_orders",
            {"jdbc": {"url": "jdbc:postgresql://db:5432/shop", "table": "public.orders"}},
        ),
        (
            "o=jdbc:sqlserver://db;databaseName=shop#(select * from a) as b@secret://team.shop",
            "o",
            {
                "jdbc": {
                    "url": "jdbc:sqlserver://db;databaseName=shop",
                    "table": "(select * from a) as b",
                    "user": "secret://team.shop/user",
                    "password": "secret://team.shop/password",
                }
            },
        ),
    ],
)
def test_a_table_of_a_catalog_or_a_database_is_named_like_a_file(
    said: str, name: str, declared: dict[str, Any]
) -> None:
    ((found, place),) = named_sources([said]).items()
    assert (found, place.declared(Path("project"))) == (name, declared)
    assert place.needs_spark


def test_what_ends_like_a_file_is_one_and_a_database_needs_its_table() -> None:
    assert named_sources(["shop.orders.csv"]) == {"shop": Place(Path("shop.orders.csv"))}
    with pytest.raises(ConfigError, match=r"jdbc:h2:mem: which table") as error:
        named_sources(["jdbc:h2:mem"])
    assert "#schema.table" in error.value.hint


def test_a_project_is_made_from_a_file_alone(tmp_path: Path, resources: Resources) -> None:
    project = made(tmp_path, resources, table(tmp_path, churn()), target="Churn")
    spec = load_spec(tmp_path / "project")
    assert (project.spec, spec.template, spec.problem.target) == (spec, "classification", "churn")
    assert spec.sources["cases"].columns["joined"].type == "timestamp"
    assert "churn = Yes" in project.text()
    assert project.as_dict()["intake"]["target"] == "churn"


def test_the_command_line_takes_the_file_and_prints_what_was_found(tmp_path: Path) -> None:
    file, project = table(tmp_path, churn()), str(tmp_path / "project")
    command = ["new", project, "--source", str(file), "--target", "Churn", "--time", "joined", "--defaults", "--json"]
    done = CliRunner().invoke(app, [*command, "--key", "Customer ID"])
    found = json.loads(done.stdout)["intake"]
    assert (found["target"], found["event_time"], found["key"]) == ("churn", "joined", ["customer_id"])
    assert found["sources"]["cases"]["rows"] == 400
    assert failures(check_project(tmp_path / "project")) == []


def test_the_type_of_the_target_chooses_the_template(tmp_path: Path, resources: Resources) -> None:
    project = made(tmp_path, resources, table(tmp_path, churn()), target="usage")
    assert (project.spec.template, project.spec.problem.type) == ("regression", "regression")


def test_a_time_and_one_number_are_forecast(tmp_path: Path, resources: Resources) -> None:
    rows = [{"at": f"2020-{1 + n // 28:02}-{1 + n % 28:02}", "demand": n * n % 71} for n in range(300)]
    spec = made(tmp_path, resources, table(tmp_path, rows)).spec
    assert (spec.template, spec.problem.target, spec.problem.step) == ("forecasting", "demand", "day")


def test_anomalies_are_looked_for_with_labels_and_without(tmp_path: Path, resources: Resources) -> None:
    file = table(tmp_path, churn(code=lambda _, left: int(left)))
    labelled = made(tmp_path / "a", resources, file, "anomaly_detection", target="Churn").spec.problem
    assert (labelled.target, labelled.positive, labelled.event_time) == ("churn", "Yes", "joined")
    assert list(labelled.leaks) == ["code"], "a column that nearly is the label"
    problem = made(tmp_path / "b", resources, file, "anomaly_detection").spec.problem
    assert (problem.target, problem.key, problem.leaks) == (None, ["customer_id"], {})


def test_a_table_without_numbers_has_no_anomalies(tmp_path: Path, resources: Resources) -> None:
    rows = [{"name": f"n{number}", "kind": "ab"[number % 2]} for number in range(300)]
    with pytest.raises(ConfigError, match="no column of numbers"):
        made(tmp_path, resources, table(tmp_path, rows), "anomaly_detection")


def test_a_type_without_a_template_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    said = "name: any\nversion: '1'\ntitle: T\ndescription: D\nproject: {problem: {type: classification}}\n"
    write(tmp_path / "templates" / "any" / "template.yml", said)
    with pytest.raises(TemplateError, match="no template for segmentation; there is one for classification"):
        template_for(Resources((tmp_path,)), "segmentation")


def test_who_may_repeat_where_segments_are_made_of_transactions(tmp_path: Path, resources: Resources) -> None:
    rows = [{"who": n % 90, "at": f"2020-{1 + n % 12:02}-{1 + n % 28:02}", "paid $": n * n % 71} for n in range(400)]
    spec = made(tmp_path, resources, table(tmp_path, rows), "segmentation", target="paid $", key=["who"]).spec
    assert (spec.problem.key, spec.problem.target, spec.problem.event_time) == (["who"], "paid", "at")
    assert (spec.sources["cases"].key, spec.problem.leaks) == ([], {})


def test_transactions_are_known_by_who_made_them_without_being_told(tmp_path: Path, resources: Resources) -> None:
    rows = [
        {"order_id": n, "customer_id": f"C{n % 90}", "at": f"2020-{1 + n % 12:02}-{1 + n % 28:02}", "paid": n % 71}
        for n in range(400)
    ]
    spec = made(tmp_path, resources, table(tmp_path, rows), "segmentation").spec
    assert (spec.problem.key, spec.problem.event_time) == (["customer_id"], "at")
    once = [{**row, "customer_id": f"C{row['order_id']}"} for row in rows]
    spec = made(tmp_path / "once", resources, table(tmp_path, once), "segmentation").spec
    assert spec.problem.key == ["order_id"]  # each stands once: the rows are the entities


def test_entities_of_a_segmentation_have_their_key_and_need_no_target(tmp_path: Path, resources: Resources) -> None:
    spec = made(tmp_path, resources, table(tmp_path, churn()), "segmentation").spec
    assert spec.problem.target is None
    assert spec.sources["cases"].key == spec.problem.key


def test_without_a_target_the_error_names_the_likely_ones(tmp_path: Path, resources: Resources) -> None:
    with pytest.raises(ConfigError, match="which column is to be predicted") as error:
        made(tmp_path, resources, table(tmp_path, churn()))
    assert "--target COLUMN; likely: churn" in error.value.hint


def test_on_a_terminal_the_target_is_asked_for(
    tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    put: list[str] = []

    def prompt(text: str, default: str, **_: object) -> str:
        put.append(text)
        return "-" if text.startswith("Who") else default

    monkeypatch.setattr("typer.prompt", prompt)
    project = made(tmp_path, resources, table(tmp_path, churn()), ask=True)
    assert (put[0], project.spec.problem.target) == ("Column to predict (likely: churn)", "churn")
    assert not any("time" in text for text in put)


def test_answers_win_over_what_is_proposed(tmp_path: Path, resources: Resources) -> None:
    said = [
        'problem.positive="No"',
        "problem.key=[Customer ID]",
        "sources.cases.description=Customers",
        "problem.leaks={}",
    ]
    project = made(tmp_path, resources, table(tmp_path, churn()), target="Churn", assignments=said)
    assert (project.spec.problem.positive, project.spec.problem.key) == ("No", ["customer_id"])
    assert project.spec.sources["cases"].description == "Customers"


def test_what_the_user_calls_a_feature_is_one(tmp_path: Path, resources: Resources) -> None:
    rows = churn(copy=lambda _, left: int(left), constant=lambda *_: 1, again=lambda _, left: int(left))
    said = ["problem.features.numeric=[copy, constant]"]
    problem = made(tmp_path, resources, table(tmp_path, rows), target="Churn", assignments=said).spec.problem
    assert (list(problem.leaks), problem.unused) == (["again"], {})


def test_options_name_columns_of_data_that_is_not_looked_at(tmp_path: Path, resources: Resources) -> None:
    said = Said(target="a", time="b", key=["c", "d"])
    tiny = tiny_resources(tmp_path / "tiny")
    project = create_project(tmp_path / "project", "tiny", said, overlay=tiny.roots[0])
    problem = project.spec.problem
    assert (problem.target, problem.event_time, problem.key) == ("a", "b", ["c", "d"])


def test_a_dry_run_looks_and_writes_nothing(tmp_path: Path, resources: Resources) -> None:
    project = made(tmp_path, resources, table(tmp_path, churn()), target="Churn", dry_run=True)
    assert not (tmp_path / "project").exists()
    assert "would get" in project.text()


def test_the_same_file_gives_the_same_bytes_and_none_of_its_values(tmp_path: Path, resources: Resources) -> None:
    file = table(tmp_path, churn(email=lambda chance, _: f"a{chance.random()}@x.org"))
    one = made(tmp_path, resources, file, target="Churn", dry_run=True).files
    assert one == made(tmp_path, resources, file, target="Churn", dry_run=True).files
    kit_yml = next(file.content for file in one if file.path == "kit.yml").decode()
    assert "@x.org" not in kit_yml
    assert "C0" not in kit_yml
    assert str(tmp_path) not in kit_yml


def test_a_file_elsewhere_is_named_by_its_whole_path(tmp_path: Path) -> None:
    file = table(tmp_path, churn())
    found = propose(
        [look_file("cases", file)], "classification", Wishes(target="Churn"), (), tmp_path / "deep/er/project"
    )
    assert found.fragment["sources"]["cases"]["path"] == file.as_posix()


def only(rows: list[Row], **constant: Any) -> list[Row]:
    return [{**row, **constant} for row in rows]


@pytest.mark.parametrize(
    ("rows", "said", "message", "cure"),
    [
        (churn(), {"target": "Chrun"}, "has no column 'Chrun'; did you mean 'Churn'?", "--target"),
        (churn(), {"target": "Churn", "key": ["nope"]}, "has no column 'nope'", "--key"),
        (churn(), {"target": "Churn", "time": "region"}, "cannot be read as a date", "--time (dates are: joined)"),
        (only(churn(), Churn="No"), {"target": "Churn"}, "has one value only", "--target"),
        (only(churn(), Churn=None), {"target": "Churn"}, "has no value", "--target"),
        (churn(60), {"target": "Churn"}, "has 60 rows; fewer than 100", "Collect"),
        (churn(110)[:85] + only(churn(110)[85:], Churn="No"), {"target": "Churn"}, "fewer than 30", "Collect"),
        (churn(), {"target": "usage", "template": "classification"}, "classes are at most 20", "regression"),
        (churn(), {"target": "region", "template": "quantity"}, "regression needs a number", "--target"),
        (churn(), {"target": "Churn", "template": "flight_delay"}, "brings its own sources: flights", "--source"),
        (churn(), {"target": "Churn", "assignments": ["problem.positive=Maybe"]}, "is never 'Maybe'", "Yes, No"),
    ],
)
def test_what_cannot_be_is_refused_with_the_cure_and_nothing_is_written(
    tmp_path: Path, resources: Resources, rows: list[Row], said: dict[str, Any], message: str, cure: str
) -> None:
    with pytest.raises(ConfigError) as error:
        made(tmp_path, resources, table(tmp_path, rows), **said)
    assert message in error.value.message
    assert cure in error.value.hint
    assert not (tmp_path / "project").exists()


def test_a_template_that_needs_a_time_refuses_a_file_without(tmp_path: Path, resources: Resources) -> None:
    rows = [{key: value for key, value in row.items() if key != "joined"} for row in churn()]
    with pytest.raises(ConfigError, match="needs a time") as error:
        made(tmp_path, resources, table(tmp_path, rows), "dated", target="Churn")
    assert "--time COLUMN" in error.value.hint


def test_without_template_and_file_there_is_nothing_to_make(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="which template"):
        create_project(tmp_path / "project", None)


def test_a_column_of_the_problem_that_its_source_does_not_declare_is_refused(
    tmp_path: Path, resources: Resources
) -> None:
    with pytest.raises(
        ConfigError, match=r"problem\.leaks\.usge: source 'cases' declares no column 'usge'; did you mean"
    ):
        made(tmp_path, resources, table(tmp_path, churn()), target="Churn", assignments=["problem.leaks={usge: late}"])


@settings(max_examples=150)
@given(made_up=tables())
def test_any_table_gives_a_valid_spec_or_an_error_with_a_cure(
    made_up: MadeUp, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write_table(tmp_path_factory.mktemp("any") / "any.csv", made_up)
    try:
        found = look_file("any", path)
        target = list(found.columns)[-1]
        kind = "classification" if found.columns[target].distinct < 20 else "regression"
        proposal = propose([found], kind, Wishes(target=target), ("target", "key"), path.parent / "p")
    except KitError as error:
        refused = error
    else:
        judge(proposal)
        return
    assert refused.hint


def judge(proposal: Proposal) -> None:
    own = {"kit": "1", "template": "any", "template_version": "1", "name": "any", "title": "Any", "package": "any_case"}
    spec = Spec.model_validate({**own, **proposal.fragment})
    assert yaml.safe_load(yaml.safe_dump(proposal_values(proposal)))
    assert proposal_text(proposal)
    columns = spec.sources["any"].columns
    named = {*spec.problem.key, *spec.problem.leaks, *spec.problem.unused, str(spec.problem.target)}
    assert named <= set(columns)
    assert not {*spec.problem.leaks} & {*spec.problem.unused}


PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates().map(str), st.just({"a": [1]})
)


@given(st.lists(st.dictionaries(HEADERS, PLAIN, max_size=4), min_size=1, max_size=6))
def test_any_json_records_give_a_valid_spec_or_an_error_with_a_cure(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.json"
    path.write_text("".join(json.dumps(one) + "\n" for one in records * 40), encoding="utf-8")
    try:
        found = look_file("any", path)
        target = next(iter(found.columns))
        proposal = propose([found], "classification", Wishes(target=target), ("target", "key"), path.parent / "p")
    except KitError as error:
        refused = error
    else:
        judge(proposal)
        return
    assert refused.hint
