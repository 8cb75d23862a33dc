"""What the texts of a column can all be read as: integer, number, boolean, date, timestamp, or nothing but text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kit.intake.dates import Dates, dates_of, digit_dates_of, epochs_of, short_dates_of
from kit.intake.raw import Kind, RawColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_CODE = re.compile(r"[-+]?0[0-9]+")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_COMMA = re.compile(r"[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DRESSED = re.compile(r"[-+]?[$€£]? ?[0-9][0-9.,]* ?[%$€£]?")
_TIME_WORDS = {"at", "created", "date", "day", "dt", "epoch", "month", "period", "since", "time", "timestamp", "ts",
               "updated"}  # fmt: skip
_MANY_DATES = 30
"""So many different whole numbers that are all dates are no accident."""


@dataclass(frozen=True)
class Reading:
    """A column as a type: `numbers` has a float per distinct text (dates in days), None for texts."""

    kind: Kind
    format: str | None = None
    numbers: NDArray[Any] | None = None
    note: str = ""


def kind_of(column: RawColumn, name: str = "", is_time: bool = False) -> Reading:
    """Return what all texts of a column can be read as; `is_time` says that the user called it the time."""
    values = [value.strip() for value in column.values]
    if not values:
        return Reading(column.kind or "text")
    if column.kind == "text" or not all(values):
        return _text(values)
    hinted = is_time or bool(_TIME_WORDS & set(name.split("_")))
    if column.kind in (None, "integer") and _all(values, _INTEGER):
        whole = _whole(values, column.kind, hinted, is_time)
        if whole:
            return whole
    found = _boolean(values) or _number(values, column.kind) or _decimal_comma(values)
    if found:
        return found
    dates = dates_of(values, column.codes)
    return _dated(dates, column.kind) if dates else _text(values)


def _whole(values: Sequence[str], kind: Kind | None, hinted: bool, is_time: bool) -> Reading | None:
    if kind is None and any(_CODE.fullmatch(value) for value in values):
        return Reading("text", note="numbers with leading zeros: a code")
    if hinted or len(values) >= _MANY_DATES:
        dates = digit_dates_of(values) or (epochs_of(values) if hinted else None)
        dates = dates or (short_dates_of(values) if is_time else None)
        if dates:
            return _dated(dates, None)
    return Reading("integer", numbers=_floats(values))


def _boolean(values: Sequence[str]) -> Reading | None:
    import numpy as np

    said = [value.lower() for value in values]
    if set(said) <= {"true", "false"}:
        return Reading("boolean", numbers=np.asarray([float(value == "true") for value in said]))
    return None


def _number(values: Sequence[str], kind: Kind | None) -> Reading | None:
    if kind == "number" or (_all(values, _NUMBER) and not _all(values, re.compile(r"[-+]?[0-9]+"))):
        return Reading("number", numbers=_floats(values))
    return None


def _decimal_comma(values: Sequence[str]) -> Reading | None:
    if not _all(values, _COMMA) or not any("," in value for value in values):
        return None
    if _all([value for value in values if "," in value], _GROUPED):
        return None
    plain = [value.replace(".", "").replace(",", ".") for value in values]
    return Reading("number", "decimal_comma", _floats(plain))


def _dated(dates: Dates, kind: Kind | None) -> Reading:
    import numpy as np

    days = dates.moments.astype("datetime64[us]").astype(np.int64) / 86_400e6
    return Reading(kind or dates.kind, dates.format, days, dates.note)


def _text(values: Sequence[str]) -> Reading:
    filled = [value for value in values if value]
    if len(filled) > 1 and _all(filled, _DRESSED) and any(mark in value for value in filled for mark in ",%$€£"):
        return Reading("text", note="numbers with separators or units, which are left as text")
    return Reading("text")


def _all(values: Sequence[str], regex: re.Pattern[str]) -> bool:
    return all(regex.fullmatch(value) for value in values)


def _floats(values: Sequence[str]) -> NDArray[Any]:
    import numpy as np

    return np.asarray([float(value) for value in values], dtype=np.float64)
