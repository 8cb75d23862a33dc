"""Products of Online Retail II as people call them; `data_engineering` calls it."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

MEANINGS = {
    "customer_id": "Number of the customer",
    "stock_code": "Code of the product",
    "invoiced_at": "Day of the invoices",
    "quantity": "Pieces ordered that day, before returns",
    "rows": "Invoice lines of that customer with that product on that day",
}


def products(named: DataFrame) -> DataFrame:
    """Return `item` and `name` of `silver.products`: in small letters but for the first."""
    name = F.concat(F.upper(F.substring("description", 1, 1)), F.lower(F.expr("substring(description, 2)")))
    return named.select(F.col("stock_code").alias("item"), name.alias("name"))
