"""The one base of all errors that the kit raises on purpose; raised everywhere, caught by the CLI alone."""

from __future__ import annotations


class KitError(Exception):
    """A problem that the user can cure.

    `message` says what is wrong and where (file, line, key, stage, cell), `hint` what to do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message
