"""A planned file, and the one loop that writes a plan to the disk. Verbs compute `list[File]` first."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kit.errors import ConfigError, KitError


@dataclass(frozen=True)
class File:
    """A file of a project; `path` is relative to it, in POSIX spelling."""

    path: str
    content: bytes


def refuse_used_folder(folder: Path) -> None:
    """Raise ConfigError unless the folder is empty or not there yet."""
    if folder.is_dir():
        found = sorted(entry.name for entry in folder.iterdir())
        if found:
            shown = ", ".join(found[:3]) + (" ..." if len(found) > 3 else "")
            raise ConfigError(f"{folder}: not empty ({shown}); nothing was written", "Name a new or an empty folder.")
    elif folder.exists() or folder.is_symlink():
        raise ConfigError(f"{folder}: is not a folder; nothing was written", "Name a new or an empty folder.")


def write_files(folder: Path, files: Iterable[File]) -> None:
    """Write all files below an empty folder, making it; raises KitError and leaves nothing when the disk refuses."""
    made: list[Path] = []
    try:
        for file in files:
            path = folder / file.path
            _make_folder(path.parent, made)
            made.append(path)
            path.write_bytes(file.content)
    except OSError as error:
        _take_back(made)
        said = f"{folder}: could not be written: {error.strerror or error}; what had been written was removed"
        raise KitError(said, "Make room or choose another folder, then try again.") from error


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that a reader sees the old bytes or the new ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        said = f"{path}: could not be written: {error.strerror or error}"
        raise KitError(said, "The file is as it was.") from error


def write_new_file(path: Path, content: bytes) -> None:
    """Write a file that must not exist yet, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        os.link(beside, path)
    except OSError as error:
        said = f"{path}: could not be written: {error.strerror or error}"
        raise KitError(said, "Nothing was changed; try again.") from error
    finally:
        beside.unlink(missing_ok=True)


def _make_folder(folder: Path, made: list[Path]) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent, made)
        folder.mkdir()
        made.append(folder)


def _take_back(made: list[Path]) -> None:
    """Remove what was made, the last first; a folder that someone else uses by now stays."""
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
