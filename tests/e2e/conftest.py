"""A generated project that has run, shared by the tests that read it, and the ways to call the kit as a user does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DEMO = Path(__file__).parents[2] / "templates" / "flight_delay" / "demo.yml"
MONTH = {"run_date": "2013-01-31", "test_start": "2013-01-22"}


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The one JSON value on stdout."""
        return json.loads(self.out)


Kit = Callable[..., Done]


def kit(*arguments: str | Path, cwd: Path | None = None) -> Done:
    """Call the kit as a program."""
    command = [sys.executable, "-m", "kit", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment(), check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """What the kit sees of this process's environment: nothing of a run that this one belongs to."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("KIT_", "SPARK_"))}


def month() -> list[str]:
    """Options of `kit run` for the sample month."""
    return [part for name, value in MONTH.items() for part in ("-p", f"{name}={value}")]


@dataclass(frozen=True)
class RunProject:
    """A project whose five notebooks have run on the sample month, and what `kit run --json` said."""

    folder: Path
    done: Done

    @property
    def record(self) -> dict[str, Any]:
        """The record of that run."""
        value: dict[str, Any] = self.done.value
        return value

    def stage(self, name: str) -> dict[str, Any]:
        """The record of one stage."""
        return next(one for one in self.record["stages"] if one["name"] == name)

    def notebook(self, name: str) -> dict[str, Any]:
        """An executed notebook."""
        value: dict[str, Any] = json.loads((self.folder / self.stage(name)["notebook"]).read_text())
        return value


@pytest.fixture(scope="session")
def flight_delay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunProject]:
    """The flight-delay project after its first run on a month, with its Spark left running for the tests after it."""
    folder = tmp_path_factory.mktemp("e2e") / "flight-delay"
    made = kit("new", folder, "--template", "flight_delay", "--answers", DEMO, "--defaults")
    assert made.code == 0, made.err
    assert kit("spark", "start", folder).code == 0
    try:
        yield RunProject(folder, kit("run", folder, *month(), "--json"))
    finally:
        kit("spark", "stop", folder)


@pytest.fixture
def copied(flight_delay: RunProject, tmp_path: Path) -> Path:
    """A copy of the project with its tables and runs, for tests that change it."""
    folder = tmp_path / "flight-delay"
    shutil.copytree(flight_delay.folder, folder, ignore=shutil.ignore_patterns("spark"))
    return folder
