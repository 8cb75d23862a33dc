"""Safe names of columns: small ASCII letters, digits and `_`, no two alike, none that the kit itself uses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

OWN = frozenset({
    *("event_time", "event_day", "event_date", "label", "score", "rule_score", "period", "row_id", "known", "half"),
    *("bin", "rows", "day", "classes", "prediction", "probability", "probabilities"),
})  # fmt: skip
"""Columns that the kit's templates add to a table; a column of the file gets `_column` behind its name."""

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ø": "o",
                          "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})  # fmt: skip
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def safe_names(headers: Sequence[str]) -> list[str]:
    """Return a safe name per header, in order; the second of two equal ones ends in `_2`."""
    names: list[str] = []
    for number, header in enumerate(headers, start=1):
        name = snake(header) or f"column_{number}"
        name = f"{name}_column" if name in OWN else name
        names.append(_free(name, names))
    return names


def snake(text: str) -> str:
    """Return a text in lower snake case without a leading digit, or an empty text where no ASCII letter is left."""
    composed = unicodedata.normalize("NFC", text).translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", composed).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", _HUMP.sub("_", plain))
    name = "_".join(words).lower()
    return f"column_{name}" if name[:1].isdigit() else name


def stems(name: str) -> set[str]:
    """Return the words of a safe name without their endings, for comparing: `cancelled_at` has `cancel`."""
    return {re.sub(r"(?<=[a-z]{3})(led|ed|ing|ation|ment|s)$", "", word) for word in name.split("_")}


def _free(name: str, taken: Sequence[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
