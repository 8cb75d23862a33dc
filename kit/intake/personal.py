"""Whether a column describes a person: by the words of its name, or by the form of its values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kit.intake.names import snake

_WORDS = frozenset({
    *("address", "adresse", "birth", "birthdate", "birthday", "dob", "email", "firstname", "fullname"),
    *("geburtsdatum", "iban", "ip", "lastname", "mail", "mobile", "nachname", "passport", "phone"),
    *("ssn", "street", "strasse", "surname", "telefon", "telephone", "username", "vorname"),
})  # fmt: skip
_SENSITIVE = frozenset({
    *("age", "ethnicity", "gender", "nationality", "postcode", "race", "religion", "salary", "sex", "zip", "zipcode"),
})  # fmt: skip
"""Words that describe a person without naming one: a model may learn from them only on purpose."""
_PERSON = frozenset({"client", "contact", "customer", "employee", "guest", "member", "passenger", "patient", "person",
                     "user", "visitor"})  # fmt: skip
_NAMES = frozenset({"name", "fullname"})
_FORMS = {
    "e-mail addresses": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "IBANs": re.compile(r"[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){3,7}( ?[A-Z0-9]{1,3})?"),
    "IP addresses": re.compile(r"([0-9]{1,3}\.){3}[0-9]{1,3}"),
    "phone numbers": re.compile(r"(\+|00)[0-9]{1,3}[-0-9 ()/.]{6,16}|\(?[0-9]{3}\)?[- ][0-9]{3}[- ][0-9]{4}"),
}
_LOOK = 200
_MOST = 0.8


def personal_reason(header: str, values: Sequence[str]) -> str:
    """Return why a column may describe a person, a short phrase; empty where nothing says so."""
    words = snake(header).split("_")
    telling = [word for word in words if word in _WORDS | _SENSITIVE]
    if "".join(words) in _WORDS:
        telling.append("".join(words))
    if set(words) & _NAMES and (len(words) == 1 or set(words) & _PERSON):
        telling.append("name")
    if telling:
        return f"personal: its name says '{telling[0]}'"
    first = values[:_LOOK]
    for form, regex in _FORMS.items():
        if first and sum(bool(regex.fullmatch(value.strip())) for value in first) > _MOST * len(first):
            return f"personal: holds {form}"
    return ""


def is_described_only(header: str) -> bool:
    """Whether the name says what a person is like (age, sex), not who it is."""
    return bool(set(snake(header).split("_")) & _SENSITIVE)
