"""Progress of a run on stderr: a line that moves on a terminal, plain lines elsewhere, nothing when it is to be
quiet.
"""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Progress:
    """Tells of stages and cells as they come."""

    def __init__(self, stream: TextIO | None = None, *, is_quiet: bool = False) -> None:
        self._stream = stream or sys.stderr
        self._moves = self._stream.isatty() and not is_quiet
        self._is_quiet = is_quiet
        self._began = 0.0
        self._stage = ""

    def say(self, text: str) -> None:
        """Write one line."""
        if not self._is_quiet:
            self._stream.write(("\r\x1b[K" if self._moves else "") + text + "\n")
            self._stream.flush()

    def stage(self, name: str) -> None:
        """A stage begins."""
        self._began, self._stage = time.monotonic(), name
        if self._moves:
            self._line(f"  {name:<17} starting")
        else:
            self.say(f"  {name:<17} started")

    def cell(self, number: int, count: int, heading: str) -> None:
        """A cell of the stage begins."""
        if self._moves:
            seconds = time.monotonic() - self._began
            self._line(f"  {self._stage:<17} {seconds:5.0f} s  cell {number}/{count}  {heading}")

    def stage_done(self, name: str, status: str, detail: str) -> None:
        """A stage has ended."""
        self.say(f"  {name:<17} {status:<10} {detail}".rstrip())

    def _line(self, text: str) -> None:
        self._stream.write("\r\x1b[K" + text[:118])
        self._stream.flush()
