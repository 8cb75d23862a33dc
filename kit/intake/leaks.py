"""Columns that probably hold the outcome: suspected, each with the reason, for a person to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.intake.profile import ColumnProfile, TableProfile
from kit.intake.ranks import auc_alone, spearman
from kit.intake.targets import Target, has_shared_stem, outcome

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

AUC_ALONE = 0.95
AUC_WITH_NAME = 0.75
SPEARMAN_ALONE = 0.98

_OUTCOME = ("actual", "after", "cancel", "clos", "complet", "final", "outcome", "refund", "resol", "result", "settle",
            "status", "terminat", "reason", "end")  # fmt: skip
_FEWEST_OF_CLASS = 10


def leaks_of(table: TableProfile, target: Target, not_these: set[str]) -> dict[str, str]:
    """Return suspected leaks with the reason, in the order of the file."""
    found = {}
    parts = {part for one in table.columns.values() for part in one.parts}
    for column in table.columns.values():
        if column.name in {*not_these, *parts, target.column.name} or column.distinct < 1:
            continue
        reason = _reason(column, target)
        if reason:
            found[column.name] = f"suspected: {reason}"
    return found


def class_auc(column: ColumnProfile, target: Target) -> float:
    """Return the AUC of a column alone; over several classes the mean of each against the rest, by their rows."""
    import numpy as np

    known = target.column.raw.codes >= 0
    if len(target.classes) == 2 and target.positive is not None:
        return auc_alone(column, outcome(target, str(target.positive)), known)
    judged = {one: rows for one, rows in target.classes.items() if rows >= _FEWEST_OF_CLASS}
    found = [auc_alone(column, outcome(target, one), known) for one in judged]
    return float(np.average(found, weights=list(judged.values())))


def _reason(column: ColumnProfile, target: Target) -> str:
    if _is_filled_with(column, target.column):
        return f"filled exactly where {target.column.name} is"
    if not target.classes:
        numbers = target.column.floats()
        return _quantity_reason(column, numbers) if numbers is not None else ""
    if column.distinct + bool(column.nulls) < 2:
        return ""
    auc = class_auc(column, target)
    if auc > AUC_ALONE:
        return f"tells {target.column.name} alone (AUC {auc:.2f})"
    if auc > AUC_WITH_NAME and _names_outcome(column.name, target.column.name):
        return f"its name says an outcome, and it tells {target.column.name} well (AUC {auc:.2f})"
    return ""


def _quantity_reason(column: ColumnProfile, target: NDArray[Any]) -> str:
    found = spearman(column, target)
    return f"orders the rows as the target does (Spearman {found:.2f})" if found > SPEARMAN_ALONE else ""


def _is_filled_with(column: ColumnProfile, target: ColumnProfile) -> bool:
    """Whether a column is empty in exactly the rows in which the target is, of which there are some."""
    empty: NDArray[np.bool_] = target.raw.codes < 0
    return bool(target.nulls) and column.nulls == target.nulls and bool(((column.raw.codes < 0) == empty).all())


def _names_outcome(name: str, target: str) -> bool:
    return has_shared_stem(name, target) or any(word.startswith(_OUTCOME) for word in name.split("_"))
