"""The sources that a command line names: where each lies, under which name."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.errors import ConfigError
from kit.intake.names import snake

_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)=(.+)", re.DOTALL)
_TABLE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*){1,2}")
_JDBC = re.compile(r"(jdbc:[^#]+)#(.+?)(?:@secret://([\w.-]+))?")
_FILES = {
    "csv",
    "tsv",
    "tab",
    "txt",
    "data",
    "dat",
    "json",
    "jsonl",
    "ndjson",
    "parquet",
    "pq",
    "gz",
    "bz2",
    "zip",
    "xz",
}
"""A last part by which a name with dots is that of a file, even of one that is not there."""


@dataclass(frozen=True)
class Place:
    """Where the rows of a source lie: exactly one of a file or folder, a catalog table, a table of a database."""

    path: Path | None = None
    table: str | None = None
    jdbc: Mapping[str, str] | None = None

    def __str__(self) -> str:
        return str(self.path or self.table or f"{self.jdbc and self.jdbc['table']} of {self.jdbc and self.jdbc['url']}")

    @property
    def name(self) -> str:
        """A short name for a reader."""
        return self.path.name if self.path else str(self.table or (self.jdbc and self.jdbc["table"]))

    @property
    def is_delta(self) -> bool:
        """Whether it is the folder of a Delta table."""
        return self.path is not None and (self.path / "_delta_log").is_dir()

    @property
    def needs_spark(self) -> bool:
        """Whether only Spark can look at it."""
        return self.path is None or self.is_delta

    def declared(self, project: Path) -> dict[str, Any]:
        """Return the keys of a source in kit.yml that say where it lies.

        A path is relative to the project where both lie in one folder, else absolute.
        """
        if self.path is None:
            return {"table": self.table} if self.table else {"jdbc": dict(self.jdbc or {})}
        there, here = self.path.resolve(), project.resolve()
        is_near = there.is_relative_to(here.parent)
        return {"path": Path(os.path.relpath(there, here)).as_posix() if is_near else there.as_posix()}


def named_sources(said: Sequence[str]) -> dict[str, Place]:
    """Return the place of each `NAME=PLACE` or `PLACE` by source name, in order; raises ConfigError for a name twice.

    A place is a file or folder, a catalog table (`shop.orders`, `main.shop.orders`), or `JDBC_URL#TABLE`, perhaps with
    `@secret://SCOPE` behind it, whose keys `user` and `password` open the database. Without a name it is that of the
    file or table, in safe form.
    """
    sources: dict[str, Place] = {}
    for text in said:
        match = None if Path(text).exists() else _NAME.fullmatch(text)
        place = _place(match[2] if match else text)
        name = snake(match[1] if match else _own_name(place)) or "cases"
        if name in sources:
            raise ConfigError(f"two sources are called '{name}'", "Write --source NAME=FILE with a name for each.")
        sources[name] = place
    return sources


def _place(text: str) -> Place:
    if text.startswith("jdbc:"):
        return Place(jdbc=_database(text))
    path = Path(text).expanduser()
    is_table = _TABLE.fullmatch(text) and text.rpartition(".")[2].lower() not in _FILES and not path.exists()
    return Place(table=text) if is_table else Place(path=path)


def _database(text: str) -> dict[str, str]:
    found = _JDBC.fullmatch(text)
    if found is None:
        cure = "Write --source 'NAME=jdbc:postgresql://host/database#schema.table@secret://scope'."
        raise ConfigError(f"{text.partition('#')[0]}: which table of the database?", cure)
    said = {"url": found[1], "table": found[2]}
    if found[3]:
        said |= {"user": f"secret://{found[3]}/user", "password": f"secret://{found[3]}/password"}
    return said


def _own_name(place: Place) -> str:
    if place.path is not None:
        return place.path.name.split(".")[0]
    return re.sub(r"\W+", "_", place.name if place.jdbc else place.name.rpartition(".")[2]).strip("_")
