"""`kit doctor` and `kit prepare`: what this machine has for running notebooks, and fetching what it lacks."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kit.errors import KitError
from kit.runtime import archive, jars, jvm, server
from kit.runtime.java import Java, find_java

__all__ = ["Probe", "diagnose", "prepare", "probes_text"]

PYTHONS = ((3, 10), (3, 13))
PACKAGES = ("pyspark", "delta-spark", "papermill", "jupyterlab", "ipykernel", "mlflow", "pandas", "matplotlib")
LOCAL_EXTRA = "pip install 'usecase-kit[local]'"
DISK_GB, MEMORY_GB = 2.0, 4.0


@dataclass(frozen=True)
class Probe:
    """One thing that was looked at: `found` says what is there, `cure` what to do where it is not enough.

    A missing thing that the kit can do without, or gets by itself, leaves `ok` true and still names its cure.
    """

    name: str
    ok: bool
    found: str
    cure: str = ""


def diagnose(project: Path | None = None) -> list[Probe]:
    """Look at everything that running notebooks needs, in the order in which it is needed; starts no JVM.

    With a project its Spark server is looked at too.
    """
    probes = [python_probe(), *package_probes(), java_probe(), versions_probe(), jars_probe(), archive_probe()]
    probes += [git_probe(), disk_probe(), memory_probe()]
    return [*probes, server_probe(project)] if project else probes


def prepare(say: Callable[[str], None]) -> None:
    """Fetch Delta's jars and build the class-data archive, each only where it is missing or unusable.

    `say` hears of progress. Raises `KitError` where one cannot be had. Afterwards Spark starts without a network.
    """
    java = find_java()
    if not jars.jars_folder().is_dir():
        say("Fetching Delta's jars (13 MB) ...")
    delta = jars.delta_jars()
    say(f"Delta's jars are in {jars.jars_folder()}.")
    from kit.runtime.warmup import build_archive, is_accepted

    path = archive.archive_path(java, delta)
    if not path.is_file() or not is_accepted(java, delta, archive.base_path(path), path):
        say(f"Building the class-data archive for Java {java.version} (a minute or two) ...")
        path = build_archive()
    say(f"The class-data archive is {path}.")


def probes_text(probes: list[Probe]) -> str:
    """The probes as lines for a reader, each missing thing followed by its cure."""
    width = max(len(probe.name) for probe in probes)
    return "\n".join(line for probe in probes for line in probe_lines(probe, width))


def probe_lines(probe: Probe, width: int) -> Iterator[str]:
    """One or two lines for a probe."""
    yield f"{'ok' if probe.ok else '--'}  {probe.name:<{width}}  {probe.found}"
    if probe.cure:
        yield f"    {'':<{width}}  -> {probe.cure}"


def good(name: str, found: str, cure: str = "") -> Probe:
    """A probe that found enough."""
    return Probe(name, ok=True, found=found, cure=cure)


def bad(name: str, found: str, cure: str) -> Probe:
    """A probe that found too little, with what to do about it."""
    return Probe(name, ok=False, found=found, cure=cure)


def python_probe() -> Probe:
    """The Python that runs this, which the kernels and Spark's workers run on too."""
    first, last = PYTHONS
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro} ({sys.executable})"
    if first <= sys.version_info[:2] <= last:
        return good("python", found)
    return bad("python", found, f"Use Python {first[0]}.{first[1]} to {last[0]}.{last[1]}.")


def package_probes() -> list[Probe]:
    """The packages of the extra `local`, by their metadata: nothing is imported."""
    return [package_probe(name) for name in PACKAGES]


def package_probe(name: str) -> Probe:
    """Whether a package is installed."""
    try:
        return good(name, version(name))
    except PackageNotFoundError:
        return bad(name, "not installed", LOCAL_EXTRA)


def java_probe() -> Probe:
    """The Java that Spark will run on."""
    try:
        java = find_java()
    except KitError as error:
        return bad("java", error.message, error.hint)
    return good("java", f"{java.version} from {java.origin} ({java.home})")


def versions_probe() -> Probe:
    """Whether pyspark and delta-spark are the pair whose jars are known."""
    try:
        jars.check_versions()
    except KitError as error:
        return bad("spark and delta", error.message, error.hint)
    return good("spark and delta", f"the pair fits ({jars.COORDINATE})")


def jars_probe() -> Probe:
    """Whether Delta's jars are in the cache and unchanged."""
    folder = jars.jars_folder()
    if not folder.is_dir():
        return good("delta's jars", "not fetched yet; the first start of Spark fetches them", "kit prepare")
    if problems := jars.damaged(folder):
        return bad("delta's jars", "; ".join(problems), f"rm -r {folder} && kit prepare")
    return good("delta's jars", str(folder))


def archive_probe() -> Probe:
    """Whether there is a class-data archive for this Java and these jars."""
    try:
        path = archive.archive_path(*known_jvm())
    except KitError as error:
        return good("class-data archive", f"not looked for: {error.message}")
    if path.is_file():
        return good("class-data archive", f"{path} ({path.stat().st_size / 1e6:.0f} MB)")
    return good("class-data archive", "none; Spark starts slower", "kit prepare")


def known_jvm() -> tuple[Java, list[Path]]:
    """What the archive belongs to: Java, and the jars where they will lie."""
    return find_java(), jars.jar_paths()


def git_probe() -> Probe:
    """Git, of which a run's record takes the commit."""
    path = shutil.which("git")
    if path:
        return good("git", path)
    return good("git", "not found; records of runs will name no commit", "Install git.")


def disk_probe() -> Probe:
    """Room for tables, in this folder and in the cache."""
    folders = [Path.cwd(), next(one for one in [jvm.cache_folder(), *jvm.cache_folder().parents] if one.exists())]
    free = min(shutil.disk_usage(folder).free for folder in folders) / 1e9
    cure = "" if free >= DISK_GB else f"Free {DISK_GB:.0f} GB: {' and '.join(map(str, folders))}."
    return Probe("disk", free >= DISK_GB, f"{free:.1f} GB free", cure)


def memory_probe() -> Probe:
    """Memory for the JVM and the kernels."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    cure = "" if total >= MEMORY_GB else "Lower spark.driver.memory in kit.yml, environments, settings."
    return Probe("memory", total >= MEMORY_GB, f"{total:.1f} GB", cure)


def server_probe(project: Path) -> Probe:
    """The project's Spark server; that there is none is no fault."""
    found = server.find_server(project.resolve() / ".kit" / "spark")
    return good("spark server", f"runs at {found.url} (process {found.pid})" if found else "does not run")
