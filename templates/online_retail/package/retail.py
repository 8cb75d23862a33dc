"""Invoice lines of Online Retail II: from one flat file to lines, returns, invoices, customers and products.

`data_engineering` calls it. Nothing here looks ahead: a line stays as it was sold, and what came back later stands in
`returns` with its own date, so that a feature as of a day can leave out what was not known by then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.runtime.columns import value_sql
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

COLUMNS = ("invoice", "stock_code", "description", "quantity", "invoiced_at", "unit_price", "customer_id", "country")
"""Columns of the source; rows that agree in all of them are one row that was recorded twice."""
PRODUCT = "^([0-9]{5}[A-Z]*|DCGS[0-9A-Z]+|SP[0-9]{4}|PADS)$"
"""Codes of products: five digits, perhaps with letters for the colour, and those of a few sets and pads."""
LINE = ("invoice", "line", "customer_id", "stock_code", "quantity", "unit_price", "amount", "invoiced_at",
        "event_date", "country")  # fmt: skip
"""Columns of `silver.lines`."""


def distinct_rows(rows: DataFrame) -> DataFrame:
    """Return each row of the source once: COLUMNS, `line`, and `times`, how often it is there.

    `line` tells the lines of an invoice apart, by product, price, quantity, name and time, the same at each
    run. Rows are shuffled once, by invoice.
    """
    once = rows.repartition("invoice").groupBy(*COLUMNS).agg(F.count(F.lit(1)).alias("times"))
    order = ("stock_code", "unit_price", "quantity", "description", "invoiced_at", "customer_id", "country")
    return once.withColumn("line", F.row_number().over(Window.partitionBy("invoice").orderBy(*order)))


def typed_rows(once: DataFrame, declared: Mapping[str, Mapping[str, Any]]) -> DataFrame:
    """Return `distinct_rows` by their types, with `amount` (pounds), `event_date`, `is_cancelled`, `is_product`.

    Numbers of customers lose the `.0` that a spreadsheet gave them; codes are upper case without blanks.
    """
    read = once.select("line", "times", *[F.expr(value_sql(name, declared[name])).alias(name) for name in COLUMNS])
    code = F.upper(F.trim("stock_code"))
    return read.withColumns(
        {
            "stock_code": code,
            "description": F.expr("nullif(trim(description), '')"),
            "quantity": F.col("quantity").cast("int"),
            "customer_id": F.expr(r"nullif(regexp_replace(trim(customer_id), '[.]0$', ''), '')"),
            "amount": F.round(F.col("quantity") * F.col("unit_price"), 2),
            "event_date": F.to_date("invoiced_at"),
            "is_cancelled": F.col("invoice").startswith("C"),
            "is_product": F.coalesce(code.rlike(PRODUCT), F.expr("false")),
        }
    )


def repetitions(typed: DataFrame) -> int:
    """Return how many rows of the source repeat another."""
    found = typed.agg(F.coalesce(F.sum(F.col("times") - 1), F.lit(0))).first()
    assert found is not None
    return int(found[0])


def met(typed: DataFrame, spec: Mapping[str, Any]) -> DataFrame:
    """Return the rows that none of the expectations in kit.yml sets aside, without counting any."""
    expected = spec.get("expectations", {}).get("silver.lines", [])
    strict = [one["condition"] for one in expected if one.get("action") in ("quarantine", "fail")]
    return typed.where(" and ".join(f"coalesce({one}, false)" for one in strict) or "true")


def sales(checked: DataFrame) -> DataFrame:
    """Return the lines that were sold, of rows that met the expectations: the columns LINE."""
    return checked.where("not is_cancelled").select(*LINE)


def names(checked: DataFrame) -> DataFrame:
    """Return `stock_code` and `description`, the name under which a product was sold most often (of equals the first).

    A product without any name has its code as name.
    """
    counts = checked.where("not is_cancelled").groupBy("stock_code", "description").agg(F.count(F.lit(1)).alias("rows"))
    rank = F.struct(F.col("description").isNotNull(), F.col("rows"), F.col("description"))
    best = counts.groupBy("stock_code").agg(F.max_by("description", rank).alias("description"))
    return best.select("stock_code", F.coalesce("description", "stock_code").alias("description"))


def returns(checked: DataFrame) -> DataFrame:
    """Return the cancelled lines, each with the last line before it in which that customer bought that product.

    Columns: those of a line with `quantity` and `amount` above zero and `returned_at` for its time; `purchase_invoice`,
    `purchase_line`, `purchased_at`, `purchase_quantity`, all empty where nothing was bought since the record begins.
    """
    sold = "if(not is_cancelled, struct(invoice, line, invoiced_at, quantity), null)"
    # Of what has one time a purchase comes first: it can be cancelled within its minute.
    order = Window.partitionBy("customer_id", "stock_code").orderBy("invoiced_at", "is_cancelled", "invoice", "line")
    before = order.rowsBetween(Window.unboundedPreceding, -1)
    back = checked.where("is_cancelled").select("customer_id", "stock_code").distinct()
    near = checked.join(F.broadcast(back), ["customer_id", "stock_code"], "left_semi")
    matched = near.withColumn("purchase", F.last(F.expr(sold), ignorenulls=True).over(before)).where("is_cancelled")
    return matched.selectExpr(
        *("invoice", "line", "customer_id", "stock_code", "-quantity as quantity", "unit_price", "-amount as amount"),
        *("invoiced_at as returned_at", "event_date", "country", "purchase.invoice as purchase_invoice"),
        *("purchase.line as purchase_line", "purchase.invoiced_at as purchased_at"),
        "purchase.quantity as purchase_quantity",
    )


def invoices(lines: DataFrame) -> DataFrame:
    """Return one row per invoice of `silver.lines`: `invoice`, `customer_id`, `country`, `invoiced_at` (its first
    minute), `event_date`, `lines`, `products`, `quantity`, `amount` (pounds).
    """
    return lines.groupBy("invoice").agg(
        F.min("customer_id").alias("customer_id"),
        F.min("country").alias("country"),
        F.min("invoiced_at").alias("invoiced_at"),
        F.min("event_date").alias("event_date"),
        F.count(F.lit(1)).alias("lines"),
        F.count_distinct("stock_code").alias("products"),
        F.sum("quantity").alias("quantity"),
        F.round(F.sum("amount"), 2).alias("amount"),
    )


def customers(invoices: DataFrame) -> DataFrame:
    """Return one row per customer: `customer_id`, `country` (of the last invoice), `first_at`, `last_at`, `invoices`,
    `lines`, `amount` (pounds, before returns).
    """
    last = F.max_by("country", F.struct("invoiced_at", "invoice"))
    return invoices.groupBy("customer_id").agg(
        last.alias("country"),
        F.min("invoiced_at").alias("first_at"),
        F.max("invoiced_at").alias("last_at"),
        F.count(F.lit(1)).alias("invoices"),
        F.sum("lines").alias("lines"),
        F.round(F.sum("amount"), 2).alias("amount"),
    )


def products(lines: DataFrame, named: DataFrame) -> DataFrame:
    """Return one row per product: `stock_code`, `description` of `names`, `first_at`, `last_at`, `lines`, `quantity`,
    `unit_price` (the median, pounds).
    """
    sold = lines.groupBy("stock_code").agg(
        F.min("invoiced_at").alias("first_at"),
        F.max("invoiced_at").alias("last_at"),
        F.count(F.lit(1)).alias("lines"),
        F.sum("quantity").alias("quantity"),
        F.expr("percentile_approx(unit_price, 0.5D)").alias("unit_price"),
    )
    joined = sold.join(named, "stock_code", "left")
    return joined.select("stock_code", "description", "first_at", "last_at", "lines", "quantity", "unit_price")
