"""Runs a command and measures its wall time and the peak memory of its whole process tree, Spark's JVM included."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOK_S = 2.0


@dataclass(frozen=True)
class Measured:
    """Wall time in seconds and the largest proportional memory (PSS) of the tree in MiB."""

    seconds: float
    peak_mb: float
    output: str


def measure(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], near: Path | None = None) -> Measured:
    """Run a command to its end; raises RuntimeError with its last words where it fails.

    `near` is a folder: processes that name it on their command line (the Spark server's guard) count with their trees.
    """
    peak, stop = [0.0], threading.Event()
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    watcher = threading.Thread(target=_watch, args=(process.pid, near, peak, stop), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    seconds = time.perf_counter() - began
    stop.set()
    watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-4000:]}")
    return Measured(seconds, peak[0], output)


def _watch(pid: int, near: Path | None, peak: list[float], stop: threading.Event) -> None:
    while not stop.wait(LOOK_S):
        roots = [pid, *(_naming(near) if near else [])]
        peak[0] = max(peak[0], sum(_memory(one) for one in _trees(roots)))


def _naming(folder: Path) -> list[int]:
    return [one.pid for one in psutil.process_iter(["cmdline"]) if str(folder) in (one.info["cmdline"] or [])[-1:]]


def _trees(roots: list[int]) -> set[int]:
    found: set[int] = set()
    for root in roots:
        try:
            found |= {root, *(child.pid for child in psutil.Process(root).children(recursive=True))}
        except psutil.NoSuchProcess:
            continue
    return found


def _memory(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_full_info().pss) / 2**20
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
