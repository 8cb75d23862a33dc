"""Which column says when a case happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kit.errors import ConfigError
from kit.intake.profile import ColumnProfile, TableProfile

_WORDS = {"at", "created", "date", "datetime", "datum", "moment", "month", "opened", "ordered", "period", "started",
          "time", "timestamp", "ts", "zeit"}  # fmt: skip
_LATER = ("cancel", "churn", "clos", "complet", "deliver", "end", "expir", "finish", "resol", "return", "updat",
          "modif", "birth", "dob")  # fmt: skip
_MOST_EMPTY = 0.1


@dataclass(frozen=True)
class Time:
    """The column with the moment of a case (none: None), why, and which others there are."""

    column: str | None
    reason: str
    others: tuple[str, ...] = ()


def time_of(table: TableProfile, said: str | None, not_these: Sequence[str] = ()) -> Time:
    """Return the time that the user named, else the best candidate; raises ConfigError where they named no time."""
    if said:
        column = table.column(said, "--time")
        if not column.is_moment:
            message = f"{table.place}: column '{said}' cannot be read as a date or a time; it is {column.kind}"
            raise ConfigError(message, f"Name a column with --time{_known(table)}, or correct its values.")
        return Time(column.name, "as you said")
    found = [one for one in table.columns.values() if one.is_moment and one.distinct > 1 and one.name not in not_these]
    found.sort(key=_rank)
    if not found or _is_later(found[0]):
        return Time(None, "no column says when a case happened")
    others = tuple(one.name for one in found[1:])
    reason = "the only date" if not others else "likeliest of " + ", ".join(sorted([found[0].name, *others]))
    return Time(found[0].name, reason, others)


def _rank(column: ColumnProfile) -> tuple[bool, bool, bool, int]:
    has_word = bool(_WORDS & set(column.name.split("_")))
    return _is_later(column), column.share_empty > _MOST_EMPTY, not has_word, -column.distinct


def _is_later(column: ColumnProfile) -> bool:
    """Whether its name says that it comes after the case, or long before it (a birth)."""
    return any(word.startswith(_LATER) for word in column.name.split("_"))


def _known(table: TableProfile) -> str:
    names = [one.name for one in table.columns.values() if one.is_moment]
    return f" (dates are: {', '.join(names)})" if names else ""
