"""Who somebody is, who changed what is decided on, and who committed a file: what git knows."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Committed:
    """What git says of a file: the author of the commit that added it, and whether anything has touched it since."""

    author: str | None
    """E-mail in small letters; None where the file is not committed."""
    is_touched: bool


def identity(folder: Path) -> str | None:
    """Return the e-mail, in small letters, of whoever works here: GIT_AUTHOR_EMAIL, or what git is configured with."""
    said = os.environ.get("GIT_AUTHOR_EMAIL") or _git(folder, "config", "user.email")
    return said.strip().lower() or None if said else None


def has_git(folder: Path) -> bool:
    """Return whether a project is under version control."""
    is_ignored = _git(folder, "check-ignore", "kit.yml") is not None  # such as a demo inside another repository
    return _git(folder, "rev-parse", "--is-inside-work-tree") == "true" and not is_ignored


def checked_out(folder: Path) -> str | None:
    """Return the commit that is checked out, with `-dirty` where files differ from it; None without version control."""
    if not has_git(folder):
        return None
    return _git(folder, "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*") or None


def change_authors(folder: Path, paths: Sequence[str], since: str | None) -> list[str]:
    """Return the sorted e-mails of those who changed the paths since a commit, or ever.

    What is not committed was changed by whoever works here, as was everything that git has never seen.
    """
    known = since and _git(folder, "cat-file", "-t", since) == "commit"
    ever = _git(folder, "log", "--format=%ae", "--", *paths)
    said = _git(folder, "log", "--format=%ae", f"{since}..HEAD", "--", *paths) if known else ever
    authors = {line.strip().lower() for line in (said or "").splitlines() if line.strip()}
    if not ever or _git(folder, "status", "--porcelain", "--", *paths):
        authors |= {one for one in [identity(folder)] if one}
    return sorted(authors)


def committed(folder: Path, file: str) -> Committed:
    """Return who added a file to the repository, and whether it was changed since, in a commit or on the disk."""
    added = _git(folder, "log", "--format=%ae", "--", file)
    authors = [line.strip().lower() for line in (added or "").splitlines() if line.strip()]
    is_dirty = bool(_git(folder, "status", "--porcelain", "--", file))
    return Committed(authors[-1] if authors else None, is_dirty or len(authors) > 1)


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints, or None where it fails or is not there."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
