"""A lease keeps the Spark server of a folder alive: a shared lock, which the system frees however its holder ends."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Lease:
    """A promise that the server of a folder lives on; freed by `release` or with the process."""

    folder: Path
    file: IO[str]

    def release(self) -> None:
        """Give the lease back; the server ends when it was the last. Harmless a second time."""
        self.file.close()

    def is_shared(self) -> bool:
        """Whether another lease is held on the same server."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            fcntl.flock(self.file, fcntl.LOCK_SH)
        return False

    def keep(self, seconds: float) -> None:
        """Have the server outlive its last lease by this time, or by more if somebody else wished so."""
        path = self.folder / "spark.lease"
        if seconds > float(path.read_text() or 0):
            path.write_text(str(seconds))

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def lease(folder: Path) -> Lease:
    """A lease on the server of `folder` (created if missing), whether it runs yet or not."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "spark.lease").open("a+", encoding="utf-8")
    fcntl.flock(file, fcntl.LOCK_SH)
    os.utime(folder / "spark.lease")
    return Lease(folder, file)
