"""What notebooks import. It depends on nothing of the rest of the kit, so it can travel to a cluster alone.

`start` and `Stage` are loaded at first use: the command line needs the errors below here and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kit.runtime.stage import Stage, start

__all__ = ["Stage", "start"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'kit.runtime' has no attribute '{name}'")
    from kit.runtime import stage

    return getattr(stage, name)
