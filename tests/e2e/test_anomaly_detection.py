"""Anomalies in a plain CSV: with labels and a time, and without either; odd names, gaps, a planted leak."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.runtime.server import Server
from tests.e2e.conftest import RunProject, made_beside_others, made_from, write_rows

STAGES = ["definition", "data_engineering", "modeling", "deployment", "monitoring"]
HOURS = 24 * 210


def readings(seed: int = 5) -> Iterator[dict[str, Any]]:
    """A pump, hour by hour: warmer by day; faults in which two numbers that belong together part, and rare spikes."""
    chance = random.Random(seed)
    for number in range(HOURS):
        moment = dt.datetime(2023, 1, 1) + dt.timedelta(hours=number)
        load = 50 + 25 * math.sin((moment.hour - 6) * math.pi / 12) + chance.gauss(0, 6)
        fault, spike = chance.random() < 0.02, chance.random() < 0.004
        pressure = 0.08 * load + chance.gauss(0, 0.15) - (1.2 if fault else 0.0)
        yield {
            "Zeit": moment.strftime("%d.%m.%Y %H:%M"),
            "load [%]": round(load, 2),
            "pressure.bar": round(pressure, 3) if chance.random() > 0.03 else "",
            "Temp °C": round(20 + 0.3 * load + chance.gauss(0, 1) + (45 if spike else 0), 2),
            "select": round(chance.gauss(3, 1), 3),
            "vibration": round(chance.lognormvariate(0, 0.5) * (1.6 if fault else 1.0), 3),
            "half empty": round(chance.gauss(0, 1), 3) if chance.random() < 0.4 else "",
            "ticket open": int(fault or spike),
            "fault": "yes" if fault or spike else "no",
        }


def written(folder: Path, without: tuple[str, ...] = ()) -> Path:
    """Write the readings, some columns left out."""
    rows = [{name: value for name, value in one.items() if name not in without} for one in readings()]
    file = folder / "pump.csv"
    write_rows(file, rows, ";")
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
    outputs = project.outputs(name)
    return "\n".join("".join(one.get("text", [])) for one in outputs)


def test_labels_choose_and_judge_beside_the_rule(labelled_pump: RunProject) -> None:
    assert labelled_pump.done.code == 0, labelled_pump.done.out + labelled_pump.done.err
    assert [one["status"] for one in labelled_pump.record["stages"]] == ["succeeded"] * 5
    found = labelled_pump.stage("modeling")["metrics"]
    low, high = found["test.average_precision_low"], found["test.average_precision_high"]
    assert low < found["test.average_precision"] < high
    assert found["test.lead_low"] > 0, "the lead over the largest deviation is no chance"
    assert found["test.auc"] > found["benchmark.auc"] > 0.5
    assert found["test.flagged"] < 0.08, "the capacity of 0.6 alerts a day is 2.5 % of hours"
    assert labelled_pump.stage("modeling")["decision"]["outcome"] == "accept"


def test_a_column_that_is_the_label_is_declared_before_anything_runs(labelled_pump: RunProject) -> None:
    said = (labelled_pump.folder / "kit.yml").read_text(encoding="utf-8")
    assert "ticket_open" in said[said.index("leaks:") :].split("\n\n")[0]


def test_flagged_cases_are_stored_once_with_their_reasons(labelled_pump: RunProject) -> None:
    (account,) = labelled_pump.stage("deployment")["accounting"]
    found = labelled_pump.query(
        "select count(1) as rows, count(distinct zeit) as keys, count_if(flagged) as flagged, "
        "count(reason) as reasons, count_if(flagged and reason rlike ' [+-][0-9.]+') as said from {serving.predictions}"
    )
    assert found["rows"] == found["keys"] == account["written"]
    assert found["flagged"] == found["reasons"] == found["said"] > 0


def test_without_labels_no_accuracy_is_claimed(unlabelled_pump: RunProject) -> None:
    assert unlabelled_pump.done.code == 0, unlabelled_pump.done.out + unlabelled_pump.done.err
    assert unlabelled_pump.new["intake"]["target"] is None
    found = unlabelled_pump.stage("modeling")
    assert not [name for name in found["metrics"] if "auc" in name or "precision" in name]
    assert 0.003 < found["metrics"]["test.flagged"] < 0.03
    assert "no accuracy is claimed" in found["decision"]["reason"]
    assert "No labels are declared" in texts_of(unlabelled_pump, "definition")


@pytest.mark.parametrize("name", STAGES)
def test_every_notebook_has_a_plot_and_no_noise(unlabelled_pump: RunProject, name: str) -> None:
    outputs = unlabelled_pump.outputs(name)
    assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
    assert name == "deployment" or [one for one in outputs if "image/png" in one.get("data", {})]
