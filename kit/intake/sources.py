"""The files that a command line names, each under the name of its source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kit.errors import ConfigError
from kit.intake.names import snake

_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)=(.+)", re.DOTALL)


def named_sources(said: Sequence[str]) -> dict[str, Path]:
    """Return the path of each `NAME=FILE` or `FILE` by source name, in order; raises ConfigError for a name twice.

    Without a name it is that of the file, in safe form.
    """
    sources: dict[str, Path] = {}
    for text in said:
        match = None if Path(text).exists() else _NAME.fullmatch(text)
        path = Path(match[2] if match else text).expanduser()
        name = snake(match[1] if match else path.name.split(".")[0]) or "cases"
        if name in sources:
            raise ConfigError(f"two sources are called '{name}'", "Write --source NAME=FILE with a name for each.")
        sources[name] = path
    return sources
