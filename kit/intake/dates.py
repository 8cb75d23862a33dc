"""Dates and times written as text: which Spark datetime pattern reads all of them.

Spark's plain cast reads ISO dates and timestamps; everything else needs its pattern. Names of weekdays are not among
the patterns, since Spark does not parse them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_ISO = re.compile(
    r"(?P<yyyy>[0-9]{4})-(?P<M>[0-9]{1,2})(-(?P<d>[0-9]{1,2})"
    r"([ T](?P<H>[0-9]{1,2}):(?P<mm>[0-9]{1,2}):(?P<ss>[0-9]{1,2})(\.(?P<S>[0-9]{1,9}))?"
    r" ?(?P<zone>Z|UTC|[-+][0-9]{2}:?[0-9]{2})?)?)?"
)
_TOKENS = {
    "yyyy": r"(?P<yyyy>[0-9]{4})", "yy": r"(?P<yy>[0-9]{2})", "MM": r"(?P<M>[0-9]{2})", "M": r"(?P<M>[0-9]{1,2})",
    "dd": r"(?P<d>[0-9]{2})", "d": r"(?P<d>[0-9]{1,2})", "HH": r"(?P<H>[0-9]{2})", "H": r"(?P<H>[0-9]{1,2})",
    "h": r"(?P<h>[0-9]{1,2})", "mm": r"(?P<mm>[0-9]{2})", "ss": r"(?P<ss>[0-9]{2})", "a": r"(?P<a>am|pm)",
    "MMMM": rf"(?P<name>{'|'.join(_MONTHS)})", "MMM": rf"(?P<name>{'|'.join(name[:3] for name in _MONTHS)})",
}  # fmt: skip
_DAYS = ("yyyy/M/d", "yyyy.M.d", "yyyy-M-d", "d.M.yyyy", "d.M.yy", "d/M/yyyy", "M/d/yyyy", "d-M-yyyy", "M-d-yyyy",
         "d/M/yy", "M/d/yy", "d-M-yy", "M-d-yy", "d MMM yyyy", "d MMMM yyyy", "d-MMM-yyyy", "d-MMM-yy", "d/MMM/yyyy",
         "MMM d, yyyy", "MMMM d, yyyy", "MMM d yyyy", "MMMM d yyyy", "yyyy-MMM-d", "yyyy MMM d")  # fmt: skip
_MONTHLY = ("yyyy MMM", "yyyy MMMM", "MMM yyyy", "MMMM yyyy", "MMM-yyyy", "yyyy-MMM", "MMM-yy", "MMM yy", "M/yyyy",
            "yyyy/M")  # fmt: skip
_TIMES = ("", " H:mm", " H:mm:ss", " h:mm a", " h:mm:ss a", "'T'HH:mm", "'T'HH:mm:ss")
_DIGITS = {8: "yyyyMMdd", 12: "yyyyMMddHHmm", 14: "yyyyMMddHHmmss"}
_LOOK = 50


@dataclass(frozen=True)
class Dates:
    """Texts read as moments: `moments` has one per text (datetime64, UTC where the text says an offset)."""

    kind: Literal["date", "timestamp"]
    format: str | None
    moments: NDArray[np.datetime64]
    note: str = ""


def dates_of(values: Sequence[str], codes: NDArray[np.int32]) -> Dates | None:
    """Return how all the texts are read as dates or times, or None; `codes` are the places of the rows' texts."""
    iso = _moments(values, _ISO)
    if iso is not None:
        return Dates("timestamp" if any(len(value) > 10 for value in values) else "date", None, iso)
    found = [
        (pattern, moments) for pattern in _fitting(values) if (moments := _moments(values, _regex(pattern))) is not None
    ]
    if not found:
        return None
    pattern, moments = found[0]
    note = ""
    if len(found) > 1 and _swapped(pattern) == found[1][0]:
        pattern, moments, note = _day_or_month_first(found[:2], codes)
    return Dates(_kind(pattern), pattern, moments, note)


def digit_dates_of(values: Sequence[str]) -> Dates | None:
    """Return how whole numbers such as 19970101 are read as dates between 1800 and 2199, or None."""
    pattern = _DIGITS.get(len(values[0])) if values else None
    if not pattern or not all(value[:2] in {"18", "19", "20", "21"} for value in values):
        return None
    moments = _moments(values, _regex(pattern))
    return None if moments is None else Dates(_kind(pattern), pattern, moments)


def short_dates_of(values: Sequence[str]) -> Dates | None:
    """Return how whole numbers such as 1997 and 199701 are read as years or months, or None."""
    pattern = {4: "yyyy", 6: "yyyyMM"}.get(len(values[0])) if values else None
    if not pattern or not all(value[:2] in {"18", "19", "20", "21"} for value in values):
        return None
    moments = _moments(values, _regex(pattern))
    return None if moments is None else Dates("date", pattern, moments)


def epochs_of(values: Sequence[str]) -> Dates | None:
    """Return how whole numbers are read as seconds or milliseconds since 1970 (years 1990 to 2100), or None."""
    import numpy as np

    numbers = np.asarray([int(value) for value in values], dtype=np.int64)
    for name, per_second in (("epoch_s", 1), ("epoch_ms", 1000)):
        if numbers.min() >= 631152000 * per_second and numbers.max() <= 4102444800 * per_second:
            return Dates("timestamp", name, (numbers * (1_000_000 // per_second)).astype("datetime64[us]"))
    return None


def _fitting(values: Sequence[str]) -> Iterator[str]:
    """Yield the patterns that read the first texts."""
    first = values[:_LOOK]
    if not any(character.isdigit() for character in first[0]):
        return
    for day in (*_DAYS, *_MONTHLY):
        for time in _TIMES if day in _DAYS else ("",):
            regex = _regex(day + time)
            if all(regex.fullmatch(value) for value in first):
                yield day + time


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    letters = re.sub(r"'T'|([A-Za-z])\1*|[^A-Za-z]", lambda one: _token(one.group()), pattern)
    return re.compile(letters, re.IGNORECASE)


def _token(text: str) -> str:
    return "T" if text == "'T'" else _TOKENS.get(text) or re.escape(text)


def _kind(pattern: str) -> Literal["date", "timestamp"]:
    return "timestamp" if "h" in pattern.lower() else "date"


def _swapped(pattern: str) -> str:
    return pattern.translate(str.maketrans("dM", "Md"))


def _day_or_month_first(found: Sequence[tuple[str, Any]], codes: NDArray[np.int32]) -> tuple[str, Any, str]:
    """Return the one that makes the rows ordered, else the first (the day before the month), and what was decided."""
    ordered = [_is_ordered(moments[codes[codes >= 0]]) for _, moments in found]
    chosen = found[1] if ordered == [False, True] else found[0]
    why = "the rows are in that order" if ordered.count(True) == 1 else "nothing tells day from month"
    return *chosen, f"read as {chosen[0]}, not {found[chosen is found[0]][0]}: {why}"


def _is_ordered(moments: NDArray[np.datetime64]) -> bool:
    import numpy as np

    steps = np.diff(moments.astype("datetime64[us]").astype(np.int64))
    return bool((steps >= 0).all() or (steps <= 0).all())


def _moments(values: Sequence[str], regex: re.Pattern[str]) -> NDArray[np.datetime64] | None:
    """Return the moment of each text, or None where one of them is none."""
    import numpy as np

    moments = []
    for value in values:
        match = regex.fullmatch(value)
        moment = _moment(match.groupdict()) if match else None
        if moment is None:
            return None
        moments.append(moment)
    return np.asarray(moments, dtype="datetime64[us]")


def _moment(found: dict[str, str | None]) -> dt.datetime | None:
    named = found.get("name")
    month = _month(named) if named else int(found.get("M") or 1)
    year = int(found.get("yyyy") or 0) or 2000 + int(found.get("yy") or 0)
    fraction = (found.get("S") or "")[:6].ljust(6, "0")
    try:
        moment = dt.datetime(
            year, month, int(found.get("d") or 1), _hour(found), int(found.get("mm") or 0), int(found.get("ss") or 0),
            int(fraction),
        )  # fmt: skip
        return moment - _offset(found.get("zone"))
    except (ValueError, OverflowError):
        return None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name.lower()))


def _hour(found: dict[str, str | None]) -> int:
    if not found.get("h"):
        return int(found.get("H") or 0)
    hour = int(found["h"] or 0)
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if (found["a"] or "").lower() == "pm" else 0)


def _offset(zone: str | None) -> dt.timedelta:
    if not zone or zone in {"Z", "UTC"}:
        return dt.timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return dt.timedelta(minutes=minutes if zone[0] == "+" else -minutes)
