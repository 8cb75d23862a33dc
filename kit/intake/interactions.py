"""Who dealt with what: the two columns of a table of interactions that a recommendation rests on."""

from __future__ import annotations

from collections.abc import Sequence

from kit.errors import ConfigError
from kit.intake.keys import Key, is_id_like
from kit.intake.profile import ColumnProfile, TableProfile

_WHO = frozenset({
    *("account", "borrower", "buyer", "client", "cust", "customer", "guest", "kunde", "listener", "member", "patient"),
    *("patron", "person", "player", "reader", "reviewer", "shopper", "student", "subscriber", "user", "viewer"),
    *("visitor",),
})  # fmt: skip
_WHAT = frozenset({
    *("article", "artikel", "artist", "asin", "book", "content", "course", "dish", "film", "game", "isbn", "item"),
    *("movie", "product", "produkt", "recipe", "show", "sku", "song", "stock", "title", "track", "video"),
})  # fmt: skip
_FEWEST = 5


def pair_of(table: TableProfile, said: Sequence[str]) -> tuple[str, str, str]:
    """Return the columns that say who and what, and why these: those that `--key` names in that order, else by name.

    Raises ConfigError where two are not named and names do not tell.
    """
    named = [table.column(one, "--key").name for one in said]
    if len(named) >= 2:
        return named[0], named[1], "as you said"
    if named:
        raise _unclear(table, "--key names one column, and two are needed: who and what")
    who, what = _likeliest(table, _WHO), _likeliest(table, _WHAT)
    if not who or not what or who == what:
        raise _unclear(table, "which column says who, and which says what?")
    return who, what, "by their names"


def entity_of(table: TableProfile) -> Key | None:
    """Return the column that says who, where each stands in several rows, which are its transactions; None without one.

    It is no key of the rows, but what is told apart in segments.
    """
    who = _likeliest(table, _WHO)
    if who is None or table.columns[who].distinct * 2 > table.rows:
        return None
    return Key([who], "who, by its name: each stands in several rows, which are its transactions", is_unique=False)


def _likeliest(table: TableProfile, words: frozenset[str]) -> str | None:
    """Return the column whose name has one of the words, identifiers first, then the one with more values."""
    found = [one for one in table.columns.values() if _may_name(one) and _has_word(one.name, words)]
    found.sort(key=lambda one: (not is_id_like(one), -one.distinct))
    return found[0].name if found else None


def _may_name(column: ColumnProfile) -> bool:
    return column.kind in ("text", "integer") and column.distinct >= _FEWEST and not column.parts


def _has_word(name: str, words: frozenset[str]) -> bool:
    parts = {part.removesuffix("id") or part for part in name.split("_")} | set(name.split("_"))
    return bool(words & (parts | {part.removesuffix("s") for part in parts}))


def _unclear(table: TableProfile, said: str) -> ConfigError:
    likely = [one.name for one in table.columns.values() if _may_name(one)]
    cure = f"Name both, who first: --key WHO --key WHAT; likely: {', '.join(likely[:8]) or 'none stands out'}."
    return ConfigError(f"{table.place}: {said}", cure)
