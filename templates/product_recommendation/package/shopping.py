"""Invoice lines of Online Retail II as interactions: which customer ordered which product on which day, how many.

`definition` and `data_engineering` call it.
"""

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
WANTED = "is_product and unit_price > 0 and quantity > 0 and not is_cancelled and customer_id is not null"
"""What data engineering lets through as a line; the rest is set aside there with its reason."""


def sold(source: DataFrame, declared: Mapping[str, Mapping[str, Any]]) -> DataFrame:
    """Return the lines of the source that data engineering will let through, repeated rows once."""
    return typed_rows(source.select(*COLUMNS).dropDuplicates(list(COLUMNS)), declared).where(WANTED)


def products(named: DataFrame) -> DataFrame:
    """Return `item` and `name` of `silver.products`: the name as the shop writes it, in small letters but the first."""
    name = F.concat(F.upper(F.substring("description", 1, 1)), F.lower(F.expr("substring(description, 2)")))
    return named.select(F.col("stock_code").alias("item"), name.alias("name"))
