"""Generated projects that have run, shared by the tests that read them, and the ways to call the kit as a user does.

The flight-delay project has a Spark of its own, as a user's has. The others share one, two of them at a time: that is
what keeps CI within its time.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from kit.config import load_catalog
from kit.runtime.server import Server, ensure_server, lease
from kit.runtime.session import connect_session

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


def kit(
    *arguments: str | Path,
    cwd: Path | None = None,
    spark: Server | None = None,
    more: Mapping[str, str] | None = None,
) -> Done:
    """Call the kit as a program, perhaps on a Spark that is there already; `more` are environment variables."""
    command = [sys.executable, "-m", "kit", *map(str, arguments)]
    remote = {"SPARK_REMOTE": spark.url, "SPARK_CONNECT_AUTHENTICATE_TOKEN": spark.token} if spark else {}
    env = environment() | remote | dict(more or {})
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=env, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """What the kit sees of this process's environment: nothing of a run that this one belongs to."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("KIT_", "SPARK_"))}


def month() -> list[str]:
    """Options of `kit run` for the sample month."""
    return [part for name, value in MONTH.items() for part in ("-p", f"{name}={value}")]


@dataclass(frozen=True)
class RunProject:
    """A project whose five notebooks have run, what `kit run --json` said, and what `kit new --json` said before."""

    folder: Path
    done: Done
    new: Mapping[str, Any] = field(default_factory=dict)
    spark: Server | None = None

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

    def outputs(self, name: str) -> list[dict[str, Any]]:
        """All outputs of an executed notebook."""
        return [one for cell in self.notebook(name)["cells"] for one in cell.get("outputs", [])]

    def kit_run(self, *options: str) -> Done:
        """Run it again, on the Spark that it ran on."""
        return kit("run", self.folder, *options, "--json", spark=self.spark)

    def query(self, sql: str) -> dict[str, Any]:
        """Return the one row of a query that names tables as `{serving.predictions}`."""
        assert self.spark
        session: SparkSession = connect_session(self.spark.url, self.spark.token, str(uuid.uuid4()))
        paths = re.sub(r"\{(\w+)\.(\w+)\}", rf"delta.`{self.folder}/data/\1/\2`", sql)
        row = session.sql(paths).collect()[0].asDict()
        session.stop()
        return row


Make = Callable[[Path, Server], RunProject]
MAKERS: dict[str, Make] = {}


def made_beside_others(make: Make) -> Any:
    """Return a fixture: the project that `make` makes in a folder and runs on the Spark that all share."""
    MAKERS[make.__name__] = make

    @pytest.fixture(scope="session", name=make.__name__)
    def made(projects: Mapping[str, Future[RunProject]]) -> RunProject:
        return projects[make.__name__].result()

    return made


def write_rows(path: Path, rows: Sequence[Mapping[str, Any]], delimiter: str = ",") -> Path:
    """Write rows as a CSV whose header is the keys of the first; return the path."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def made_from(folder: Path, spark: Server, *new: str | Path, run: Sequence[str] = ()) -> RunProject:
    """Make a project by `kit new` with those options and run it."""
    made = kit("new", folder, *new, "--defaults", "--json", spark=spark)
    assert made.code == 0, made.err
    return RunProject(folder, kit("run", folder, *run, "--json", spark=spark), made.value, spark)


@pytest.fixture(scope="session")
def projects(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[RunProject]]]:
    """Every project that a selected test wants, on its way: two at a time on one Spark."""
    items: Any = request.session.items
    named = {name for item in items for name in (*item.fixturenames, *_parameters(item))}
    wanted = [name for name in MAKERS if name in named]
    with lease(tmp_path_factory.mktemp("spark")) as held, ThreadPoolExecutor(2) as pool:
        # What a server has planned stays in its memory, so one for all projects needs more than one for a project.
        spark = ensure_server(held, {**load_catalog().spark, "spark.driver.memory": "6g"})
        yield {name: pool.submit(MAKERS[name], tmp_path_factory.mktemp(name), spark) for name in wanted}


def _parameters(item: Any) -> list[str]:
    """Return the texts that a test is parametrized with: a fixture may ask for a project by its name."""
    call = getattr(item, "callspec", None)
    return [value for value in call.params.values() if isinstance(value, str)] if call else []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of projects that are made beside others last: what kills or measures a Spark has it for itself."""
    items.sort(key=lambda item: "projects" in getattr(item, "fixturenames", ()))


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
