"""Which reader a source needs. A reader takes a path and returns a `RawTable`; what is no file is read by Spark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kit.errors import ConfigError
from kit.intake.delimited import read_delimited
from kit.intake.raw import RawTable
from kit.intake.sources import Place
from kit.intake.structured import read_json, read_parquet
from kit.intake.tables import Lend, read_by_spark

Reader = Callable[[Path], RawTable]

MOST_COLUMNS = 500

_READERS: dict[str, Reader] = {
    ".csv": read_delimited, ".tsv": read_delimited, ".tab": read_delimited, ".txt": read_delimited,
    ".data": read_delimited, ".dat": read_delimited, ".json": read_json, ".jsonl": read_json, ".ndjson": read_json,
    ".parquet": read_parquet, ".pq": read_parquet,
}  # fmt: skip
_PACKED = {".zip", ".xz", ".7z", ".rar", ".zst", ".lz4", ".tar", ".tgz"}


def read_table(place: Place, lend: Lend) -> RawTable:
    """Return a sample of the table in a place; raises ConfigError, with the cure, where it cannot be read."""
    if place.needs_spark:
        return _whole(place, read_by_spark(place, lend))
    assert place.path is not None
    return read_file(place.path)


def read_file(path: Path) -> RawTable:
    """Return a sample of the table in a file or folder; raises ConfigError, with the cure, where it cannot be read."""
    return _whole(Place(path), _reader(path)(path))


def _whole(place: Place, table: RawTable) -> RawTable:
    """Return the table; raises ConfigError where it is none to work with."""
    if not table.columns:
        raise ConfigError(f"{place}: has no columns that a table can hold", "Name a file of rows and columns.")
    if not table.rows:
        raise ConfigError(f"{place}: has no rows", "Name a file with rows.")
    _refuse_alike(place, table)
    if len(table.columns) > MOST_COLUMNS:
        message = f"{place}: has {len(table.columns):,} columns; more than {MOST_COLUMNS} are not looked at"
        raise ConfigError(message, "Write a file, or make a view, with the columns that matter.")
    return table


def _refuse_alike(place: Place, table: RawTable) -> None:
    """Refuse names that differ in case only; of a CSV, Spark's reader numbers them itself."""
    seen: dict[str, str] = {}
    for name in [] if table.format == "csv" else [*(one.original for one in table.columns), *table.nested]:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            message = f"{place}: Spark does not tell the columns '{other}' and '{name}' apart"
            raise ConfigError(message, "Rename one of them in the file.")


def _reader(path: Path) -> Reader:
    if "://" in str(path):
        cure = "Copy it here, or make it a table of a catalog that Spark sees."
        raise ConfigError(f"{path}: only files of this machine, tables and databases can be looked at", cure)
    if not path.exists():
        raise ConfigError(f"{path}: no such file", "Check the name; a catalog table is named schema.table.")
    if path.is_dir():
        return _folder_reader(path)
    suffix = path.suffix.lower()
    if suffix in _PACKED:
        raise ConfigError(f"{path}: Spark does not read {suffix} files", "Unpack it, or compress the file by gzip.")
    if suffix in {".gz", ".bz2"}:
        suffix = path.with_suffix("").suffix.lower()
    if suffix in {".xlsx", ".xls", ".ods"}:
        raise ConfigError(f"{path}: is a workbook", "Save the sheet as CSV.")
    return _READERS.get(suffix) or _by_content(path)


def _folder_reader(path: Path) -> Reader:
    if any(path.rglob("*.parquet")):
        return read_parquet
    raise ConfigError(
        f"{path}: is a folder without Parquet files", "Name a file, a Delta table, or a folder of Parquet files."
    )


def _by_content(path: Path) -> Reader:
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}", "Check its rights.") from error
    if start.startswith(b"PAR1"):
        return read_parquet
    return read_json if start.lstrip()[:1] in {b"{", b"["} else read_delimited
