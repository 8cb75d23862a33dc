"""Columns that the model does not get, and expectations that the rows of the sample meet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.intake.keys import is_id_like, is_running
from kit.intake.personal import is_described_only
from kit.intake.profile import ColumnProfile, TableProfile

_MOST = 15
"""Expectations of each sort; more are noise until somebody has thought about them."""
_NEAR_UNIQUE = 0.5


def unused_of(table: TableProfile, taken: set[str]) -> dict[str, str]:
    """Return columns that teach a model nothing, or must not, with the reason; none of those that are `taken`."""
    parts = {part for one in table.columns.values() for part in one.parts}
    reasons = {one.name: _reason(one) for one in table.columns.values() if one.name not in taken | parts}
    return {name: reason for name, reason in reasons.items() if reason}


def personal_of(table: TableProfile) -> list[str]:
    """Return the columns that may identify or describe a person."""
    return [one.name for one in table.columns.values() if one.personal]


def expectations_of(table: TableProfile, first: Sequence[str], idle: set[str]) -> list[dict[str, Any]]:
    """Return what all rows of the sample meet: complete columns (`first` first), then those that are never negative."""
    order = [*(name for name in first if name in table.columns), *table.columns]
    complete = [name for name in dict.fromkeys(order) if not table.columns[name].nulls and name not in idle][:_MOST]
    signed = [one.name for one in table.columns.values() if _is_never_negative(one) and one.name not in {*idle, *first}]
    return [
        *({"name": f"{name}_present", "condition": f"`{name}` is not null", "action": "warn"} for name in complete),
        *(
            {
                "name": f"{name}_not_negative",
                "condition": f"`{name}` is null or `{name}` >= 0",
                "action": "warn",
            }
            for name in signed[:_MOST]
        ),
    ]


def class_expectation(target: str, classes: Sequence[str]) -> dict[str, Any]:
    """Return that the outcome is one of the classes, or not known yet."""
    listed = ", ".join("'{}'".format(one.replace("\\", "\\\\").replace("'", "\\'")) for one in classes)
    condition = f"`{target}` is null or cast(`{target}` as string) in ({listed})"
    said = "Any other value is no class of problem.classes: such a row is neither learnt from nor judged."
    return {"name": f"{target}_is_a_class", "condition": condition, "action": "warn", "description": said}


def _reason(column: ColumnProfile) -> str:
    filled = len(column.raw.codes) - column.nulls
    if not filled:
        return "empty"
    if column.distinct == 1 and not column.nulls:
        return "constant"
    if column.personal and not is_described_only(column.raw.header):
        return column.personal
    if column.kind not in ("text", "integer") or column.distinct <= _NEAR_UNIQUE * filled:
        return ""
    return _naming_reason(column)


def _naming_reason(column: ColumnProfile) -> str:
    """Return why a column with mostly different values names rows instead of describing them."""
    if is_id_like(column):
        return "identifies: most rows have a value of their own"
    if column.kind == "text":
        return "most rows have a text of their own"
    return "numbers the rows" if is_running(column) else ""


def _is_never_negative(column: ColumnProfile) -> bool:
    numbers = column.reading.numbers
    is_number = column.kind in ("integer", "number") and numbers is not None and len(numbers) > 0
    return is_number and not is_id_like(column) and bool(numbers.min() >= 0)  # type: ignore[union-attr]
