"""Files as people have them: each delimiter, encoding, header, word for nothing, and what Spark is told of it."""

from __future__ import annotations

import bz2
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kit.errors import ConfigError
from kit.intake import textfile
from kit.intake.profile import TableProfile
from kit.intake.raw import RawTable
from kit.intake.readers import read_file
from tests.unit.tiny import look_file


def saved(tmp_path: Path, text: str, name: str = "cases.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def cells(table: RawTable) -> dict[str, list[str | None]]:
    return {
        one.original: [one.values[code] if code >= 0 else None for code in one.codes.tolist()] for one in table.columns
    }


def kinds(table: TableProfile) -> dict[str, tuple[str, str | None]]:
    return {name: (one.kind, one.reading.format) for name, one in table.columns.items()}


PLAIN = "id,town,size\n1,Ulm,2.5\n2,Bonn,3.5\n3,Köln,1.5\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    table = read_file(saved(tmp_path, PLAIN.replace(",", delimiter), "cases.txt"))
    assert table.options == {"header": "true"} | ({"sep": delimiter} if delimiter != "," else {})
    assert cells(table)["town"] == ["Ulm", "Bonn", "Köln"]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", {}),
        ("utf-8-sig", {}),
        ("utf-16", {"encoding": "UTF-16", "multiLine": "true"}),
        ("utf-16-le", {"encoding": "UTF-16LE", "multiLine": "true"}),
        ("latin-1", {"encoding": "ISO-8859-1"}),
        ("cp1252", {"encoding": "windows-1252"}),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, told: dict[str, str]) -> None:
    lines = [f"{number},Köln,Straße {number} für Große und Kleine" for number in range(50)]
    quote = ",“ja” 5 €" if encoding == "cp1252" else ",ja"
    text = "id,town,street,said\n" + "".join(line + quote + "\n" for line in lines)
    table = read_file(saved(tmp_path, text, encoding=encoding))
    assert table.options == {"header": "true", **told}
    assert list(cells(table)) == ["id", "town", "street", "said"]
    assert cells(table)["town"][0] == "Köln"


def test_an_encoding_that_spark_takes_only_on_request_is_requested(tmp_path: Path) -> None:
    text = "id,said\n" + "".join(f"{number},Здравствуйте товарищи\n" for number in range(50))
    table = read_file(saved(tmp_path, text, encoding="cp1251"))
    assert table.options["encoding"] == "windows-1251"
    assert table.settings == {"spark.sql.legacy.javaCharsets": "true"}
    assert read_file(saved(tmp_path, PLAIN, encoding="latin-1")).settings == {}
    polish = "id,said\n" + "".join(f"{number},zażółć gęślą jaźń w Łodzi\n" for number in range(50))
    assert read_file(saved(tmp_path, polish, encoding="cp1250")).options["encoding"] == "windows-1250"


def test_quoted_nothing_is_nothing_too(tmp_path: Path) -> None:
    table = read_file(saved(tmp_path, 'id,town\n1,""\n2,NA\n3,Ulm\n'))
    assert table.options == {"header": "true", "nullValue": "NA", "emptyValue": "NA"}
    assert cells(table)["town"] == [None, None, "Ulm"]


def test_a_backslash_inside_of_quotes_stays_one(tmp_path: Path) -> None:
    table = read_file(saved(tmp_path, 'id,path\n1,"C:\\dir, x"\n2,"D:\\y"\n'))
    assert (table.options["escape"], cells(table)["path"]) == ('"', ["C:\\dir, x", "D:\\y"])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_each_end_of_line_is_read(tmp_path: Path, newline: str) -> None:
    table = read_file(saved(tmp_path, PLAIN.replace("\n", newline)))
    assert (table.rows, cells(table)["size"]) == (3, ["2.5", "3.5", "1.5"])


def test_without_a_header_columns_are_numbered(tmp_path: Path) -> None:
    table = look_file("cases", saved(tmp_path, "1,Ulm,2.5\n2,Bonn,3.5\n3,Ulm,1.5\n"))
    assert table.table.options == {"header": "false"}
    assert [(one.name, one.raw.original) for one in table.columns.values()] == [
        ("column_1", "_c0"),
        ("column_2", "_c1"),
        ("column_3", "_c2"),
    ]
    assert table.rows == 3


def test_remarks_above_the_header_are_told(tmp_path: Path) -> None:
    table = read_file(saved(tmp_path, "# Source: a town\n# of 2020\nid,town\n1,Ulm\n2,Bonn\n"))
    assert (table.options, list(cells(table))) == ({"header": "true", "comment": "#"}, ["id", "town"])
    hashed = read_file(saved(tmp_path, "#id,town\n1,Ulm\n2,Bonn\n"))
    assert (hashed.options, list(cells(hashed))) == ({"header": "true"}, ["#id", "town"])


def test_words_in_one_column_are_one_column(tmp_path: Path) -> None:
    assert len(read_file(saved(tmp_path, "said\ngood day\nbad luck\nit is fine\n")).columns) == 1


def test_years_as_names_are_a_header(tmp_path: Path) -> None:
    table = read_file(saved(tmp_path, "town,2019,2020,2021\nUlm,1,2,3\nBonn,4,5,6\n"))
    assert list(cells(table)) == ["town", "2019", "2020", "2021"]
    gaps = read_file(saved(tmp_path, "code,2019,2022\n1,2,3\n4,5,6\n"))
    assert list(cells(gaps)) == ["code", "2019", "2022"]


def test_blank_and_double_names_are_what_spark_calls_them(tmp_path: Path) -> None:
    table = look_file("cases", saved(tmp_path, ",name,Name,x\n0,a,b,1\n1,c,d,2\n"))
    assert {one.name: one.raw.original for one in table.columns.values()} == {
        "column_1": "_c0",
        "name": "name1",
        "name_2": "Name2",
        "x": "x",
    }


def test_quotes_are_escaped_as_rfc_4180_or_by_a_backslash(tmp_path: Path) -> None:
    doubled = read_file(saved(tmp_path, 'id,said\n1,"a ""b"" c"\n2,"x, y"\n'))
    assert doubled.options == {"header": "true", "escape": '"'}
    assert cells(doubled)["said"] == ['a "b" c', "x, y"]
    escaped = read_file(saved(tmp_path, 'id,said\n1,"a \\"b\\" c"\n2,"x, y"\n'))
    assert escaped.options == {"header": "true"}
    assert cells(escaped)["said"] == ['a "b" c', "x, y"]


def test_single_quotes_and_spaces_after_the_delimiter_are_told(tmp_path: Path) -> None:
    single = read_file(saved(tmp_path, "id,said\n1,'x, y'\n2,'z, y'\n"))
    assert (single.options["quote"], cells(single)["said"]) == ("'", ["x, y", "z, y"])
    spaced = read_file(saved(tmp_path, "id, town\n1, Ulm\n2, Bonn\n"))
    assert spaced.options["ignoreLeadingWhiteSpace"] == "true"
    assert cells(spaced) == {"id": ["1", "2"], "town": ["Ulm", "Bonn"]}


def test_a_newline_inside_of_quotes_is_told(tmp_path: Path) -> None:
    table = read_file(saved(tmp_path, 'id,said\n1,"a\nb"\n2,c\n'))
    assert table.options["multiLine"] == "true"
    assert (table.rows, cells(table)["said"]) == (2, ["a\nb", "c"])


@pytest.mark.parametrize("word", ["NA", "N/A", "NaN", "null", "NULL", "None", "?", "-", "."])
def test_each_word_for_nothing_is_told_to_spark(tmp_path: Path, word: str) -> None:
    table = look_file("cases", saved(tmp_path, f"id,size\n1,2.5\n2,{word}\n3,\n4,1.5\n"))
    assert table.table.options["nullValue"] == word
    assert (table.columns["size"].kind, table.columns["size"].nulls) == ("number", 2)


def test_a_category_called_none_stays_one(tmp_path: Path) -> None:
    table = look_file("cases", saved(tmp_path, "id,extra\n1,None\n2,Warranty\n3,None\n"))
    assert "nullValue" not in table.table.options
    assert table.columns["extra"].nulls == 0


def test_spark_is_told_the_most_frequent_word_and_a_person_the_others(tmp_path: Path) -> None:
    table = look_file("cases", saved(tmp_path, "id,size,town\n1,NA,NA\n2,?,?\n3,1,NA\n4,2,Ulm\n"))
    assert table.table.options["nullValue"] == "NA"
    assert (table.columns["size"].kind, table.columns["size"].nulls) == ("integer", 2)
    assert (table.columns["town"].nulls, "?" in table.columns["town"].raw.values) == (2, True)
    assert any("'?' (stay in texts)" in note for note in table.table.notes)


def test_blanks_in_a_number_are_nothing(tmp_path: Path) -> None:
    table = look_file("cases", saved(tmp_path, "id,charges\n1,29.5\n2, \n3,30.1\n"))
    assert (table.columns["charges"].kind, table.columns["charges"].nulls) == ("number", 1)


def test_ragged_rows_are_counted_filled_and_cut(tmp_path: Path) -> None:
    rows = "".join(f"{number},a,b\n" for number in range(50))
    table = read_file(saved(tmp_path, f"id,x,y\n{rows}50,a\n51,a,b,c\n"))
    assert table.notes == ("2 rows have more or fewer cells than the header; Spark fills or cuts them",)
    assert cells(table)["y"][-2:] == [None, "b"]


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_what_spark_unpacks_is_unpacked(tmp_path: Path, suffix: str, pack: object) -> None:
    path = tmp_path / f"cases.csv{suffix}"
    path.write_bytes(pack(PLAIN.encode()))  # type: ignore[operator]
    assert read_file(path).rows == 3


def test_json_lines_and_arrays_are_read_without_what_is_nested(tmp_path: Path) -> None:
    records = [{"id": 1, "ok": True, "x": {"a": 1}, "at": "2020-01-01"}, {"id": 2, "ok": False, "size": 1.5}]
    lines = look_file("a", saved(tmp_path, "".join(json.dumps(one) + "\n" for one in records), "a.jsonl"))
    array = look_file("b", saved(tmp_path, json.dumps(records, indent=1), "b.json"))
    for table in (lines, array):
        assert kinds(table) == {
            "id": ("integer", None),
            "ok": ("boolean", None),
            "at": ("date", None),
            "size": ("number", None),
        }
        assert table.table.nested == ("x",)
    assert (lines.table.options, array.table.options) == ({}, {"multiLine": "true"})


@pytest.mark.parametrize("is_folder", [False, True])
def test_parquet_keeps_its_types(tmp_path: Path, is_folder: bool) -> None:
    import datetime as dt

    when = dt.datetime(2020, 1, 1, 12)
    rows = {"id": [1, 2], "code": ["007", "008"], "ok": [True, None], "at": [when, None], "x": [0.5, float("nan")]}
    path = tmp_path / "cases.parquet"
    path.mkdir() if is_folder else None
    pq.write_table(pa.table({**rows, "many": [[1], [2]]}), path / "part-0.parquet" if is_folder else path)
    table = look_file("cases", path)
    assert {name: kind for name, (kind, _) in kinds(table).items()} == {
        "id": "integer", "code": "text", "ok": "boolean", "at": "timestamp", "x": "number",
    }  # fmt: skip
    assert (table.table.format, table.table.nested, table.columns["x"].nulls) == ("parquet", ("many",), 1)


def test_each_type_of_parquet_is_read_or_left_out(tmp_path: Path) -> None:
    import datetime as dt
    import decimal

    when = dt.datetime(2020, 1, 1, 12, 30)
    columns = {
        "ns": pa.array([when, when], pa.timestamp("ns")),
        "zoned": pa.array([when, when], pa.timestamp("ms", "Europe/Berlin")),
        "day": pa.array([when.date(), dt.date(9999, 12, 31)], pa.date32()),
        "price": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(9, 2)),
        "big": pa.array([2**64 - 1, 1], pa.uint64()),
        "kind": pa.array(["a", "b"]).dictionary_encode(),
        "long": pa.array(["a", ""], pa.large_string()),
        "none": pa.nulls(2),
        "clock": pa.array([dt.time(1), dt.time(2)]),
        "raw": pa.array([b"a", b"b"]),
        "pair": pa.array([{"a": 1}, {"a": 2}]),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    table = look_file("cases", tmp_path / "a.parquet")
    assert {name: kind for name, (kind, _) in kinds(table).items()} == {
        "ns": "timestamp", "zoned": "timestamp", "day_column": "date", "price": "number", "big": "text",
        "kind": "text", "long": "text", "none": "text",
    }  # fmt: skip
    assert table.table.nested == ("clock", "raw", "pair")


def test_row_groups_are_sampled_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.intake.structured.SAMPLE_ROWS", 200)
    pq.write_table(pa.table({"id": list(range(1000))}), tmp_path / "a.parquet", row_group_size=100)
    table = read_file(tmp_path / "a.parquet")
    assert (table.rows, table.is_sample) == (200, True)
    assert cells(table)["id"][::100] == ["0", "500"]


def test_a_long_file_is_sampled_evenly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.intake.delimited.SAMPLE_ROWS", 100)
    path = saved(tmp_path, "id,x\n" + "".join(f"{number},a\n" for number in range(1000)))
    table = read_file(path)
    assert (table.rows, table.is_sample) == (100, True)
    assert cells(table)["id"][::25] == ["0", "250", "500", "750"]


def test_a_big_file_is_read_in_blocks_of_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(textfile, "WHOLE_BYTES", 32_000)
    path = saved(tmp_path, "id,x\n" + "".join(f"{number:06},abcdef\n" for number in range(20_000)))
    table = read_file(path)
    numbers = [int(one or -1) for one in cells(table)["id"]]
    assert table.is_sample
    assert table.notes == ()
    assert 1_500 < table.rows < 2_500
    assert (numbers[0], numbers[-1], numbers == sorted(numbers)) == (0, 19_999, True)


HTML = "<!DOCTYPE html><html><body>moved</body></html>"


@pytest.mark.parametrize(
    ("name", "content", "said", "cure"),
    [
        ("a.csv", b"", "is empty", "with rows"),
        ("a.csv", b" \n\n", "is empty", "with rows"),
        ("a.csv", b"id,x\n", "has no rows", "with rows"),
        ("a.csv", HTML.encode(), "a page of HTML", "Download"),
        ("a.csv", b"PK\x03\x04rest", "Excel workbook", "save the sheet as CSV"),
        ("a.csv", b"\x01\x00\x02" * 50, "binary", "CSV"),
        ("a.csv", b"Report of May\nid,x,y\n" + b"1,2,3\n" * 50, "its first line has 1 cell,", "Remove the lines above"),
        ("a.csv.zip", b"PK", "does not read .zip", "Unpack"),
        ("a.csv.xz", b"x", "does not read .xz", "Unpack"),
        ("a.xlsx", b"PK", "is a workbook", "CSV"),
        ("a.json", b'{"a": 1}\n{"a": \n', "a.json:2: is not valid JSON", "record per line"),
        ("a.json", b'{"a": 1, "A": 2}\n', "does not tell the columns 'a' and 'A' apart", "Rename"),
        ("a.json", b"[1, 2]", "not of records", "column"),
        ("a.json", b"5\n", "a.json:1: is not a record", "column"),
        ("a.parquet", b"PAR1 broken", "cannot be read as Parquet", "Write it again"),
        ("a.csv", (",".join(f"c{n}" for n in range(501)) + "\n" + ",".join("1" * 501)).encode(), "501 columns", "view"),
    ],
)
def test_what_is_no_table_is_refused_with_the_cure(
    tmp_path: Path, name: str, content: bytes, said: str, cure: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        read_file(path)
    assert said in error.value.message
    assert cure in error.value.hint


def test_a_missing_file_and_a_bare_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_file(tmp_path / "none.csv")
    (tmp_path / "bare").mkdir()
    with pytest.raises(ConfigError, match="folder without Parquet"):
        read_file(tmp_path / "bare")
