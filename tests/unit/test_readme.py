"""The README's commands are tried, so that it cannot promise what the command line does not know."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from kit.config import load_catalog
from kit.resources import kit_resources

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
DEMO = "demo/flight-delay"
LASTING = {"lab", "spark", "review", "approve", "handover"}
"""Commands that stay, or speak of a run: of them only the way they are spelt is tried."""


def commands(program: str) -> list[list[str]]:
    """The README's console lines for a program, without comments."""
    lines = re.findall(rf"^\$ ({program} .*)$", TEXT, re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's project in it, as `make demo` leaves it before its run, and a file of one's own."""
    folder = tmp_path_factory.mktemp("readme")
    rows = [
        f"{one},{'ab'[one % 2]},{20 + one % 50},2024-{1 + one % 12:02d}-03,{int(one % 3 == 0)}" for one in range(300)
    ]
    (folder / "customers.csv").write_text("\n".join(["id,plan,age,joined,churned", *rows]))
    run(folder, ["new", DEMO, "--template", "flight_delay", "--defaults"])
    return folder


def run(folder: Path, arguments: list[str]) -> str:
    command = [sys.executable, "-m", "kit", *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_tried(arguments: list[str]) -> list[str]:
    """A command without its effects: asks nothing, runs nothing, stays nowhere."""
    if arguments[0] in LASTING or "--resume" in arguments:
        return [one for one in arguments if "/" not in one] + ["--help"]
    return arguments + (["--dry-run"] if arguments[0] in {"new", "run"} and "--dry-run" not in arguments else [])


@pytest.mark.parametrize("command", commands("kit"), ids=" ".join)
def test_every_command_of_the_readme_does_what_it_is_called(folder: Path, command: list[str]) -> None:
    assert run(folder, as_tried(command[1:]))


@pytest.mark.parametrize("command", commands("make"), ids=" ".join)
def test_every_make_target_of_the_readme_exists(command: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{command[1]}:.*## ", makefile, re.MULTILINE)


def test_the_table_of_the_operating_model_is_that_of_the_configuration() -> None:
    catalog = load_catalog(kit_resources())
    rows = [
        [cell.strip() for cell in line.split("|")[2:5]] for line in TEXT.splitlines() if re.search(r"\| G\d:", line)
    ]
    for (notebook, accountable, gate), stage in zip(rows, catalog.flow.stages, strict=True):
        declared = catalog.gates[catalog.flow.stages[stage].gate]
        assert notebook.split(" ", 1)[1].replace(" ", "_") == stage
        assert accountable.lower() == catalog.roles[catalog.ownership[stage].accountable].title.lower()
        assert gate.split(": ")[1].split(", ") == declared.outcomes
