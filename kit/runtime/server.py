"""One Spark Connect server per project, shared by whoever holds a lease on it; used by the runner and by notebooks.

    with lease(folder) as held:
        starting = begin(held, conf)        # returns in milliseconds
        ...                                 # whatever else takes time
        server = starting.wait_ready()

The guard (`guard.py`) owns the JVM and ends it when the last lease is gone. Nothing here imports pyspark.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.runtime import jars, jvm
from kit.runtime.archive import archive_options, archive_path
from kit.runtime.errors import KitError
from kit.runtime.java import find_java
from kit.runtime.lease import Lease, lease
from kit.runtime.settings import properties, spark_settings

__all__ = ["Lease", "Server", "Starting", "begin", "ensure_server", "find_server", "lease", "stop"]

START_LIMIT_S = 120.0
# What the JVM gets for its end, before it is killed.
GRACE_S = 5.0
LOOK_S = 0.01

# The kit's server answers this machine only. The last three free the cores from a client that vanished without a word,
# as a second line: `session.interrupt` does it at once.
CONNECT = {
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
    "spark.connect.execute.manager.detachedTimeout": "10s",
    "spark.connect.execute.manager.maintenanceInterval": "5s",
    "spark.connect.execute.reattachable.senderMaxStreamDuration": "10s",
}


@dataclass(frozen=True)
class Server:
    """A running server: `url` is sc://localhost:PORT, `pid` the JVM's, `conf_hash` names the settings it runs with."""

    folder: Path
    url: str
    token: str
    pid: int
    guard_pid: int
    log: Path
    conf_hash: str

    def is_alive(self) -> bool:
        """Whether this very server still runs; microseconds."""
        record = read_record(self.folder)
        return record is not None and record.get("pid") == self.pid

    def wait_gone(self) -> None:
        """Return when this server has ended, however it did. Sleeps in the kernel, so give it a thread of its own."""
        with (self.folder / "spark.guard").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)


@dataclass(frozen=True)
class Starting:
    """A server that has been asked for, perhaps running already."""

    folder: Path
    token: str

    def wait_ready(self, limit_s: float = START_LIMIT_S) -> Server:
        """The server once it takes connections. Raises `KitError` with its last words if it does not come up."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            record = read_record(self.folder)
            if record is None or record["token"] != self.token or record["status"] == "failed":
                raise start_error(self.folder, record)
            if record["status"] == "ready":
                return server_of(self.folder, record)
            time.sleep(LOOK_S)
        raise KitError(
            f"The Spark server was not ready within {limit_s:.0f} s.",
            f"Its log is {self.folder / 'spark.log'}. Stop it by `kit spark stop` and look at `kit doctor`.",
        )


def ensure_server(held: Lease, conf: Mapping[str, str], keep_s: float = 0, python_path: Sequence[Path] = ()) -> Server:
    """`begin` and `wait_ready` in one."""
    return begin(held, conf, keep_s, python_path).wait_ready()


def begin(held: Lease, conf: Mapping[str, str], keep_s: float = 0, python_path: Sequence[Path] = ()) -> Starting:
    """Find the running server of the lease's folder or start one, without waiting until it is ready.

    `conf` are Spark settings, `keep_s` how long the server outlives its last lease (infinite: until it is stopped),
    `python_path` what its Python workers can import besides the installed packages. A server with other settings is
    replaced if this lease is the only one on it; else a `KitError` says so.
    """
    wanted = conf_hash(conf, python_path)
    with starting_alone(held.folder):
        record = read_record(held.folder)
        if record and record["conf_hash"] != wanted:
            if held.is_shared():
                raise KitError(
                    f"A Spark server with other settings is in use in {held.folder}.",
                    "Close the notebooks or the run that use it, or stop it by `kit spark stop`.",
                )
            stop(held.folder)
            record = None
        if record and record["status"] != "failed":
            held.keep(keep_s)
            return Starting(held.folder, record["token"])
        (held.folder / "spark.lease").write_text(str(keep_s))
        order = order_of(held.folder, conf, python_path)
        spawn_guard(held.folder, order)
        return Starting(held.folder, order["token"])


def find_server(folder: Path) -> Server | None:
    """The server of a folder if one is ready; no lease is taken and nothing is started."""
    record = read_record(folder)
    return server_of(folder, record) if record and record["status"] == "ready" else None


def stop(folder: Path, limit_s: float = 15.0) -> bool:
    """Stop the server of a folder, whoever uses it, and wait for its end; False if there was none."""
    record = read_record(folder)
    if record is None or not is_guarded(folder):
        return False
    os.kill(record["guard_pid"], signal.SIGTERM)
    end = time.monotonic() + limit_s
    while is_guarded(folder):
        if time.monotonic() > end:
            raise KitError(f"The Spark server did not stop within {limit_s:.0f} s.", f"kill -9 {record['guard_pid']}")
        time.sleep(LOOK_S)
    return True


def conf_hash(conf: Mapping[str, str], python_path: Sequence[Path] = ()) -> str:
    """Names the settings of a server, so that one with others is not mistaken for it."""
    told = json.dumps([spark_settings(conf), list(map(str, python_path)), sys.executable], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def order_of(folder: Path, conf: Mapping[str, str], python_path: Sequence[Path]) -> dict[str, Any]:
    """What the guard is told: the command in parts, its environment, the settings with the token, the log."""
    java, delta = find_java(), jars.delta_jars()
    token = secrets.token_urlsafe(32)
    settings = {
        "spark.sql.warehouse.dir": (folder / "warehouse").resolve().as_uri(),
        **spark_settings(conf),
        **CONNECT,
        "spark.connect.authenticate.token": token,
    }
    main = ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"]
    if not settings["spark.master"].startswith("local"):
        settings["spark.jars"] = ",".join([*map(str, delta), *filter(None, [settings.get("spark.jars")])])
    archive = archive_path(java, delta)
    executable, *arguments = jvm.java_command(
        java, delta, settings, ["--properties-file", "{settings}", *main], ["-Djava.io.tmpdir={scratch}"]
    )
    return {
        "java": executable,
        # A second attempt only where the first one differs from it.
        "attempts": [options, []] if (options := archive_options(archive)) else [[]],
        "archive": str(archive),
        "arguments": arguments,
        "env": jvm.spark_environment(java, python_path),
        "properties": properties(settings),
        "token": token,
        "conf_hash": conf_hash(conf, python_path),
        "log": str((folder / "spark.log").resolve()),
        "grace_s": GRACE_S,
    }


def spawn_guard(folder: Path, order: Mapping[str, Any]) -> None:
    """Start the guard and return when it has put its record down, which takes milliseconds."""
    (folder / "spark.json").unlink(missing_ok=True)
    (folder / "spark.log").unlink(missing_ok=True)
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py")), str(folder.resolve())]
    # The first process forks and ends at once: the guard is nobody's child and leaves no zombie. It must not hold a
    # pipe of ours open, or whoever reads this process's output would wait for the server's end.
    with (folder / "guard.log").open("wb") as log:
        subprocess.run(command, input=json.dumps(order), text=True, check=True, stdout=log, stderr=log)
    end = time.monotonic() + START_LIMIT_S
    while (read_record(folder) or {}).get("token") != order["token"]:
        if time.monotonic() > end:
            raise KitError(
                f"The guard of the Spark server did not start in {folder}.", "Is the disk full? `kit doctor`"
            )
        time.sleep(LOOK_S / 2)


def read_record(folder: Path) -> dict[str, Any] | None:
    """What the guard of a folder says about its server; None without a living guard, unless it told of a failure."""
    try:
        record: dict[str, Any] = json.loads((folder / "spark.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return record if record["status"] == "failed" or is_guarded(folder) else None


def server_of(folder: Path, record: Mapping[str, Any]) -> Server:
    """The server that a record with the status `ready` tells of."""
    names = ("url", "token", "pid", "guard_pid", "conf_hash")
    return Server(folder=folder, log=Path(record["log"]), **{name: record[name] for name in names})


def is_guarded(folder: Path) -> bool:
    """Whether a guard lives: it holds its lock until it dies, however it dies."""
    try:
        with (folder / "spark.guard").open(encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


@contextmanager
def starting_alone(folder: Path) -> Iterator[None]:
    """One process at a time looks for a server and starts one."""
    with (folder / "spark.start").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start_error(folder: Path, record: Mapping[str, Any] | None) -> KitError:
    """Why a server did not come up, with the last lines of its log."""
    log = folder / "spark.log"
    last = (record or {}).get("error", "")
    return KitError(
        "The Spark server ended before it was ready" + (f":\n{last.rstrip()}" if last else "."),
        f"Its whole log is {log}; `kit doctor` looks at Java, memory and disk.",
    )
