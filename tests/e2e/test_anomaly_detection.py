"""An anomaly detection from a plain CSV: with labels and a time, and without either; odd names, gaps, a planted leak."""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.runtime.server import Server
from tests.e2e.conftest import RunProject, made_beside_others, made_from

STAGES = ["definition", "data_engineering", "modeling", "deployment", "monitoring"]
HOURS = 24 * 210


def readings(seed: int = 5) -> Iterator[dict[str, Any]]:
    """A pump, hour by hour: warmer by day; faults in which two numbers that belong together part, and rare spikes."""
    chance = random.Random(seed)
    for number in range(HOURS):
        moment = dt.datetime(2023, 1, 1) + dt.timedelta(hours=number)
        load = 50 + 25 * math.sin((moment.hour - 6) * math.pi / 12) + chance.gauss(0, 6)
        fault, spike = chance.random() < 0.02, chance.random() < 0.004
        pressure = 0.08 * load + chance.gauss(0, 0.15) - (2.4 if fault else 0.0)
        yield {
            "Zeit": moment.strftime("%d.%m.%Y %H:%M"),
            "load [%]": round(load, 2),
            "pressure.bar": round(pressure, 3) if chance.random() > 0.03 else "",
            "Temp °C": round(20 + 0.3 * load + chance.gauss(0, 1) + (45 if spike else 0), 2),
            "select": round(chance.gauss(3, 1), 3),
            "vibration": round(chance.lognormvariate(0, 0.5) * (2.2 if fault else 1.0), 3),
            "half empty": round(chance.gauss(0, 1), 3) if chance.random() < 0.4 else "",
            "ticket open": int(fault or spike),
            "fault": "yes" if fault or spike else "no",
        }


def written(folder: Path, without: tuple[str, ...] = ()) -> Path:
    """Write the readings, some columns left out."""
    rows = [{name: value for name, value in one.items() if name not in without} for one in readings()]
    file = folder / "pump.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return file


@made_beside_others
def labelled_pump(folder: Path, spark: Server) -> RunProject:
    """The readings with their labels and their time."""
    said = ["--source", written(folder), "--target", "fault", "--template", "anomaly_detection"]
    return made_from(folder / "pump", spark, *said, run=["-p", "alerts_per_day=0.6"])


@made_beside_others
def unlabelled_pump(folder: Path, spark: Server) -> RunProject:
    """The readings without labels and without their time."""
    said = ["--source", written(folder, ("fault", "ticket open", "Zeit")), "--template", "anomaly_detection"]
    return made_from(folder / "pump", spark, *said)


def texts_of(project: RunProject, name: str) -> str:
    """What a notebook has printed."""
    outputs = [one for cell in project.notebook(name)["cells"] for one in cell.get("outputs", [])]
    return "\n".join("".join(one.get("text", [])) for one in outputs)
