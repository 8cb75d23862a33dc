"""One scheduled run as a process of its own: tried again after growing waits, ended at its deadline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType
from typing import IO, Any

STOPPED = 130
GRACE_S = 60.0
"""How long a run that is ended has for its record, its kernels and its Spark."""


@dataclass
class Clock:
    """What time is for attempts: monotonic seconds, and how to let some pass."""

    seconds: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Tries:
    """How a run is tried."""

    retries: int
    wait_s: float
    """The wait before the first retry; it doubles with each further one."""
    deadline_s: float | None
    """From the first start on, waits included; none means for ever."""


@dataclass(frozen=True)
class Attempt:
    """How the tries of a run ended."""

    code: int
    """The exit code of the last one."""
    tries: int
    is_late: bool = False
    """Whether it ended because of its deadline."""


def attempt(
    start: Callable[[float | None], tuple[int, bool]], tries: Tries, clock: Clock, is_final: Callable[[int], bool]
) -> Attempt:
    """Call `start(seconds_left)`, which returns an exit code and whether it ran out of time, until it is final."""
    began = clock.seconds()
    for number in range(tries.retries + 1):
        left = None if tries.deadline_s is None else tries.deadline_s - (clock.seconds() - began)
        code, is_late = start(left)
        if is_late or is_final(code) or number == tries.retries:
            return Attempt(code, number + 1, is_late)
        wait = tries.wait_s * 2**number
        if tries.deadline_s is not None and clock.seconds() - began + wait >= tries.deadline_s:
            return Attempt(code, number + 1, is_late=True)
        clock.sleep(wait)
    raise AssertionError("the last try returns")


def run_kit(arguments: Sequence[str], timeout_s: float | None, *, is_quiet: bool) -> tuple[int, bool]:
    """Run `kit` with arguments and return its exit code, and whether it was ended at the timeout.

    All that it says goes to stderr: at once, or, where `is_quiet`, in the end and only when it did not succeed. When
    this process is interrupted or terminated, `kit` is ended too and KeyboardInterrupt is raised.
    """
    with tempfile.TemporaryFile() if is_quiet else nullcontext() as kept, _terminated_as_interrupted():
        output: IO[Any] = kept or sys.stderr
        # Its own session: Control-C reaches it once, by us, and it can be killed with all that it has started.
        child = subprocess.Popen(
            [sys.executable, "-m", "kit", *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        code, is_late = _await(child, timeout_s)
        if kept is not None and code != 0:
            kept.seek(0)
            sys.stderr.write(kept.read().decode("utf-8", "replace"))
            sys.stderr.flush()
        return code, is_late


def _await(child: subprocess.Popen[bytes], timeout_s: float | None) -> tuple[int, bool]:
    try:
        return child.wait(timeout_s), False
    except subprocess.TimeoutExpired:
        return _end(child), True
    except KeyboardInterrupt:
        _end(child)
        raise


def _end(child: subprocess.Popen[bytes]) -> int:
    """End a run as if interrupted: SIGTERM, for which it writes its record; whoever ignores it is killed.

    SIGINT would not do: a shell lets what it starts in the background ignore it.
    """
    child.send_signal(signal.SIGTERM)
    try:
        return child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        return child.wait()


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    before = {one: signal.signal(one, _interrupt) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
