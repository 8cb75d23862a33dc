"""Read-only views of `kit.yml` whose keys read as attributes: `stage.problem.target`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any


class Facts(Mapping[str, Any]):
    """A frozen mapping; nested mappings are wrapped on access, a missing key names the nearest known one."""

    def __init__(self, values: Mapping[str, Any], name: str = "kit.yml") -> None:
        self._values, self._name = dict(values), name

    def __getitem__(self, key: str) -> Any:
        return _wrap(self._values[key], f"{self._name}: {key}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("_"):
            raise AttributeError(key)
        if key not in self._values:
            near = difflib.get_close_matches(key, self._values, n=1)
            did = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(sorted(self._values))}."
            raise AttributeError(f"{self._name} has no '{key}'. {did}")
        return self[key]

    def __repr__(self) -> str:
        return repr(self._values)

    def plain(self) -> dict[str, Any]:
        """Return the values as plain dictionaries and lists."""
        return self._values


def _wrap(value: Any, name: str) -> Any:
    if isinstance(value, Mapping) and not isinstance(value, Facts):
        return Facts(value, name)
    return [_wrap(one, name) for one in value] if isinstance(value, list) else value
