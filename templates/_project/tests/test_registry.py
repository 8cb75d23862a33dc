"""Aliases say which version is champion, and the way back is walked on a real registry."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from kit.runtime.errors import KitError
from PACKAGE import registry


@pytest.fixture(scope="module")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Any:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    import mlflow

    mlflow.set_tracking_uri(f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}")
    return mlflow


def register(mlflow: Any, name: str, number: int) -> registry.Version:
    return registry.register(mlflow, name, f"dbfs:/{name}/{number}", "", {"contract": str(number)})


def test_a_model_is_registered_once_however_often_it_is_offered(mlflow: Any) -> None:
    first, again = register(mlflow, "once", 1), register(mlflow, "once", 1)
    assert (first.number, again.number) == (1, 1)
    assert registry.version_of(mlflow, "once", registry.CHALLENGER).tags == {"contract": "1"}


def test_an_alias_or_a_model_that_is_not_there_is_none(mlflow: Any) -> None:
    register(mlflow, "unreleased", 1)
    assert registry.version_of(mlflow, "unreleased", registry.CHAMPION) is None
    assert registry.version_of(mlflow, "unknown", registry.CHAMPION) is None


def test_a_rollback_returns_to_the_version_before_and_is_itself_reversible(mlflow: Any) -> None:
    first, second = register(mlflow, "late", 1), register(mlflow, "late", 2)
    registry.promote(mlflow, first)
    alone = registry.rehearse_rollback(mlflow, "late")
    assert (alone.is_done, str(alone)) == (True, "Done: version 1 is the first: it was taken out of use and put back.")
    assert registry.version_of(mlflow, "late", registry.CHAMPION) == first
    assert registry.version_of(mlflow, "late", registry.PREVIOUS) is None
    registry.promote(mlflow, second)
    assert "version 2, then 1, then 2" in registry.rehearse_rollback(mlflow, "late").said
    assert registry.roll_back(mlflow, "late").number == 1
    assert registry.version_of(mlflow, "late", registry.CHAMPION).number == 1
    assert registry.version_of(mlflow, "late", registry.PREVIOUS).number == 2


def test_a_first_version_cannot_be_rolled_back(mlflow: Any) -> None:
    registry.promote(mlflow, register(mlflow, "first", 1))
    with pytest.raises(KitError, match="no previous version"):
        registry.roll_back(mlflow, "first")


def test_a_name_gets_catalog_and_schema_where_there_is_one() -> None:
    assert registry.registered_name({"name": "flight-delay"}, {}) == "flight-delay"
    settings = {"catalog": "main", "schema": "ml"}
    assert registry.registered_name({"name": "flight-delay"}, settings) == "main.ml.flight_delay"


def test_a_model_without_a_pipeline_is_refused(mlflow: Any, tmp_path: Path) -> None:
    with pytest.raises(KitError, match="no saved pipeline"):
        registry.load_pipeline(mlflow, tmp_path.as_uri())
