"""What git knows of people: who works here, who changed a path since when, who committed a file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kit.authorship import Committed, change_authors, checked_out, committed, has_git, identity

PATHS = ["src", "kit.yml"]


class Repository:
    """A repository in which several people commit."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.monkeypatch = folder, monkeypatch
        self.git("init", "-q")

    def git(self, *arguments: str) -> str:
        """Run git and return what it prints."""
        command = ["git", "-C", str(self.folder), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def change(self, who: str, path: str) -> str:
        """Change a file as somebody, commit it and return the commit."""
        for kind in ("AUTHOR", "COMMITTER"):
            self.monkeypatch.setenv(f"GIT_{kind}_EMAIL", f"{who}@X.org")
            self.monkeypatch.setenv(f"GIT_{kind}_NAME", who)
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(file.read_text() + who if file.exists() else who)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", path)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    return Repository(tmp_path, monkeypatch)


def test_authors_are_those_of_the_paths_since_a_commit(repository: Repository) -> None:
    first = repository.change("Ada", "src/a.py")
    repository.change("Bob", "kit.yml")
    repository.change("Eve", "README.md")
    assert change_authors(repository.folder, PATHS, None) == ["ada@x.org", "bob@x.org"]
    assert change_authors(repository.folder, PATHS, first) == ["bob@x.org"]
    assert change_authors(repository.folder, PATHS, "0" * 40) == ["ada@x.org", "bob@x.org"]  # unknown: all of it


def test_what_is_not_committed_was_changed_by_whoever_works_here(repository: Repository) -> None:
    first = repository.change("Ada", "src/a.py")
    repository.monkeypatch.setenv("GIT_AUTHOR_EMAIL", "eve@x.org")
    assert change_authors(repository.folder, PATHS, None) == ["ada@x.org"]
    (repository.folder / "src" / "a.py").write_text("changed")
    assert change_authors(repository.folder, PATHS, None) == ["ada@x.org", "eve@x.org"]
    repository.git("checkout", "-q", "src/a.py")
    assert change_authors(repository.folder, PATHS, first) == []  # new data alone has no author


def test_without_a_repository_everything_is_by_whoever_works_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "Ada@X.org")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert has_git(tmp_path) is False
    assert identity(tmp_path) == "ada@x.org"
    assert change_authors(tmp_path, PATHS, None) == ["ada@x.org"]
    assert committed(tmp_path, "gates/G1/x.yml") == Committed(None, is_touched=False)


def test_a_file_belongs_to_who_added_it_and_later_touches_are_seen(repository: Repository) -> None:
    file = "gates/x.yml"
    (repository.folder / "gates").mkdir()
    assert committed(repository.folder, file).author is None
    repository.change("Ada", file)
    assert committed(repository.folder, file) == Committed("ada@x.org", is_touched=False)
    (repository.folder / file).write_text("edited")
    assert committed(repository.folder, file).is_touched
    repository.change("Eve", file)
    assert committed(repository.folder, file) == Committed("ada@x.org", is_touched=True)


def test_a_project_that_a_repository_ignores_is_not_under_version_control(repository: Repository) -> None:
    head = repository.change("Ada", ".gitignore")
    demo = repository.folder / "demo"
    demo.mkdir()
    (demo / "kit.yml").write_text("name: demo")
    assert (has_git(demo), checked_out(demo)) == (True, head)
    (repository.folder / ".gitignore").write_text("/demo/\n")
    assert (has_git(demo), checked_out(demo)) == (False, None)
    assert checked_out(repository.folder) == f"{head}-dirty"
