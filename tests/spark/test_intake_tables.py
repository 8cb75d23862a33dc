"""A look at what is no file: a Delta table, a catalog table, a table of a real database."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from kit.config import load_catalog
from kit.errors import ConfigError
from kit.intake.profile import TableProfile, look
from kit.intake.proposal import Wishes, propose
from kit.intake.sources import named_sources
from kit.intake.tables import Lend
from kit.runtime.server import find_server
from kit.runtime.session import passing_session
from kit.runtime.sources import read_source

ORDERS = """
select id, concat('C', id % 7) as `Customer-ID`, id * 1.5 as amount, id % 3 = 0 as returned, array(id) as lines,
       date_add(date'2024-01-01', cast(id % 300 as int)) as shipped, if(id % 10 = 0, null, id * 2) as weight
from range(400)
"""


@pytest.fixture
def lend(spark: Any) -> Lend:
    """Lends that session."""
    return lambda: contextlib.nullcontext(spark)


def looked_at(said: str, lend: Lend) -> TableProfile:
    ((name, place),) = named_sources([said]).items()
    return look(name, place, lend)


def test_a_delta_table_is_profiled_with_its_types_and_read_again_as_declared(
    spark: Any, lend: Lend, tmp_path: Path
) -> None:
    spark.sql(ORDERS).write.format("delta").save(str(tmp_path / "orders"))
    table = looked_at(str(tmp_path / "orders"), lend)
    kinds = {name: one.kind for name, one in table.columns.items()}
    assert kinds == {
        "id": "integer",
        "customer_id": "text",
        "amount": "number",
        "returned": "boolean",
        "shipped": "date",
        "weight": "integer",
    }
    assert (table.rows, table.table.is_sample, table.table.nested) == (400, False, ("lines",))
    assert table.columns["weight"].nulls == 40
    found = propose([table], "classification", Wishes(target="returned"), (), tmp_path / "project")
    source = found.fragment["sources"]["orders"]
    assert (source["path"], source["format"]) == ("../orders", "delta")
    again = read_source(spark, tmp_path / "project", "orders", source)
    assert again.columns == list(kinds)
    assert again.where("customer_id = 'C1'").count() == 57


def test_a_large_delta_table_is_looked_at_by_an_even_sample(
    spark: Any, lend: Lend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.intake.tables.SAMPLE_ROWS", 1_000)
    spark.range(0, 50_000, 1, 8).write.format("delta").save(str(tmp_path / "many"))
    table = looked_at(str(tmp_path / "many"), lend)
    assert table.table.is_sample
    assert 900 < table.rows <= 1_000
    numbers = table.columns["id"].floats()
    assert numbers is not None
    assert numbers.max() > 40_000


def test_a_catalog_table_is_named_as_such(spark: Any, lend: Lend, tmp_path: Path) -> None:
    spark.sql("create database if not exists shop")
    spark.sql(ORDERS).write.format("delta").mode("overwrite").saveAsTable("shop.orders")
    found = propose([looked_at("shop.orders", lend)], "regression", Wishes(target="amount"), (), tmp_path / "project")
    source = found.fragment["sources"]["orders"]
    assert source["table"] == "shop.orders"
    assert "format" not in source
    assert read_source(spark, tmp_path, "orders", source).count() == 400


def test_a_database_is_opened_by_secrets_that_appear_nowhere(
    spark: Any, lend: Lend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"jdbc:derby:{tmp_path}/shop"
    rows = spark.sql(ORDERS).drop("lines")
    rows.write.format("jdbc").options(url=f"{url};create=true", dbtable="orders").save()
    monkeypatch.setenv("KIT_SECRET_SHOP_USER", "app")
    monkeypatch.setenv("KIT_SECRET_SHOP_PASSWORD", "not-in-any-file")
    table = looked_at(f"{url}#app.orders@secret://shop", lend)
    assert (table.rows, table.columns["returned"].kind) == (400, "boolean")
    found = propose([table], "classification", Wishes(target="returned"), (), tmp_path / "project")
    source = found.fragment["sources"]["app_orders"]
    assert source["jdbc"] == {
        "url": url,
        "table": "app.orders",
        "user": "secret://shop/user",
        "password": "secret://shop/password",
    }
    assert read_source(spark, tmp_path, "app_orders", source).selectExpr("sum(amount)").first()[0] == 119_700
    monkeypatch.setattr("kit.intake.tables.SAMPLE_ROWS", 50)
    part = looked_at(f"{url}#app.orders@secret://shop", lend)
    assert (part.rows, part.table.is_sample) == (50, True)
    assert part.table.dialect == "a table of a database, its first rows"


@pytest.mark.parametrize("said", ["shop.nothing", "jdbc:derby:/nowhere/at/all#orders", "jdbc:unheard:of#orders"])
def test_what_spark_cannot_read_is_an_error_with_a_cure(lend: Lend, said: str) -> None:
    with pytest.raises(ConfigError, match="Spark cannot read it") as error:
        looked_at(said, lend)
    assert "kit.yml" in error.value.hint


def test_a_session_for_one_look_ends_with_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPARK_REMOTE", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with passing_session(load_catalog().spark) as passing:
        assert passing.range(3).count() == 3
        (folder,) = (one.parent for one in tmp_path.glob("kit-*/spark.json"))
        server = find_server(folder)
        assert server is not None
    assert passing.is_stopped
    assert not Path(f"/proc/{server.pid}").exists()
    assert not folder.exists()
