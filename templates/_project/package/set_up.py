"""What the set-up of the team asks for: topology and maturity as they were answered, and what follows from them here.

`definition` calls it. `kit configure` changes the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .charter import held

Item = tuple[str, str, str, str]
"""Item, state (ok, open, ask), what was found, and what asks for it."""


def set_up_table(resolved: Mapping[str, Any]) -> pd.DataFrame:
    """Return how the team is set up: topology, and each attribute with its level and what that means."""
    model = resolved["operating_model"]
    rows = [("Topology", model["topology"]["title"], model["topology"]["description"])]
    rows += [(one["title"], one["level"], one["sentence"]) for one in model["maturity"].values()]
    return pd.DataFrame(rows, columns=["attribute", "level", "meaning"]).set_index("attribute")


def role_table(resolved: Mapping[str, Any]) -> pd.DataFrame:
    """Return the roles that this set-up needs or recommends: who holds each, and why it is wanted."""
    model = resolved["operating_model"]
    rows = [
        {
            "role": resolved["roles"][role]["title"],
            "held by": _people(resolved, role),
            "wanted": wanted,
            "why": _why(why),
        }
        for wanted, roles in (("required", model["required"]), ("recommended", model["recommended"]))
        for role, why in roles.items()
    ]
    return pd.DataFrame(rows, columns=["role", "held by", "wanted", "why"]).set_index("role")


def asked_for(resolved: Mapping[str, Any], settings: Mapping[str, Any], columns: pd.DataFrame) -> list[Item]:
    """Return the items that this set-up adds to the checklist of definition.

    `settings` are those of the environment; `columns` the profile, one row per source and column, as notebooks show it.
    """
    contents = resolved["operating_model"]["contents"]
    makers = {"source_contracts": _contracts, "migration": _migration, "cluster_and_access": _cluster}
    return [
        (*item, because)
        for content, because in contents.items()
        if content in makers
        for item in makers[content](resolved, settings, columns)
    ]


def _contracts(
    resolved: Mapping[str, Any], settings: Mapping[str, Any], columns: pd.DataFrame
) -> list[tuple[str, str, str]]:
    """Return an item per source: a contract says what it is, its key, and what each column means."""
    items = []
    for name, source in resolved["sources"].items():
        declared = source.get("columns", {})
        described = [column for column, one in declared.items() if one.get("description")]
        count = len(declared) or int((columns["source"] == name).sum())
        lacking = [key for key in ("description", "key") if not source.get(key)]
        found = f"{len(described)} of {count} columns described" + (
            f"; no {' and no '.join(lacking)}" if lacking else ""
        )
        is_whole = not lacking and len(described) == count
        items.append((f"The contract of {name} is whole", "ok" if is_whole else "open", found))
    return items


def _migration(
    resolved: Mapping[str, Any], settings: Mapping[str, Any], columns: pd.DataFrame
) -> list[tuple[str, str, str]]:
    """Return an item per source: whether it is a table of the platform yet, and who brings it there."""
    items = []
    for name, source in resolved["sources"].items():
        if source.get("table"):
            items.append((f"{name} is a table of the platform", "ok", source["table"]))
        else:
            kind = next(key for key in ("path", "sample", "jdbc") if source.get(key))
            place = {"path": "a file", "sample": "sample data", "jdbc": "a table of another database"}[kind]
            found = f"{place}; {held(resolved['roles'][source['owner']])} agrees on when and how it moves"
            items.append((f"{name} is a table of the platform", "ask", found))
    return items


def _cluster(
    resolved: Mapping[str, Any], settings: Mapping[str, Any], columns: pd.DataFrame
) -> list[tuple[str, str, str]]:
    owner = held(resolved["roles"]["platform_owner"]) if "platform_owner" in resolved["roles"] else "nobody"
    spark = settings.get("settings", {})
    compute = f"{spark.get('spark.master', 'its own')}, heap {spark.get('spark.driver.memory', 'as it is')}"
    where = (
        f"{settings['catalog']}.{settings['schema']}" if settings.get("catalog") else f"folder {settings['warehouse']}"
    )
    return [
        ("Compute has a size, an end and a budget", "ask", f"{compute}; {owner}"),
        ("Access to tables is given by name and can be taken back", "ask", f"{where}; {owner}"),
        ("Versions of Spark and libraries are pinned and somebody raises them", "ask", owner),
    ]


def _people(resolved: Mapping[str, Any], role: str) -> str:
    return ", ".join(one["name"] for one in resolved["roles"][role]["people"]) or "UNFILLED"


def _why(reasons: list[str]) -> str:
    return "; ".join(reasons[:3]) + (f" and {len(reasons) - 3} more" if len(reasons) > 3 else "")
