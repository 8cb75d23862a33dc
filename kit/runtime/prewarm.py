"""Imports that a stage will need, done while the stage before it still works; the runner names them at a kernel's
start.
"""

from __future__ import annotations

import importlib

_ALWAYS = {
    "connect": ("pandas", "pyspark.sql.connect.session", "pyspark.sql.functions", "matplotlib.pyplot"),
    "classic": ("pandas", "pyspark.sql", "matplotlib.pyplot"),
}


def warm(kind: str, *more: str) -> None:
    """Import what every stage on a `connect` or `classic` session needs, and `more` modules."""
    for name in (*_ALWAYS[kind], *more):
        importlib.import_module(name)
