"""What notebooks import. It depends on nothing of the rest of the kit, so it can travel to a cluster alone."""

from kit.runtime.stage import Stage, start

__all__ = ["Stage", "start"]
