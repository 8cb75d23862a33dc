"""Typed parameters: parse a value by the type that `kit.yml` declares, wherever it came from.

The same rules hold for a command line, papermill and Databricks, where every value arrives as text.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from kit.runtime.errors import KitError

_TRUE, _FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


def parse_value(name: str, declared: Mapping[str, Any], value: Any) -> Any:
    """Return `value` as the declared type (`type`, `choices`); None stays None.

    Raises KitError naming the parameter, the value and the type where it does not fit.
    """
    if value is None:
        return None
    try:
        return _PARSERS[declared["type"]](value, declared)
    except (ValueError, TypeError) as error:
        expected = _expected(declared)
        raise KitError(f"parameter '{name}': {value!r} is not {expected}", f"Give {name} {expected}.") from error


def to_text(value: Any) -> str:
    """Return a value as the text that `parse_value` reads back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def to_plain(value: Any) -> Any:
    """Return a value as JSON and papermill take it: dates become ISO text."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _expected(declared: Mapping[str, Any]) -> str:
    if declared["type"] == "choice":
        return f"one of {', '.join(declared['choices'])}"
    return {
        "boolean": "true or false",
        "date": "a date (YYYY-MM-DD)",
        "integer": "a whole number",
        "list": "a list of texts",
        "number": "a number",
        "string": "a text",
    }[declared["type"]]


def _integer(value: Any, _: Mapping[str, Any]) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
        raise ValueError(value)
    return int(value)


def _number(value: Any, _: Mapping[str, Any]) -> float:
    number = float(value)
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError(value)
    return number


def _boolean(value: Any, _: Mapping[str, Any]) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(value)
    return text in _TRUE


def _date(value: Any, _: Mapping[str, Any]) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value).strip())


def _choice(value: Any, declared: Mapping[str, Any]) -> str:
    if str(value) not in declared["choices"]:
        raise ValueError(value)
    return str(value)


def _list(value: Any, _: Mapping[str, Any]) -> list[str]:
    if isinstance(value, str):
        text = value.strip()
        value = json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(",") if part.strip()]
    if not isinstance(value, list):
        raise TypeError(value)
    return [str(one) for one in value]


def _string(value: Any, _: Mapping[str, Any]) -> str:
    if isinstance(value, (dict, list)):
        raise TypeError(value)
    return str(value)


_PARSERS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "boolean": _boolean,
    "choice": _choice,
    "date": _date,
    "integer": _integer,
    "list": _list,
    "number": _number,
    "string": _string,
}

TYPES = tuple(_PARSERS)
"""The types that a parameter may declare."""
