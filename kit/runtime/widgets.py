"""Databricks widgets: the only way in which a job hands values to a notebook, always as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def widget_values(names: Iterable[str], variables: Mapping[str, Any]) -> dict[str, str]:
    """Return the widgets' values by name; empty where the notebook has no `dbutils` among its variables."""
    dbutils = variables.get("dbutils")
    if dbutils is None:
        return {}
    given = dbutils.widgets.getAll()
    return {name: given[name] for name in names if name in given}
