"""Reads Delta tables, catalog tables and tables of databases, by a Spark that is lent for as long as it takes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import ConfigError
from kit.intake.raw import SAMPLE_ROWS, Format, RawTable
from kit.intake.sources import Place
from kit.intake.structured import arrow_columns
from kit.runtime.sources import read_source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Lend = Callable[[], "AbstractContextManager[SparkSession]"]
"""Gives a Spark session, and takes it back."""

_SEED = 7
_SPARE = 1.05
"""Rows are drawn one by one, so a little more is asked for than is taken."""


def read_by_spark(place: Place, lend: Lend) -> RawTable:
    """Return a sample of a table; raises ConfigError where Spark cannot read it.

    Of a Delta or catalog table rows are drawn evenly; a database hands over its first ones.
    """
    from pyspark.errors import PySparkException

    form: Format = "jdbc" if place.jdbc else "delta" if place.path else "table"
    try:
        with lend() as spark:
            rows, is_sample = _sampled(_rows(spark, place), is_first=form == "jdbc")
            arrow = rows.toArrow()
    except PySparkException as error:
        cure = "Check its name, and that this Spark sees it; or name its columns in kit.yml instead of --source."
        raise ConfigError(f"{place}: Spark cannot read it: {str(error).strip().splitlines()[0]}", cure) from error
    if arrow.num_rows > SAMPLE_ROWS:
        arrow, is_sample = arrow.slice(0, SAMPLE_ROWS), True
    columns, nested = arrow_columns(arrow)
    return RawTable(form, {}, columns, arrow.num_rows, is_sample, _said(form, is_sample), nested=nested)


def _rows(spark: SparkSession, place: Place) -> DataFrame:
    source: dict[str, Any] = place.declared(Path.cwd()) | ({"format": "delta"} if place.path else {})
    return read_source(spark, Path.cwd(), place.name, source)


def _sampled(rows: DataFrame, is_first: bool) -> tuple[DataFrame, bool]:
    """Return at most `SAMPLE_ROWS` rows (one more where they are the first ones), and whether that is not all."""
    if is_first:
        return rows.limit(SAMPLE_ROWS + 1), False
    total = rows.count()
    if total <= SAMPLE_ROWS:
        return rows, False
    return rows.sample(min(1.0, _SPARE * SAMPLE_ROWS / total), seed=_SEED).limit(SAMPLE_ROWS), True


def _said(form: Format, is_sample: bool) -> str:
    kinds = {"delta": "a Delta table", "table": "a catalog table", "jdbc": "a table of a database"}
    return f"{kinds[form]}{', its first rows' if form == 'jdbc' and is_sample else ''}"
