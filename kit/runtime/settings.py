"""The Spark settings under which every session of the kit runs; used by the server and by classic sessions."""

from __future__ import annotations

from collections.abc import Mapping

# What the kit's tables and workers rely on, whatever the user's settings say.
FIXED = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.sources.default": "delta",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
DEFAULTS = {
    "spark.app.name": "usecase-kit",
    "spark.master": "local[*]",
    "spark.driver.memory": "2g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    # An error in a notebook names its cause without a hundred lines of Java; the server's log has them.
    "spark.sql.connect.serverStacktrace.enabled": "false",
    "spark.sql.pyspark.jvmStacktrace.enabled": "false",
}


def spark_settings(conf: Mapping[str, str]) -> dict[str, str]:
    """The user's settings over the defaults, under what the kit relies on."""
    settings = {**DEFAULTS, **{key: str(value) for key, value in conf.items()}, **FIXED}
    if not settings["spark.master"].startswith("local"):
        # A cluster's workers must find their way back to this machine.
        del settings["spark.driver.host"], settings["spark.driver.bindAddress"]
    return settings


def properties(settings: Mapping[str, str]) -> str:
    """Settings as the text of a Java properties file."""
    escaped = ((key, value.replace("\\", "\\\\").replace("\n", "\\n")) for key, value in sorted(settings.items()))
    return "".join(f"{key}={value}\n" for key, value in escaped)
