"""How well a column alone tells a labelled anomaly; `leaks` calls it."""

from __future__ import annotations

from pyspark.sql import DataFrame

from .ranked import rates_across as across

__all__ = ["BY", "MEASURE", "NOTHING", "SAID", "across", "graded"]

MEASURE, SAID, NOTHING = "auc", "AUC", 0.5
"""Column of the strength in a table, its name for a reader, and its value for a column that tells nothing."""
BY: tuple[str, ...] = ()
"""Columns by which rows are counted besides, before `across` sees them."""


def graded(df: DataFrame) -> DataFrame:
    """Return `df`: a label is looked at as it is."""
    return df
