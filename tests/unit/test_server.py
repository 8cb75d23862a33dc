"""The life of a server under its guard, with a script in the place of the JVM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kit.runtime import server
from kit.runtime.errors import KitError

READY = "26/11/24 INFO SparkConnectServer: Spark Connect server started at: 127.0.0.1:4711"
LIVES = f"print({READY!r}, flush=True); import time; time.sleep(120)"
CONF = {"spark.sql.shuffle.partitions": "2"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a server keeps its state; whatever was started there is stopped after the test."""
    yield tmp_path / "spark"
    server.stop(tmp_path / "spark")


@pytest.fixture(autouse=True)
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Say what the "JVM" does; it lives until it is stopped unless told otherwise. `KIT_TEST` marks an attempt."""
    program = tmp_path / "jvm.py"

    def order_of(folder: Path, conf: Mapping[str, str], python_path: Sequence[Path]) -> dict[str, Any]:
        return {
            "java": sys.executable, "attempts": [[]], "archive": str(tmp_path / "archive"), "grace_s": 5.0,
            "arguments": [str(program), "{settings}"], "env": dict(os.environ),
            "properties": "spark.connect.authenticate.token=secret\n", "token": os.urandom(8).hex(),
            "conf_hash": server.conf_hash(conf, python_path), "log": str(folder / "spark.log"),
        }  # fmt: skip

    def say(text: str) -> None:
        program.write_text(text)

    say(LIVES)
    monkeypatch.setattr(server, "order_of", order_of)
    return say


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may go while its file is read
        return False


def eventually(is_so: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.02)
    return False


def test_a_server_is_started_ready_and_gone_with_its_last_lease(folder: Path) -> None:
    with server.lease(folder) as held:
        found = server.ensure_server(held, CONF)
        assert found.url == "sc://localhost:4711"
        assert found.is_alive()
        assert is_running(found.pid)
        assert (folder / "spark.json").stat().st_mode & 0o777 == 0o600
    found.wait_gone()
    assert not is_running(found.pid)
    assert not found.is_alive()
    assert server.find_server(folder) is None


def test_the_token_is_on_no_command_line_and_its_file_is_gone_once_ready(folder: Path) -> None:
    with server.lease(folder) as held:
        found = server.ensure_server(held, CONF)
        command = Path(f"/proc/{found.pid}/cmdline").read_text().split("\0")
        assert not any(found.token in part for part in command)
        assert not Path(command[2]).exists()
        assert found.token not in (folder / "spark.log").read_text()


def test_a_running_server_is_reused(folder: Path) -> None:
    with server.lease(folder) as first, server.lease(folder) as second:
        found = server.ensure_server(first, CONF)
        assert server.ensure_server(second, CONF) == found
        first.release()
        assert not eventually(lambda: not found.is_alive(), within_s=0.5), "it ended though it was in use"


def test_many_at_once_start_one_server(folder: Path) -> None:
    leases = [server.lease(folder) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda held: server.ensure_server(held, CONF), leases))
    assert len({one.pid for one in found}) == 1
    for held in leases:
        held.release()


def test_a_holder_killed_by_force_leaves_no_server(folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from kit.runtime import server;"
        "held = server.lease(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with server.lease(folder) as held:
            found = server.ensure_server(held, CONF)
        assert not eventually(lambda: not found.is_alive(), within_s=0.5), "the other holder was overlooked"
        holder.kill()
    assert eventually(lambda: not is_running(found.pid) and not is_running(found.guard_pid))


def test_a_server_that_is_kept_ends_when_the_time_is_over(folder: Path) -> None:
    with server.lease(folder) as held:
        found = server.ensure_server(held, CONF, keep_s=1.5)
    assert not eventually(lambda: not found.is_alive(), within_s=1.0)
    with server.lease(folder) as held:  # a new holder starts the time again
        assert server.ensure_server(held, CONF) == found
    assert not eventually(lambda: not found.is_alive(), within_s=1.0)
    assert eventually(lambda: not is_running(found.pid), within_s=3.0)


def test_a_server_kept_without_limit_lives_until_it_is_stopped(folder: Path) -> None:
    with server.lease(folder) as held:
        server.ensure_server(held, CONF)
        found = server.ensure_server(held, CONF, keep_s=float("inf"))
    assert not eventually(lambda: not found.is_alive(), within_s=1.5)
    assert server.stop(folder)
    assert not is_running(found.pid)
    assert not server.stop(folder)


def test_a_killed_guard_takes_the_jvm_along_and_is_no_server(folder: Path) -> None:
    with server.lease(folder) as held:
        found = server.ensure_server(held, CONF)
        os.kill(found.guard_pid, signal.SIGKILL)
        assert eventually(lambda: not is_running(found.pid))
        assert eventually(lambda: not found.is_alive())  # its last threads hold the lock a moment longer
        again = server.ensure_server(held, CONF)
        assert again.pid != found.pid


def test_a_killed_jvm_is_noticed_at_once(folder: Path) -> None:
    with server.lease(folder) as held:
        found = server.ensure_server(held, CONF)
        gone = threading.Thread(target=found.wait_gone, daemon=True)
        gone.start()
        os.kill(found.pid, signal.SIGKILL)
        gone.join(1)
        assert not gone.is_alive()
        assert server.find_server(folder) is None


def test_a_jvm_that_does_not_come_up_says_why(folder: Path, script: Callable[[str], None]) -> None:
    script("print('Error: Could not reserve enough space for object heap'); raise SystemExit(1)")
    with server.lease(folder) as held:
        with pytest.raises(KitError) as raised:
            server.ensure_server(held, CONF)
        assert "Could not reserve enough space" in raised.value.message
        assert str(folder / "spark.log") in raised.value.hint
        script(LIVES)
        assert server.ensure_server(held, CONF).is_alive()


def test_a_broken_archive_never_fails_a_start(
    folder: Path, script: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "archive").write_text("broken")
    order_of = server.order_of
    monkeypatch.setattr(server, "order_of", lambda *about: order_of(*about) | {"attempts": [["-X", "archive"], []]})
    script(f"import sys\nif 'archive' in sys._xoptions: raise SystemExit(134)\n{LIVES}")
    with server.lease(folder) as held:
        assert server.ensure_server(held, CONF).is_alive()
        assert not (tmp_path / "archive").exists()


def test_leaving_while_the_server_starts_leaves_none(folder: Path, script: Callable[[str], None]) -> None:
    script("import time; time.sleep(60)")
    with server.lease(folder) as held:
        server.begin(held, CONF)
        guard = json.loads((folder / "spark.json").read_text())["guard_pid"]
    assert eventually(lambda: not is_running(guard))
    assert not (folder / "spark.json").exists()


def test_a_start_that_takes_too_long_is_an_error(folder: Path, script: Callable[[str], None]) -> None:
    script("import time; time.sleep(60)")
    with server.lease(folder) as held, pytest.raises(KitError, match=r"not ready within 0 s"):
        server.begin(held, CONF).wait_ready(0.2)


def test_other_settings_replace_a_server_that_nobody_else_uses(folder: Path) -> None:
    with server.lease(folder) as held:
        first = server.ensure_server(held, CONF)
        second = server.ensure_server(held, {**CONF, "spark.sql.shuffle.partitions": "8"})
        assert second.conf_hash != first.conf_hash
        assert not is_running(first.pid)


def test_other_settings_are_refused_while_somebody_uses_the_server(folder: Path) -> None:
    with server.lease(folder) as first, server.lease(folder) as second:
        found = server.ensure_server(first, CONF)
        with pytest.raises(KitError, match="other settings is in use"):
            server.ensure_server(second, {})
        assert found.is_alive()
