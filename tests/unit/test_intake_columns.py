"""Columns of a file: safe names, types, forms of dates, personal data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.intake.kinds import Reading, kind_of
from kit.intake.names import OWN, safe_names
from kit.intake.personal import personal_reason
from kit.intake.raw import ColumnBuilder
from tests.unit.tiny import look_file


def reading(*texts: str, name: str = "x", is_time: bool = False) -> Reading:
    builder = ColumnBuilder(name, name)
    builder.extend(texts)
    return kind_of(builder.built(), name, is_time)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Customer ID", "customer_id"),
        ("CustomerID", "customer_id"),
        ("HTTPStatus", "http_status"),
        ("Größe (cm)", "groesse_cm"),
        ("Gro\u0308ße", "groesse"),
        ("price $", "price"),
        ("a.b'c\"d`e", "a_b_c_d_e"),
        ("2nd", "column_2nd"),
        ("_x", "x"),
        ("😀", "column_1"),
        ("価格", "column_1"),
        ("", "column_1"),
        ("label", "label_column"),
        ("Event Time", "event_time_column"),
        ("day", "day_column"),
        ("select", "select"),
        ("Ærø", "aero"),
    ],
)
def test_a_name_becomes_safe(header: str, name: str) -> None:
    assert safe_names([header]) == [name]


def test_no_two_names_are_alike() -> None:
    assert safe_names(["a", "A", "a_2", "a!", ""]) == ["a", "a_2", "a_2_2", "a_3", "column_5"]


@given(st.lists(st.text(), max_size=20))
def test_any_names_become_safe_and_different(headers: list[str]) -> None:
    names = safe_names(headers)
    assert len(set(names)) == len(headers)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) and name not in OWN for name in names)


@pytest.mark.parametrize(
    ("texts", "kind", "format_"),
    [
        (["1", "-2", "+3"], "integer", None),
        (["00123", "00456"], "text", None),
        (["1234567890123456789012"], "text", None),
        (["1.5", "2", "-3e5", ".5"], "number", None),
        (["1,5", "2", "1.234,75"], "number", "decimal_comma"),
        (["1,234", "2,500,000"], "text", None),
        (["$1.50", "$2"], "text", None),
        (["12%", "7%"], "text", None),
        (["True", "false"], "boolean", None),
        (["Yes", "No"], "text", None),
        (["2013-01-31", "2013-2-1"], "date", None),
        (["2013-01"], "date", None),
        (["2013-01-31 10:00:00", "2013-02-01 00:00:00.123"], "timestamp", None),
        (["2013-01-31T10:00:00Z", "2013-02-01T00:00:00+01:00"], "timestamp", None),
        (["2013-01-31 10:05"], "timestamp", "yyyy-M-d H:mm"),
        (["2013-13-31"], "text", None),
        (["31.12.2013", "1.1.2014"], "date", "d.M.yyyy"),
        (["2013/12/31"], "date", "yyyy/M/d"),
        (["31/12/2013 9:05", "1/2/2014 10:00"], "timestamp", "d/M/yyyy H:mm"),
        (["12/31/2013 9:05", "1/2/2014 10:00"], "timestamp", "M/d/yyyy H:mm"),
        (["12/31/2013 9:05 PM"], "timestamp", "M/d/yyyy h:mm a"),
        (["12/31/13", "1/2/14"], "date", "M/d/yy"),
        (["31-12-2013"], "date", "d-M-yyyy"),
        (["1939 Jan", "1940 Feb"], "date", "yyyy MMM"),
        (["Jan 1939", "Feb 1940"], "date", "MMM yyyy"),
        (["January 1939", "May 1940"], "date", "MMMM yyyy"),
        (["31 Dec 2013"], "date", "d MMM yyyy"),
        (["31-DEC-13"], "date", "d-MMM-yy"),
        (["Dec 31, 2013"], "date", "MMM d, yyyy"),
        (["31/12/2013", "12/31/2013"], "text", None),
        (["Monday", "Tuesday"], "text", None),
        (["a1", "b2"], "text", None),
        (["٣", "٤"], "text", None),
    ],
)
def test_a_column_is_read_as_what_all_its_texts_are(texts: list[str], kind: str, format_: str | None) -> None:
    found = reading(*texts)
    assert (found.kind, found.format) == (kind, format_)


@pytest.mark.parametrize(
    ("name", "texts", "kind", "format_"),
    [
        ("order_date", ["19970101", "19970131"], "date", "yyyyMMdd"),
        ("amount", ["19970101", "19970131"], "integer", None),
        ("created_at", ["1356994800", "1356998400"], "timestamp", "epoch_s"),
        ("ts", ["1356994800000", "1356998400000"], "timestamp", "epoch_ms"),
        ("amount", ["1356994800", "1356998400"], "integer", None),
    ],
)
def test_a_whole_number_is_a_time_where_its_name_says_so(
    name: str, texts: list[str], kind: str, format_: str | None
) -> None:
    found = reading(*texts, name=name)
    assert (found.kind, found.format) == (kind, format_)


@pytest.mark.parametrize(("texts", "format_"), [(["1997", "1998"], "yyyy"), (["199701", "199812"], "yyyyMM")])
def test_what_the_user_calls_the_time_may_be_a_year_or_a_month(texts: list[str], format_: str) -> None:
    assert reading(*texts, is_time=True).format == format_
    assert reading(*texts).kind == "integer"


def test_day_and_month_that_nothing_tells_apart_follow_the_order_of_rows_or_the_day_is_first() -> None:
    ordered = reading("01/02/2013", "01/05/2013", "02/01/2013")
    assert (ordered.format, "the rows are in that order" in ordered.note) == ("M/d/yyyy", True)
    unordered = reading("05/02/2013", "01/05/2013", "02/01/2013", "01/01/2013", "03/04/2013")
    assert (unordered.format, "nothing tells day from month" in unordered.note) == ("d/M/yyyy", True)


def test_year_month_day_and_hour_make_a_timestamp(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("year,month,day,hour,x\n2013,1,31,5,a\n2013,2,1,23,b\n")
    made = look_file("a", path).columns["moment"]
    assert (made.kind, made.parts) == ("timestamp", ("year", "month", "day_column", "hour"))
    assert made.raw.values == ["2013-01-31 05:00:00", "2013-02-01 23:00:00"]


def test_parts_that_are_no_date_make_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("year,month,day,x\n2013,2,31,a\n2013,2,1,b\n")
    assert "moment" not in look_file("a", path).columns


@pytest.mark.parametrize(
    ("header", "values", "said"),
    [
        ("E-Mail", [], "its name says 'mail'"),
        ("firstName", [], "its name says 'firstname'"),
        ("customer name", [], "its name says 'name'"),
        ("age", [], "its name says 'age'"),
        ("page", [], ""),
        ("product", ["a@b.org", "c@d.de"], "e-mail addresses"),
        ("x", ["+49 170 1234567", "+44 20 7946 0958"], "phone numbers"),
        ("x", ["DE89 3704 0044 0532 0130 00"], "IBANs"),
        ("x", ["10.0.0.1", "192.168.1.1"], "IP addresses"),
        ("x", ["2013-01-01"], ""),
        ("x", ["1.5"], ""),
    ],
)
def test_personal_data_is_told_by_name_and_by_form(header: str, values: list[str], said: str) -> None:
    found = personal_reason(header, values)
    assert said in found
    assert bool(found) == bool(said)


def test_a_few_words_among_numbers_break_the_contract_and_do_not_make_a_text(tmp_path: Path) -> None:
    cells = [f"{number}" for number in range(300)] + ["soon", "error"]
    (tmp_path / "x.csv").write_text(
        "\n".join(["amount,code", *(f"{one},{one if one.isdigit() else 'x' * 3}" for one in cells)])
    )
    table = look_file("x", tmp_path / "x.csv")
    assert (table.columns["amount"].kind, table.columns["amount"].nulls) == ("integer", 2)
    assert "2 cells that are no integer" in table.columns["amount"].reading.note
    many = [f"{number}" for number in range(90)] + ["soon"] * 10
    (tmp_path / "y.csv").write_text("\n".join(["amount", *many]))
    assert look_file("y", tmp_path / "y.csv").columns["amount"].kind == "text"
