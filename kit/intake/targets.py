"""What is predicted: likely targets, the type of the problem, the positive class, and what cannot be learnt."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.errors import ConfigError
from kit.intake.keys import is_id_like
from kit.intake.profile import ColumnProfile, TableProfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_ROWS = 100
FEWEST_OF_CLASS = 30
MOST_CLASSES = 20
"""A number with more distinct values is a quantity; a text with more has no classes to tell apart."""

_NAMES = ("target", "label", "y", "class", "outcome", "churn", "churned", "default", "fraud", "is_fraud", "survived",
          "converted", "response", "attrition", "exited", "diagnosis", "returned", "deposit")  # fmt: skip
_YES = frozenset({
    *("yes", "y", "true", "t", "1", "1.0", "positive", "pos", "churned", "late", "fraud", "default", "defaulted"),
    *("bad", "ja", "oui", "si", "failed", "failure", "cancelled", "canceled", "malignant", "spam", "exited"),
})  # fmt: skip
_MOST_CANDIDATES = 5


@dataclass(frozen=True)
class Target:
    """The column to predict, as it was found in the rows where it is there."""

    column: ColumnProfile
    classes: Mapping[str, int]
    """Rows of each class by its text as Spark writes it, the rarest first; empty for a quantity."""
    positive: str | None
    """The class that counts as positive."""
    reason: str
    """Why that one."""
    apart: tuple[str, ...] = ()
    """The classes that are told apart, the most frequent first; empty where one stands against the rest."""

    @property
    def left_out(self) -> dict[str, int]:
        """Rows of each class that has too few to be told apart."""
        return {one: rows for one, rows in self.classes.items() if self.apart and one not in self.apart}


def likely_targets(table: TableProfile) -> list[str]:
    """Return columns that may be the target, the likeliest first; at most five."""
    last = list(table.columns)[-1]
    found = {one.name: one for one in table.columns.values() if not is_id_like(one) and not one.personal}
    ranks = {
        name: (name not in _NAMES, one.distinct != 2, not name.startswith(("is_", "has_")), name != last)
        for name, one in found.items()
        if one.distinct > 1 and (is_target_like(one) or name == last)
    }
    return sorted(ranks, key=ranks.__getitem__)[:_MOST_CANDIDATES]


def is_target_like(column: ColumnProfile) -> bool:
    """Whether a column has the name of a target, or two values."""
    return column.name in _NAMES or column.distinct == 2


def only_quantity(table: TableProfile, not_these: Sequence[str]) -> str | None:
    """Return the one numeric column beside a time: what would be forecast.

    None where there are several or none, or where another column looks like a target.
    """
    parts = {part for one in table.columns.values() for part in one.parts}
    found = [
        one.name
        for one in table.columns.values()
        if one.kind in ("integer", "number") and one.name not in {*not_these, *parts} and not is_id_like(one)
    ]
    rivals = [name for name, one in table.columns.items() if is_target_like(one) and name not in found]
    return found[0] if len(found) == 1 and not rivals else None


def problem_type(column: ColumnProfile) -> str:
    """Return the type of problem that a target makes: regression for a quantity, else classification."""
    is_quantity = column.kind in ("integer", "number") and column.distinct > MOST_CLASSES
    return "regression" if is_quantity else "classification"


def has_several_classes(column: ColumnProfile) -> bool:
    """Return whether a target has more than two classes with enough rows to be told apart."""
    is_few = problem_type(column) == "classification" and column.distinct <= MOST_CLASSES
    return is_few and len(_taught(_classes(column))) > 2


def target_of(table: TableProfile, said: str, kind: str, positive: str | None = None, is_apart: bool = False) -> Target:
    """Return the target; raises ConfigError where the rows of the sample cannot teach it.

    Classes are told apart, or one of them from the rest.
    """
    column = table.column(said, "--target")
    if column.distinct < 2:
        held = "one value only" if column.distinct else "no value"
        message = f"{table.place}: target '{said}' has {held}"
        raise ConfigError(message, "Name another column with --target, or a file with both outcomes.")
    if kind not in ("classification", "anomaly_detection"):
        return _quantity(table, column, said, kind)
    classes = _classes(column)
    if len(classes) < 2:
        raise ConfigError(f"{table.place}: target '{said}' has one value only", "Name another column with --target.")
    if len(classes) > MOST_CLASSES:
        message = f"{table.place}: target '{said}' has {len(classes):,} values; classes are at most {MOST_CLASSES}"
        cure = "Name a column with classes, make them in the file (such as amount over 100), or choose regression."
        raise ConfigError(message, cure)
    if is_apart:
        return _apart(table, column, said, classes)
    chosen, reason = _positive(classes, positive)
    if min(classes[chosen], sum(classes.values()) - classes[chosen]) < FEWEST_OF_CLASS:
        rarest = min([chosen, *(one for one in classes if one != chosen)], key=lambda one: classes[one])
        message = (
            f"{table.place}: target '{said}' is {rarest!r} in {classes[rarest]} rows; fewer than {FEWEST_OF_CLASS}"
            " teach nothing that can be measured"
        )
        raise ConfigError(
            message, "Collect more rows of that class, or choose another one with --set problem.positive=."
        )
    return Target(column, classes, chosen, reason)


def refuse_few_rows(table: TableProfile) -> None:
    """Raise ConfigError where the sample has too few rows for any problem."""
    if table.rows < FEWEST_ROWS:
        message = f"{table.place}: has {table.rows} rows; fewer than {FEWEST_ROWS} teach nothing that can be measured"
        raise ConfigError(message, "Collect more rows.")


def refuse_no_number(table: TableProfile, kind: str, roles: Collection[str]) -> None:
    """Raise ConfigError where an anomaly detection has no number to look at; `roles` are key, time and target."""
    numbers = [one for one in table.columns.values() if one.kind in ("integer", "number") and one.distinct > 1]
    if kind == "anomaly_detection" and not [one for one in numbers if one.name not in roles]:
        raise ConfigError(f"{table.place}: has no column of numbers that vary", "Anomalies are found in numbers.")


def outcome(target: Target, value: str) -> NDArray[Any]:
    """Return of each row whether its target has that class."""
    import numpy as np

    texts = [_spark_text(target.column, text) == value for text in target.column.raw.values]
    return np.asarray([*texts, False])[target.column.raw.codes]


def _apart(table: TableProfile, column: ColumnProfile, said: str, classes: Mapping[str, int]) -> Target:
    taught = _taught(classes)
    if len(taught) < 2:
        message = f"{table.place}: target '{said}' has {len(taught)} classes with {FEWEST_OF_CLASS} rows or more"
        raise ConfigError(message, "Collect more rows, or gather rare classes into one in the file.")
    return Target(column, classes, None, "", tuple(taught))


def _taught(classes: Mapping[str, int]) -> list[str]:
    """Return the classes with enough rows, the most frequent first."""
    return [one for one in sorted(classes, key=lambda one: (-classes[one], one)) if classes[one] >= FEWEST_OF_CLASS]


def _quantity(table: TableProfile, column: ColumnProfile, said: str, kind: str) -> Target:
    if kind in ("regression", "forecasting", "recommendation") and column.kind not in ("integer", "number"):
        message = f"{table.place}: target '{said}' is {column.kind}; {kind} needs a number"
        raise ConfigError(message, "Name a numeric column with --target, or leave --template out.")
    return Target(column, {}, None, "")


def _classes(column: ColumnProfile) -> dict[str, int]:
    import numpy as np

    counts = np.bincount(column.raw.codes[column.raw.codes >= 0], minlength=column.distinct)
    rows: dict[str, int] = {}
    for text, count in zip(column.raw.values, counts, strict=True):
        said = _spark_text(column, text)
        rows[said] = rows.get(said, 0) + int(count)
    return dict(sorted(rows.items(), key=lambda one: (one[1], one[0])))


def _spark_text(column: ColumnProfile, text: str) -> str:
    """Return the text of a value after it has been cast to its type and back, as Spark writes it."""
    if column.kind == "integer":
        return str(int(text))
    if column.kind == "number" and column.reading.numbers is not None:
        return repr(float(column.reading.numbers[column.raw.values.index(text)]))
    return text.strip().lower() if column.kind == "boolean" else text


def _positive(classes: Mapping[str, int], said: str | None) -> tuple[str, str]:
    if said is not None and said in classes:
        return said, "as you said"
    if said is not None:
        raise ConfigError(f"problem.positive: the target is never {said!r}", f"It is one of {', '.join(classes)}.")
    words = [one for one in classes if one.lower() in _YES]
    if len(words) == 1 and len(classes) == 2:
        return words[0], "its word says so"
    enough = [one for one in classes if classes[one] >= FEWEST_OF_CLASS]
    rarest = next(iter(enough or classes))
    return rarest, "the rarer one" if len(classes) == 2 else f"the rarest of {len(classes)} classes with enough rows"


def has_shared_stem(name: str, target: str) -> bool:
    """Whether two names have a word in common, whatever its ending (`churn`, `churned_at`)."""
    words, others = _words(name), _words(target)
    return any(one.startswith(other) or other.startswith(one) for one in words for other in others)


def _words(name: str) -> list[str]:
    words = [re.sub(r"(ing|ed|e|s)$", "", word) for word in name.split("_")]
    return [word for word in words if len(word) >= 4]
