"""Secrets by reference: kit.yml says `secret://SCOPE/KEY`, and the value is found where the notebook runs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from kit.runtime.errors import KitError

HIDDEN = "[secret]"
"""What stands in place of a secret's value in whatever is written."""
_REFERENCE = re.compile(r"secret://([\w.-]+)/([\w.-]+)")


def secret_value(text: str) -> str:
    """Return the value that `secret://SCOPE/KEY` stands for; any other text as it is.

    It comes from the secret scope of Databricks where the notebook has `dbutils`, else from the environment variable
    of `variable_of`. Raises KitError, which names the secret and not its value, where neither has it.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return text
    scope, key = found[1], found[2]
    if dbutils := _dbutils():
        return str(dbutils.secrets.get(scope=scope, key=key))
    variable = variable_of(scope, key)
    if variable not in os.environ:
        said = f"the secret {text} is not known here"
        raise KitError(said, f"Set the environment variable {variable}; on Databricks, put it into the scope {scope}.")
    return os.environ[variable]


def variable_of(scope: str, key: str) -> str:
    """Return the environment variable of a secret: KIT_SECRET_SCOPE_KEY, in capitals, `_` for any other sign."""
    return re.sub(r"\W", "_", f"KIT_SECRET_{scope}_{key}").upper()


def known_values(declared: Any) -> list[str]:
    """Return the values of all references in a nested declaration that this process's environment has, longest first.

    A value of fewer than four characters is none to hide: it would be cut out of innocent words.
    """
    values = {os.environ.get(variable_of(*found)) for found in set(_references(declared))}
    return sorted((value for value in values if value and len(value) >= 4), key=len, reverse=True)


def _references(declared: Any) -> Iterator[tuple[str, str]]:
    if isinstance(declared, Mapping):
        declared = list(declared.values())
    if isinstance(declared, (list, tuple)):
        for one in declared:
            yield from _references(one)
    elif isinstance(declared, str) and (found := _REFERENCE.fullmatch(declared)):
        yield found[1], found[2]


def _dbutils() -> Any:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell.user_ns.get("dbutils") if shell else None
