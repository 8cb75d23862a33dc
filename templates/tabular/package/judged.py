"""The measure by which a kind of problem is judged, as charts name and write it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Judged:
    """The measure by which charts judge a model: its column, its name, what shuffling a column does to it, its value
    where nothing is known, its format.
    """

    column: str
    title: str
    shuffled: str
    worthless: float = 0.0
    form: str = ".3f"

    def said_of(self, value: float) -> str:
        """Return a value in words."""
        return format(value, self.form)
