"""Owns one Spark Connect server: starts its JVM, says when it is ready, ends it when nobody needs it any more.

Run by `kit.runtime.server` as a script of its own (`python -I -S guard.py FOLDER`, the order as JSON on stdin), so it
imports nothing but the standard library and starts in milliseconds. What it promises:

- It holds a lock on `spark.guard` as long as it lives, so a look at the lock tells whether there is a server.
- `spark.json` is written in one rename, readable by the user alone, and gone when the server is.
- The JVM ends when nobody has held `spark.lease` for the time written in that file, and when the guard dies (Linux).
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

READY = re.compile(r"Spark Connect server started at: .*?:(\d+)\s*$")
IDLE_LOOK_S = 0.5
PR_SET_PDEATHSIG = 1


class Guard:
    """The life of one server. `order` is what `kit.runtime.server.order_of` describes."""

    def __init__(self, folder: Path, order: dict[str, Any], scratch: Path) -> None:
        self.folder, self.order, self.scratch = folder, order, scratch
        self.known = {key: order[key] for key in ("token", "conf_hash", "log")} | {"guard_pid": os.getpid()}
        self.settings = scratch / "server.properties"
        self.jvm: subprocess.Popen[str] | None = None
        self.ready = self.stopping = False
        self.starting = threading.Lock()
        self.tail: list[str] = []

    def run(self) -> None:
        """Run the server to its end. A failed start leaves the last lines of its log in the record."""
        self.record(status="starting")
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=self.stop, daemon=True).start())
        threading.Thread(target=self.stop_when_idle, daemon=True).start()
        for options in self.order["attempts"]:
            self.serve([self.order["java"], *options, *self.order["arguments"]])
            if self.ready or self.stopping:
                self.forget()
                return
            if options:  # the class-data archive is the only thing that the next attempt leaves out
                Path(self.order["archive"]).unlink(missing_ok=True)
        self.record(status="failed", error="".join(self.tail))

    def serve(self, command: list[str]) -> None:
        """One JVM from its start to its end; none if nobody needs it any more."""
        write_privately(self.settings, f"{self.order['properties']}spark.local.dir={self.scratch}\n")
        named = {"{settings}": str(self.settings), "{scratch}": str(self.scratch)}
        with self.starting:
            if self.stopping:
                return
            self.jvm = subprocess.Popen(
                [fill(part, named) for part in command], env=self.order["env"], cwd=self.folder,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            )  # fmt: skip
        reader = threading.Thread(target=self.read_log, args=(self.jvm,), daemon=True)
        reader.start()
        # Waits for the process, not for the end of its output: a worker that outlives a killed JVM holds the pipe open.
        self.jvm.wait()
        reader.join(1)

    def read_log(self, jvm: subprocess.Popen[str]) -> None:
        """Copy the JVM's output to the log and publish the server once it names its port."""
        assert jvm.stdout is not None
        with open(self.order["log"], "a", encoding="utf-8", opener=private) as log:
            for line in jvm.stdout:
                log.write(line)
                log.flush()
                if not self.ready:
                    self.tail = [*self.tail[-14:], line]
                    if (port := READY.search(line)) and not self.stopping:
                        self.ready = True
                        self.settings.unlink()
                        self.record(status="ready", url=f"sc://localhost:{port.group(1)}", pid=jvm.pid)

    def stop_when_idle(self) -> None:
        """Stop once nobody has held the lease for as long as the lease file says (seconds, or "inf").

        A shared lock on that file is a holder. The system frees the locks of a process however it dies.
        """
        path = self.folder / "spark.lease"
        with path.open("r+") as lease:
            while not self.stopping:
                fcntl.flock(lease, fcntl.LOCK_EX)  # sleeps until the last holder is gone
                since = time.time()
                while (left := since + float(path.read_text() or 0) - time.time()) > 0:
                    fcntl.flock(lease, fcntl.LOCK_UN)
                    time.sleep(min(left, IDLE_LOOK_S))
                    try:
                        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        break
                    since = max(since, path.stat().st_mtime)
                else:
                    self.stopping = True
                    self.forget()  # under the lock: whoever comes next finds no server and starts another
                    break
        self.stop()

    def stop(self) -> None:
        """Ask the JVM to end, and make it end."""
        with self.starting:
            self.stopping = True
        if self.jvm is None:
            return
        self.jvm.terminate()
        try:
            self.jvm.wait(self.order["grace_s"])
        except subprocess.TimeoutExpired:
            self.jvm.kill()

    def record(self, **state: Any) -> None:
        """Tell the state of the server to whoever looks for it."""
        write_privately(self.folder / "spark.json", json.dumps(self.known | state))

    def forget(self) -> None:
        """Tell that there is no server."""
        (self.folder / "spark.json").unlink(missing_ok=True)


def fill(part: str, named: dict[str, str]) -> str:
    """A part of the command, with the paths that only the guard knows filled in."""
    for name, value in named.items():
        part = part.replace(name, value)
    return part


def die_with_parent() -> None:
    """Have Linux kill the JVM when the guard is gone; elsewhere a killed guard leaves its JVM behind."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def private(path: str, flags: int) -> int:
    """An opener for files that only this user may read."""
    return os.open(path, flags, 0o600)


def write_privately(path: Path, text: str) -> None:
    """Write a file in one rename, readable by this user alone."""
    draft = path.with_suffix(".tmp")
    with open(draft, "w", encoding="utf-8", opener=private) as file:
        file.write(text)
    draft.replace(path)


def detach() -> None:
    """Leave the caller's session, so that no Ctrl-C or closed terminal reaches the server, and be nobody's child."""
    os.setsid()
    if os.fork():
        os._exit(0)
    for signum in (signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)


def main() -> None:
    """Guard a server in the folder of the first argument; wait for an earlier guard of that folder to end."""
    folder, order = Path(sys.argv[1]), json.load(sys.stdin)
    detach()
    with (folder / "spark.guard").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        scratch = Path(tempfile.mkdtemp(prefix="kit-spark-"))
        try:
            Guard(folder, order, scratch).run()
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
