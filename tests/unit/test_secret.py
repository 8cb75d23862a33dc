"""Secrets are written as references, found where they are needed, and cut out of what a run leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from kit.executed import hidden_failure, hide_in_notebook
from kit.execution import Failure
from kit.runtime.errors import KitError
from kit.runtime.secret import HIDDEN, known_values, secret_value
from kit.spec_sources import Jdbc

PASSWORD = 'pa"ss\\wörd'


def test_a_reference_stands_for_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIT_SECRET_TEAM_SHOP_PASS_WORD", PASSWORD)
    assert secret_value("secret://team.shop/pass-word") == PASSWORD
    assert secret_value("reader") == "reader"
    with pytest.raises(KitError, match="secret://team/other is not known here") as error:
        secret_value("secret://team/other")
    assert "KIT_SECRET_TEAM_OTHER" in error.value.hint


def test_values_of_secrets_are_cut_out_of_the_executed_notebook_and_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIT_SECRET_SHOP_PASSWORD", PASSWORD)
    monkeypatch.setenv("KIT_SECRET_SHOP_USER", "sa")
    declared = {"a": {"user": "secret://shop/user"}, "b": [{"password": "secret://shop/password"}, 1, None]}
    secrets = known_values(declared)
    assert secrets == [PASSWORD]  # `sa` is too short to be told from any other word
    output = tmp_path / "01.ipynb"
    output.write_text(json.dumps({"cells": [f"login with {PASSWORD} failed"]}, ensure_ascii=False), encoding="utf-8")
    hide_in_notebook(output, secrets)
    assert json.loads(output.read_text(encoding="utf-8")) == {"cells": [f"login with {HIDDEN} failed"]}
    hide_in_notebook(tmp_path / "none.ipynb", secrets)
    failure = hidden_failure(Failure("Error", f"no {PASSWORD}", 3, "Read", f"... {PASSWORD}"), secrets)
    assert (failure.cause, failure.traceback, failure.cell) == (f"no {HIDDEN}", f"... {HIDDEN}", 3)


@pytest.mark.parametrize(
    "url", ["jdbc:postgresql://u:secret@db/shop", "jdbc:sqlserver://db;password=x", "jdbc:x:y?pwd=z"]
)
def test_a_password_in_the_url_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="holds a password"):
        Jdbc(url=url, table="orders")


def test_a_password_is_a_reference() -> None:
    with pytest.raises(ValidationError, match="password"):
        Jdbc(url="jdbc:derby:shop", table="orders", password="hunter2")
