"""Where `stages/`, `templates/` and `config/` lie: an organisation's overlay first, then the kit's own.

The kit's own folders are in the wheel, or beside the package in a checkout. An overlay has any of the three.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kit.errors import KitError

OVERLAY_VARIABLE = "KIT_OVERLAY"

_PACKAGE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Resources:
    """A search path of roots; the first that has a file wins."""

    roots: tuple[Path, ...]

    def find(self, relative: str) -> Path | None:
        """Return the file or folder of the first root that has it."""
        return next((root / relative for root in self.roots if (root / relative).exists()), None)

    def layers(self, relative: str) -> list[Path]:
        """Return the file or folder in every root that has it, the kit's own first and the overlay last."""
        return [root / relative for root in reversed(self.roots) if (root / relative).exists()]

    def folders(self, relative: str) -> list[str]:
        """Return the sorted names of the folders below `relative`, over all roots."""
        found = {entry.name for layer in self.layers(relative) for entry in layer.iterdir() if entry.is_dir()}
        return sorted(name for name in found if not name.startswith((".", "__")))

    def label(self, path: Path) -> str:
        """Return the path as messages show it: relative to its root."""
        for root in self.roots:
            if path.is_relative_to(root):
                return path.relative_to(root).as_posix()
        return str(path)


def kit_resources(overlay: Path | None = None) -> Resources:
    """Return the search path; without `overlay` the folder named by KIT_OVERLAY, if any, comes first."""
    named = overlay or (Path(os.environ[OVERLAY_VARIABLE]) if os.environ.get(OVERLAY_VARIABLE) else None)
    own = resource("stages").parent
    if named is None:
        return Resources((own,))
    if not named.is_dir():
        raise KitError(f"{named}: the overlay is not a folder", "Name a folder with stages/, templates/ or config/.")
    return Resources((named.resolve(), own))


def resource(name: str) -> Path:
    """Return the kit's own folder `stages`, `templates` or `config`; raises KitError where it is missing."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise KitError(f"the kit's folder '{name}' is missing from {_PACKAGE}", "Install usecase-kit again.")
