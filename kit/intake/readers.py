"""Which reader a file needs. A reader takes a path and returns a `RawTable`; one for Spark would stand here too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kit.errors import ConfigError
from kit.intake.delimited import read_delimited
from kit.intake.raw import RawTable
from kit.intake.structured import read_json, read_parquet

Reader = Callable[[Path], RawTable]

MOST_COLUMNS = 500

_READERS: dict[str, Reader] = {
    ".csv": read_delimited, ".tsv": read_delimited, ".tab": read_delimited, ".txt": read_delimited,
    ".data": read_delimited, ".dat": read_delimited, ".json": read_json, ".jsonl": read_json, ".ndjson": read_json,
    ".parquet": read_parquet, ".pq": read_parquet,
}  # fmt: skip
_PACKED = {".zip", ".xz", ".7z", ".rar", ".zst", ".lz4", ".tar", ".tgz"}
_BY_HAND = "Name its columns in kit.yml (sources.NAME.columns) instead of --source."


def read_table(path: Path) -> RawTable:
    """Return a sample of the table in a file or folder; raises ConfigError, with the cure, where it cannot be read."""
    table = _reader(path)(path)
    if not table.columns:
        raise ConfigError(f"{path}: has no columns that a table can hold", "Name a file of rows and columns.")
    if not table.rows:
        raise ConfigError(f"{path}: has no rows", "Name a file with rows.")
    _refuse_alike(path, table)
    if len(table.columns) > MOST_COLUMNS:
        message = f"{path}: has {len(table.columns):,} columns; more than {MOST_COLUMNS} are not looked at"
        raise ConfigError(message, "Write a file, or make a view, with the columns that matter.")
    return table


def _refuse_alike(path: Path, table: RawTable) -> None:
    """Refuse names that differ in case only; of a CSV, Spark's reader numbers them itself."""
    seen: dict[str, str] = {}
    for name in [] if table.format == "csv" else [*(one.original for one in table.columns), *table.nested]:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            message = f"{path}: Spark does not tell the columns '{other}' and '{name}' apart"
            raise ConfigError(message, "Rename one of them in the file.")


def _reader(path: Path) -> Reader:
    if "://" in str(path) or str(path).startswith("jdbc:"):
        raise ConfigError(f"{path}: only files can be looked at", _BY_HAND)
    if not path.exists():
        raise ConfigError(f"{path}: no such file", "Check the name; a catalog table is named in kit.yml.")
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
    if (path / "_delta_log").is_dir():
        raise ConfigError(f"{path}: is a Delta table, which needs Spark to be looked at", _BY_HAND)
    if any(path.rglob("*.parquet")):
        return read_parquet
    raise ConfigError(f"{path}: is a folder without Parquet files", "Name a file, or a folder of Parquet files.")


def _by_content(path: Path) -> Reader:
    try:
        with path.open("rb") as file:
            start = file.read(64)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error}", "Check its rights.") from error
    if start.startswith(b"PAR1"):
        return read_parquet
    return read_json if start.lstrip()[:1] in {b"{", b"["} else read_delimited
