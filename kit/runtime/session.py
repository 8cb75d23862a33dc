"""The Spark session of a notebook or a script, whatever platform it runs on; pyspark is imported on use."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import queue
import sys
import tempfile
import threading
import uuid
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.runtime.errors import KitError
from kit.runtime.server import Lease, Server, ensure_server, lease, stop

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

USER_ID = "kit"
# Retries of a call to a server that is gone: their waits are together about 20 s.
MAX_RETRIES = 5
# How long the server of a project outlives the last notebook that was open on it.
NOTEBOOK_KEEP_S = 60.0


@dataclass(frozen=True)
class Attached:
    """What ties this process to the server of a project: the lease lives as long as the process."""

    server: Server
    lease: Lease
    spark: SparkSession


# One per process by nature, as pyspark's own active session is: a notebook that calls `get_spark` again gets the same.
_attached: Attached | None = None


def get_spark(
    state_dir: Path, settings: Mapping[str, str], python_path: Sequence[Path] = (), kind: str = ""
) -> SparkSession:
    """The session to use here: the platform's, the endpoint's of SPARK_REMOTE, a classic one, or the project's.

    `kind` is connect or classic (KIT_SPARK, then connect). The notebooks of a project and its runs share one Spark
    Connect server, found or started in `state_dir`; it ends a minute after the last notebook is closed, at once after
    a run. `settings` are Spark settings, `python_path` folders that Python workers import from besides the installed
    packages. A run names its sessions by KIT_SESSION_ID, so that it can stop what a killed kernel left.
    """
    silence()
    if spark := predefined_session():
        return spark
    if found := endpoint():
        return endpoint_session(*found, python_path)
    if (kind or os.environ.get("KIT_SPARK")) == "classic":
        from kit.runtime.classic import classic_session

        silence_query_log()
        state_dir.mkdir(parents=True, exist_ok=True)
        return classic_session(settings, python_path, state_dir / "spark-classic.log")
    return project_session(state_dir, settings, python_path)


def predefined_session() -> SparkSession | None:
    """The session that is there already: Databricks' own, or a `spark` in the notebook that still works."""
    if "DATABRICKS_RUNTIME_VERSION" in os.environ:
        from pyspark.sql import SparkSession

        return SparkSession.builder.getOrCreate()
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    spark = shell.user_ns.get("spark") if shell else None
    if type(spark).__name__ != "SparkSession" or (_attached and spark is _attached.spark):
        return None
    return None if is_stopped(spark) else spark


def is_stopped(spark: Any) -> bool:
    """Whether `stop` was called on a session, classic or Connect."""
    if hasattr(spark, "is_stopped"):
        return bool(spark.is_stopped)
    return spark._sc is None or spark._sc._jsc is None


def endpoint() -> tuple[str, str] | None:
    """The URL and the token of the Spark Connect endpoint that SPARK_REMOTE names; None without one."""
    url = os.environ.get("SPARK_REMOTE")
    return (url, os.environ.get("SPARK_CONNECT_AUTHENTICATE_TOKEN", "")) if url else None


def endpoint_session(url: str, token: str, python_path: Sequence[Path]) -> SparkSession:
    """A session on an endpoint, to which the Python files of `python_path` are sent for its workers."""
    spark = connect_session(url, token, session_id())
    with tempfile.TemporaryDirectory(prefix="kit-") as scratch:
        for folder in python_path:
            archive = Path(scratch) / f"{folder.parent.name}-{folder.name}.zip"
            with zipfile.ZipFile(archive, "w") as packed:
                for file in sorted(folder.rglob("*.py")):
                    packed.write(file, file.relative_to(folder))
            spark.addArtifacts(str(archive), pyfile=True)
    atexit.register(end_session, spark)
    return spark


def end_session(spark: Any, on: Server | None = None) -> None:
    """Release a session at the end of its process: a server keeps what it has planned for one until it is told."""
    if is_stopped(spark):
        return
    spark.release_session_on_close = on is None or on.is_alive()
    limit_retries(spark.client, 1)  # a process does not wait for who is gone
    with contextlib.suppress(Exception):  # whatever the server says, nobody is there to hear it
        spark.stop()


def project_session(state_dir: Path, settings: Mapping[str, str], python_path: Sequence[Path] = ()) -> SparkSession:
    """A session on the project's server, which is started if need be and kept while this process lives."""
    global _attached
    if _attached and _attached.server.is_alive() and not is_stopped(_attached.spark):
        return _attached.spark
    if _attached:
        discard(_attached)
    held = lease(state_dir)
    found = ensure_server(held, settings, 0 if "KIT_SESSION_ID" in os.environ else NOTEBOOK_KEEP_S, python_path)
    spark = connect_session(found.url, found.token, session_id())
    _attached = Attached(found, held, spark)
    atexit.register(end_session, spark, found)
    return spark


@contextlib.contextmanager
def passing_session(settings: Mapping[str, str]) -> Iterator[SparkSession]:
    """A session for one look: the platform's, the endpoint's of SPARK_REMOTE, else of a server that ends with it."""
    silence()
    if spark := predefined_session():
        yield spark
        return
    if found := endpoint():
        with _stopped(connect_session(*found, session_id())) as spark:
            yield spark
        return
    with tempfile.TemporaryDirectory(prefix="kit-") as folder, lease(Path(folder)) as held:
        server = ensure_server(held, settings)
        try:
            with _stopped(connect_session(server.url, server.token, session_id())) as spark:
                yield spark
        finally:
            stop(held.folder)


@contextlib.contextmanager
def _stopped(spark: SparkSession) -> Iterator[SparkSession]:
    try:
        yield spark
    finally:
        spark.stop()


def session_id() -> str:
    """The id that the run has given this process's session, else a new one."""
    return os.environ.get("KIT_SESSION_ID") or str(uuid.uuid4())


def discard(attached: Attached) -> None:
    """Let go of a session that was stopped or whose server is gone, and of the lease on it."""
    end_session(attached.spark, attached.server)
    attached.lease.release()


def connect_session(url: str, token: str, session_id: str, user_id: str = USER_ID) -> SparkSession:
    """A Spark Connect session under a known id, active if it is the first; a server that is gone is an error."""
    silence()
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.session import SparkSession as ConnectSession

    # What pyspark's own builder sets: `pyspark.sql.functions` and `pyspark.ml` speak Connect from here on.
    os.environ["SPARK_CONNECT_MODE_ENABLED"] = "1"
    silence_query_log()
    channel = DefaultChannelBuilder(connection_string(url, token, session_id, user_id))
    spark: Any = ConnectSession.builder.channelBuilder(channel).create()
    limit_retries(spark.client, MAX_RETRIES)
    delete_models_aside(spark.client)
    return spark


def limit_retries(client: Any, most: int) -> None:
    """Have a client call a server that does not answer at most so many times again."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    client.set_retry_policies([DefaultPolicy(max_retries=most)])


def delete_models_aside(client: Any) -> None:
    """Have a thread of its own delete models on the server.

    pyspark deletes a model when Python collects it. That may happen inside another call to the server, and then the two
    wait for each other for good. A queue takes the order without waiting for anything.
    """
    delete, ordered = client._delete_ml_cache, queue.SimpleQueue[list[str]]()

    def work() -> None:
        while True:
            delete(ordered.get())  # never raises: what is not there needs no deletion

    def order(cache_ids: list[str], evict_only: bool = False) -> list[str]:
        del evict_only
        ordered.put(cache_ids)
        return []

    threading.Thread(target=work, name="delete-models", daemon=True).start()
    client._delete_ml_cache = order


def interrupt(url: str, token: str, session_id: str, user_id: str = USER_ID) -> None:
    """Stop whatever a session still runs and release it, for a kernel that was killed: its cores are free at once.

    Raises `KitError` if the server does not answer.
    """
    from pyspark.errors import PySparkException
    from pyspark.errors.exceptions.connect import UnknownException
    from pyspark.sql.connect.client import DefaultChannelBuilder, SparkConnectClient

    channel = DefaultChannelBuilder(connection_string(url, token, session_id, user_id))
    client = SparkConnectClient(connection=channel)
    limit_retries(client, 1)
    try:
        client.interrupt_all()
        # The job ends a moment after it was told to. A release within that moment closes the session too, but the
        # server answers that an operation had not ended.
        with contextlib.suppress(UnknownException):
            client.release_session()
    except PySparkException as error:
        raise KitError(
            f"The Spark server at {url} does not answer: {error}", "Has it ended? `kit spark status`"
        ) from error
    finally:
        client.close()


def connection_string(url: str, token: str, session_id: str, user_id: str) -> str:
    """A Connect URL with its parameters; it holds the token, so it stays inside the process."""
    parameters = {"token": token, "user_id": user_id, "session_id": session_id}
    told = ";".join(f"{name}={value}" for name, value in parameters.items() if value)
    return f"{url}{'' if '/;' in url else '/'};{told}"


def silence() -> None:
    """Keep the warnings of libraries that no reader of a notebook can act on out of its cells."""
    for module in ("pyspark", "py4j", "google.protobuf", "grpc"):
        warnings.filterwarnings("ignore", module=rf"{module}(\..*)?")
    warnings.filterwarnings("ignore", message=r"\[RETRIES_EXCEEDED\]")


def silence_query_log() -> None:
    """Keep pyspark from printing each failed query as JSON besides raising it."""
    from pyspark.logger import PySparkLogger

    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        PySparkLogger.getLogger(name).setLevel(logging.CRITICAL + 1)
