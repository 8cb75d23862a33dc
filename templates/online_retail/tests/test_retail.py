"""From the flat file to lines, returns and the smaller tables: nothing is lost, and nothing looks ahead."""

from __future__ import annotations

from typing import Any

import pytest
from PACKAGE import retail, retail_account

DECLARED = {name: {"type": "text"} for name in retail.COLUMNS}
DECLARED |= {
    "quantity": {"type": "integer"},
    "unit_price": {"type": "number"},
    "invoiced_at": {"type": "timestamp", "format": "M/d/yyyy H:mm"},
}
ROWS = [
    ("1", "85123A", "WHITE HEART", "6", "12/1/2010 8:26", "2.5", "17850.0", "United Kingdom"),
    ("1", "85123a ", "WHITE HEART", "2", "12/1/2010 8:27", "2.5", "17850.0", "United Kingdom"),
    ("1", "22423", "CAKESTAND", "1", "12/1/2010 8:26", "12.75", "17850.0", "United Kingdom"),
    ("2", "85123A", "HEART, WHITE", "1", "12/2/2010 9:00", "3", "13047", "France"),
    ("C3", "85123A", "WHITE HEART", "-2", "12/9/2010 10:00", "2.5", "17850.0", "United Kingdom"),
    ("C4", "22423", "CAKESTAND", "-1", "12/1/2009 8:00", "12.75", "17850.0", "United Kingdom"),
    ("5", "85123A", "WHITE HEART", "9", "1/5/2011 12:00", "2.5", "17850.0", "Germany"),
    ("5", "POST", "POSTAGE", "1", "1/5/2011 12:00", "18", "17850.0", "Germany"),
]


@pytest.fixture(scope="module")
def typed(spark: Any) -> Any:
    schema = ", ".join(f"{name} string" for name in retail.COLUMNS)
    rows = spark.createDataFrame([*ROWS, ROWS[0], ROWS[0]], schema)
    return retail.typed_rows(retail.distinct_rows(rows), DECLARED).cache()


@pytest.fixture(scope="module")
def products(typed: Any) -> Any:
    return typed.where("is_product")


def test_rows_that_agree_in_everything_count_once_and_are_counted(typed: Any) -> None:
    assert typed.count() == len(ROWS)
    assert retail.repetitions(typed) == 2


def test_codes_numbers_and_amounts_are_cleaned(typed: Any) -> None:
    rows = {(one.invoice, one.line): one for one in typed.collect()}
    assert len(rows) == len(ROWS), "the number of a line is unique in its invoice"
    lines = [rows["1", number] for number in (1, 2, 3)]
    assert [one.stock_code for one in lines] == ["22423", "85123A", "85123A"]
    assert {one.customer_id for one in rows.values()} == {"17850", "13047"}
    assert [one.amount for one in lines] == [12.75, 15.0, 5.0]
    assert [one.stock_code for one in rows.values() if not one.is_product] == ["POST"]


@pytest.mark.parametrize("code", ["POST", "M", "D", "BANK CHARGES", "gift_0001_20", "AMAZONFEE", "TEST001", "C2"])
def test_what_is_no_product_has_no_code_of_one(spark: Any, code: str) -> None:
    assert not spark.range(1).selectExpr(f"upper('{code}') rlike '{retail.PRODUCT}' as found").first()["found"]


def test_a_return_knows_the_last_purchase_before_it_and_no_later_one(products: Any) -> None:
    found = {one.invoice: one for one in retail.returns(products).collect()}
    assert (found["C3"].purchase_invoice, found["C3"].purchase_quantity, found["C3"].quantity) == ("1", 2, 2)
    assert found["C3"].amount == 5.0
    assert found["C4"].purchase_invoice is None, "what was bought after it is not what came back"


def test_a_sale_stays_as_it_was_sold(products: Any) -> None:
    sold = retail.sales(products)
    assert sold.columns == list(retail.LINE)
    assert sorted(one.quantity for one in sold.collect()) == [1, 1, 2, 6, 9]


def test_the_smaller_tables_stand_for_every_line_once(products: Any) -> None:
    sold = retail.sales(products)
    invoices = retail.invoices(sold)
    customers = {one.customer_id: one for one in retail.customers(invoices).collect()}
    named = {one.stock_code: one for one in retail.products(sold, retail.names(products)).collect()}
    assert (customers["17850"].invoices, customers["17850"].lines, customers["17850"].country) == (2, 4, "Germany")
    assert named["85123A"].description == "WHITE HEART"
    tables = [invoices, retail.customers(invoices), retail.products(sold, retail.names(products))]
    assert retail_account.lines_in(tables) == [5, 5, 5]


def test_every_row_is_somewhere_with_its_money(typed: Any, products: Any) -> None:
    from pyspark.sql import functions as F

    aside = typed.where("not is_product").withColumn("failed_expectations", F.array(F.lit("is_product")))
    found = retail_account.whereabouts(retail.sales(products), retail.returns(products), aside, repeated=3)
    assert list(found["went_to"]) == ["lines", "returns", "is_product", "repeated"]
    assert list(found["rows"]) == [5, 2, 1, 3]
    assert found["amount"].iloc[1] == -17.75
    assert retail_account.set_aside(found) == 1
    assert found["matched"].sum() == 1


def test_months_have_their_sales_returns_and_customers(products: Any) -> None:
    months = retail_account.by_month(retail.sales(products), retail.returns(products))
    assert [str(one)[:7] for one in months["month"]] == ["2009-12", "2010-12", "2011-01"]
    assert list(months["customers"]) == [0, 2, 1]
    assert list(months["returned"]) == [12.75, 5.0, 0.0]


def test_what_kit_yml_sets_aside_is_left_out_without_a_count(typed: Any) -> None:
    expected = [
        {"name": "is_product", "condition": "is_product", "action": "quarantine"},
        {"name": "few", "condition": "quantity < 5", "action": "warn"},
    ]
    assert retail.met(typed, {"expectations": {"silver.lines": expected}}).count() == len(ROWS) - 1
    assert retail.met(typed, {}).count() == len(ROWS)
