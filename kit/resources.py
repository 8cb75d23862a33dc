"""Where the kit's own `stages/`, `templates/` and `config/` lie: in the wheel, or beside the package in a checkout."""

from __future__ import annotations

from pathlib import Path

from kit.errors import KitError

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Return the folder `stages`, `templates` or `config`; raises KitError where the installation lacks it."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise KitError(f"the kit's folder '{name}' is missing from {_PACKAGE}", "Install usecase-kit again.")
