"""Lines and products of Online Retail II as lists need them. `definition` and `data_engineering` call it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .retail import COLUMNS, typed_rows

MEANINGS = {
    "customer_id": "Number of the customer",
    "stock_code": "Code of the product",
    "invoiced_at": "Day of the invoices",
    "quantity": "Pieces ordered that day, before returns",
    "rows": "Invoice lines of that customer with that product on that day",
}


def typed_lines(source: DataFrame, declared: Mapping[str, Mapping[str, Any]]) -> DataFrame:
    """Return `retail.typed_rows` of the source, rows that are there twice once; `line` is 1, as no line is looked up:
    to number them, every invoice would have to be sorted.
    """
    once = source.select(*COLUMNS).distinct()
    return typed_rows(once.withColumns({"line": F.lit(1), "times": F.lit(1)}), declared)


def products(named: DataFrame) -> DataFrame:
    """Return `item` and `name` of `silver.products`: in small letters but for the first."""
    name = F.concat(F.upper(F.substring("description", 1, 1)), F.lower(F.expr("substring(description, 2)")))
    return named.select(F.col("stock_code").alias("item"), name.alias("name"))
