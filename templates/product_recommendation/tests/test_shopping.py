"""Products have a name that is read, not shouted."""

from __future__ import annotations

from typing import Any

from PACKAGE import shopping


def test_a_product_is_written_in_small_letters(spark: Any) -> None:
    rows = spark.createDataFrame([("85048", "CHRISTMAS GLASS BALL")], "stock_code string, description string")
    assert shopping.products(rows).first().asDict() == {"item": "85048", "name": "Christmas glass ball"}
