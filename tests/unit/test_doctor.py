"""The doctor says what is there, what is missing and the cure, and prepares only what is missing."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from kit import doctor
from kit.runtime import archive, jars, jvm, warmup
from kit.runtime.errors import KitError
from kit.runtime.java import Java


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no process may be started."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(jvm, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    return tmp_path


def probe(name: str) -> doctor.Probe:
    return next(one for one in doctor.diagnose() if one.name == name)


def test_all_is_well_here_though_nothing_is_prepared_yet() -> None:
    probes = doctor.diagnose()
    assert [one for one in probes if not one.ok] == []
    assert {"python", "java", "pyspark", "mlflow", "delta's jars", "class-data archive", "disk"} <= {
        one.name for one in probes
    }
    assert probe("delta's jars").cure == probe("class-data archive").cure == "kit prepare"


def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "mlflow":
            raise PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(doctor, "version", version)
    assert probe("mlflow") == doctor.Probe("mlflow", ok=False, found="not installed", cure=doctor.LOCAL_EXTRA)
    assert probe("papermill").ok


def test_no_java_is_told_with_its_cure_and_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_java() -> Java:
        raise KitError("Spark needs Java 17 or 21.", "Install one.")

    monkeypatch.setattr(doctor, "find_java", find_java)
    assert probe("java") == doctor.Probe("java", ok=False, found="Spark needs Java 17 or 21.", cure="Install one.")
    assert probe("class-data archive").found == "not looked for: Spark needs Java 17 or 21."


def test_a_changed_jar_is_found() -> None:
    jars.jars_folder().mkdir(parents=True)
    found = probe("delta's jars")
    assert not found.ok
    assert "io.delta_delta-storage-4.3.1.jar is missing" in found.found
    assert found.cure == f"rm -r {jars.jars_folder()} && kit prepare"


def test_the_text_puts_each_cure_below_what_it_cures() -> None:
    text = doctor.probes_text([doctor.good("a", "fine"), doctor.bad("long", "none", "get one")])
    assert text == "ok  a     fine\n--  long  none\n          -> get one"


def test_prepare_does_what_is_missing_and_no_more(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def fetch(folder: Path) -> None:
        folder.mkdir(parents=True)
        made.append("jars")

    def build_archive() -> Path:
        path = archive.archive_path(doctor.find_java(), jars.jar_paths())
        path.parent.mkdir(exist_ok=True)
        path.touch()
        made.append("archive")
        return path

    monkeypatch.setattr(jars, "fetch", fetch)
    monkeypatch.setattr(jars, "damaged", lambda _: [])
    monkeypatch.setattr(warmup, "build_archive", build_archive)
    monkeypatch.setattr(warmup, "is_accepted", lambda *_: True)
    doctor.prepare(lambda _: None)
    doctor.prepare(lambda _: None)
    assert made == ["jars", "archive"]
    monkeypatch.setattr(warmup, "is_accepted", lambda *_: False)
    doctor.prepare(lambda _: None)
    assert made == ["jars", "archive", "archive"], "an archive that Java refuses was kept"
