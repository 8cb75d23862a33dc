"""Measures `kit` against plain Spark and against a papermill loop, side by side in one run, and writes the ratios.

    python -m benchmarks [--rounds N] [--sample | --rows N | --csv N]

`--sample` works on one month instead of the whole year. Results: `benchmarks/results/latest.json`. `--rows` takes a
made table of that size instead, and the plain script as its only opponent. Results: `benchmarks/results/size.json`.
`--csv` takes it as a text file and counts `kit new`, too. Results: `benchmarks/results/own_data.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyarrow import csv

from benchmarks.opponents import loop_command, write_loop_notebooks, write_script
from benchmarks.processes import Measured, measure
from benchmarks.tables import write_table

RESULTS = Path(__file__).with_name("results")
PYTHON = sys.executable
KIT = [PYTHON, "-m", "kit"]
SAMPLE = {"run_date": "2013-01-31", "test_start": "2013-01-22"}
STATE = ("data", "mlflow", "runs")
FLIGHT_DELAY = ("--template", "flight_delay")


class Bench:
    """One project in a scratch folder, put back to its first state before each measured run."""

    def __init__(self, scratch: Path, parameters: dict[str, Any], new: Sequence[str] = FLIGHT_DELAY) -> None:
        self.scratch, self.parameters, self.made_by = scratch, parameters, [*new, "--defaults"]
        self.project = scratch / "project"
        self.env = dict(os.environ)
        self.given = [part for name, value in parameters.items() for part in ("-p", f"{name}={value}")]
        self._run([*KIT, "new", str(self.project), *self.made_by])

    def fresh(self) -> None:
        """Remove what runs have made, but not the project."""
        for name in STATE:
            shutil.rmtree(self.project / name, ignore_errors=True)

    def cold(self) -> Measured:
        """(a) `kit run` with nothing running."""
        self.fresh()
        return self._measure([*KIT, "run", str(self.project), *self.given])

    def warm(self) -> Measured:
        """(b) the same against a Spark that has run it once."""
        self._run([*KIT, "spark", "start", str(self.project)])
        try:
            self.fresh()
            self._run([*KIT, "run", str(self.project), *self.given])
            self.fresh()
            return self._measure([*KIT, "run", str(self.project), *self.given])
        finally:
            self._run([*KIT, "spark", "stop", str(self.project)])

    def from_file(self) -> Measured:
        """`kit new` on the user's file and `kit run`, one after the other with nothing running."""
        shutil.rmtree(self.project)
        steps = [[*KIT, "new", str(self.project), *self.made_by], [*KIT, "run", str(self.project), *self.given]]
        return self._measure(["sh", "-c", " && ".join(shlex.join(one) for one in steps)])

    def script(self) -> Measured:
        """(c) the same cells as one plain script in one session."""
        self.fresh()
        script = self.project / "notebooks" / "plain.py"
        write_script(self.project, script, self.parameters)
        try:
            return measure([PYTHON, str(script)], cwd=script.parent, env=self.env)
        finally:
            script.unlink()

    def loop(self) -> Measured:
        """(d) papermill in a shell loop, a session with default settings per notebook."""
        self.fresh()
        folder = self.project / "loop"
        notebooks = write_loop_notebooks(self.project, folder, memory="2g")
        try:
            return measure(loop_command(notebooks, PYTHON, self.parameters), cwd=folder, env=self.env)
        finally:
            shutil.rmtree(folder)

    def unchanged(self) -> Measured:
        """A second `kit run` with nothing changed."""
        return self._measure([*KIT, "run", str(self.project), *self.given])

    def new(self) -> Measured:
        """`kit new` into an empty folder."""
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            return self._measure([*KIT, "new", f"{folder}/p", *self.made_by])

    def help(self) -> Measured:
        """`kit --help`."""
        return self._measure([*KIT, "--help"])

    def _measure(self, command: list[str]) -> Measured:
        return measure(command, cwd=self.scratch, env=self.env, near=self.project / ".kit" / "spark")

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, check=True, cwd=self.scratch, env=self.env, stdout=sys.stderr)


def main() -> None:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--sample", action="store_true")
    size.add_argument("--rows", type=int)
    size.add_argument("--csv", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as folder:
        scratch = Path(folder)
        if options.rows:
            write_table(scratch / "cases.parquet", options.rows)
            bench = Bench(scratch, {}, ("--source", str(scratch / "cases.parquet"), "--target", "churned"))
            save("size.json", {"rows": options.rows, **against_script(bench, "cold", options.rounds)})
        elif options.csv:
            write_table(scratch / "cases.parquet", options.csv)
            csv.write_csv(pq.read_table(scratch / "cases.parquet"), scratch / "cases.csv")
            bench = Bench(scratch, {}, ("--source", str(scratch / "cases.csv"), "--target", "churned"))
            save("own_data.json", {"rows": options.csv, **against_script(bench, "from_file", options.rounds)})
        else:
            save("latest.json", run_results(Bench(scratch, SAMPLE if options.sample else {}), options.rounds))


def save(name: str, results: dict[str, Any]) -> None:
    """Write the results beside the others, and print them."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(results, indent=2, sort_keys=True)
    (RESULTS / name).write_text(f"{text}\n", encoding="utf-8")
    print(text)


def run_rounds(bench: Bench, names: Sequence[str], rounds: int) -> dict[str, list[Measured]]:
    """Return what was measured, in turns, of the methods of `bench` with these names."""
    taken: dict[str, list[Measured]] = {name: [] for name in names}
    for number in range(rounds):
        for name, measured in taken.items():
            measured.append(getattr(bench, name)())
            print(f"round {number + 1} {name}: {measured[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    return taken


def ratio(above: Sequence[Measured], below: Sequence[Measured]) -> float:
    """Return the median over the rounds of one time over another."""
    return round(statistics.median(a.seconds / b.seconds for a, b in zip(above, below, strict=True)), 3)


def medians(taken: dict[str, list[Measured]]) -> dict[str, float]:
    """Return the median seconds by name."""
    return {name: round(statistics.median(one.seconds for one in all_), 1) for name, all_ in taken.items()}


def against_script(bench: Bench, name: str, rounds: int) -> dict[str, Any]:
    """Return what the kit, run as `name` says, adds to the plain script, and the peak memory of both in MiB."""
    taken = run_rounds(bench, ("script", name), rounds)
    return {
        f"{name}_vs_script": ratio(taken[name], taken["script"]),
        "peak_mb": round(max(one.peak_mb for one in taken[name])),
        "script_peak_mb": round(max(one.peak_mb for one in taken["script"])),
        "rounds": rounds,
        "seconds": medians(taken),
    }


def run_results(bench: Bench, rounds: int) -> dict[str, Any]:
    """Return medians in seconds, ratios from round to round as medians, and the peak memory of a cold run in MiB."""
    taken = run_rounds(bench, ("script", "cold", "unchanged", "warm", "loop"), rounds)
    return {
        "cold_vs_script": ratio(taken["cold"], taken["script"]),
        "warm_vs_script": ratio(taken["warm"], taken["script"]),
        "loop_vs_kit": ratio(taken["loop"], taken["cold"]),
        "new_s": round(statistics.median(bench.new().seconds for _ in range(5)), 3),
        "help_s": round(statistics.median(bench.help().seconds for _ in range(5)), 3),
        "unchanged_s": round(statistics.median(one.seconds for one in taken["unchanged"]), 3),
        "peak_mb": round(max(one.peak_mb for one in taken["cold"])),
        "rounds": rounds,
        "seconds": medians(taken),
    }


if __name__ == "__main__":
    main()
