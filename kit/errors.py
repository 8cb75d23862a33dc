"""The errors that verbs and nouns raise; all derive from the runtime's `KitError`."""

from __future__ import annotations

from kit.runtime.errors import KitError

__all__ = ["ConfigError", "KitError", "NotAllowed", "TemplateError"]


class ConfigError(KitError):
    """Raised when `kit.yml`, an answers file or a file of `config/` says something that cannot be."""


class NotAllowed(KitError):
    """Raised when somebody may not decide what they want to decide; nothing has been written."""


class TemplateError(ConfigError):
    """Raised when there is no such template, or when it cannot be composed into notebooks."""
