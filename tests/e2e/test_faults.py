"""What is left behind when a kernel, the supervisor or Spark dies in the middle of a stage is still true."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from kit.records import is_locked, read_runs
from kit.runtime.server import find_server
from tests.e2e.conftest import environment, kit, month


def test_a_killed_kernel_leaves_a_true_record(copied: Path) -> None:
    insert_after_start(copied, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    done = kit("run", copied, *month(), "--only", "monitoring", "--json")
    assert done.code == 1
    (stage,) = done.value["stages"]
    assert (done.value["status"], stage["status"]) == ("failed", "failed")
    assert "DeadKernelError" in stage["error"]
    executed = json.loads((copied / stage["notebook"]).read_text())["cells"]
    states = [cell["metadata"]["papermill"]["status"] for cell in executed]
    assert states.count("failed") == 1
    assert set(states[states.index("failed") + 1 :]) == {"pending"}
    assert read_runs(copied)[-1]["status"] == "failed"


def test_a_failing_cell_is_told_with_stage_cell_notebook_cause_and_owner(copied: Path) -> None:
    insert_after_start(copied, "1 / 0")
    done = kit("run", copied, *month(), "--only", "monitoring")
    assert done.code == 1
    for said in ("Stage monitoring failed at cell", "ZeroDivisionError", "05_monitoring.ipynb", "Amara Okafor"):
        assert said in done.out


def test_a_killed_supervisor_is_read_as_died_and_leaves_no_jvm(copied: Path) -> None:
    process = begin_slow_run(copied)
    server = find_server(copied / ".kit" / "spark")
    assert server is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not is_locked(copied)
    assert read_runs(copied)[-1]["status"] == "died"
    wait_until(lambda: not Path(f"/proc/{server.pid}").exists(), 30)
    status = kit("status", copied, "--json").value
    assert status["last_run"]["status"] == "died"


def test_an_interrupt_is_recorded_and_ends_with_130(copied: Path) -> None:
    process = begin_slow_run(copied)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    run = read_runs(copied)[-1]
    assert (run["status"], run["stages"][0]["status"]) == ("interrupted", "interrupted")


def test_a_dead_spark_server_is_noticed_and_named(copied: Path) -> None:
    process = begin_slow_run(copied)
    server = find_server(copied / ".kit" / "spark")
    assert server is not None
    os.kill(server.pid, signal.SIGKILL)
    assert process.wait(30) == 1
    assert "Spark server ended" in read_runs(copied)[-1]["stages"][0]["error"]


def insert_after_start(project: Path, source: str) -> None:
    """Put a cell of code behind the start cell of the monitoring notebook."""
    path = project / "notebooks" / "05_monitoring.ipynb"
    notebook = json.loads(path.read_text())
    at = next(n for n, cell in enumerate(notebook["cells"]) if "start" in cell["metadata"].get("tags", []))
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "inserted",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    notebook["cells"].insert(at + 1, cell)
    path.write_text(json.dumps(notebook))


def begin_slow_run(project: Path) -> subprocess.Popen[bytes]:
    """Start a run of monitoring that stays in a Spark job, and return when it is there."""
    mark = project / "in-the-cell"
    insert_after_start(project, f"spark = stage.spark\nopen({str(mark)!r}, 'w').close()\nimport time; time.sleep(300)")
    command = [sys.executable, "-m", "kit", "run", str(project), *month(), "--only", "monitoring", "--json"]
    process = subprocess.Popen(
        command,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 - no other thread of this process holds a lock
    )
    wait_until(mark.exists, 120)
    return process


def heed_interrupts() -> None:
    """Take SIGINT as a terminal sends it: a shell's background job, as tests may be, would ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    """Look until something is so; fail after some time."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
