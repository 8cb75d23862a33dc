"""A household's meter over one winter: minutes add up, and the warning is judged beside the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.resources import kit_resources
from kit.runtime.samples import sample_path
from kit.runtime.server import Server
from kit.template import project_fragment, template_chain
from tests.e2e.conftest import RunProject, made_beside_others, made_from

WINTER = {"history_start": "2009-11-10", "test_start": "2010-01-05", "run_date": "2010-02-20"}
MONTHS = ("/11/2009", "/12/2009", "/1/2010", "/2/2010")


def winter(file: Path) -> Path:
    """Write the minutes of a winter, in which almost all overvoltages of a year lie."""
    source = project_fragment(template_chain(kit_resources(), "power_anomaly"))["sources"]["power"]
    with sample_path(source["sample"]).open() as whole, file.open("w") as part:
        part.write(next(whole))
        part.writelines(line for line in whole if line.partition(",")[0].endswith(MONTHS))
    return file


@made_beside_others
def metered(folder: Path, spark: Server) -> RunProject:
    """The use case on that winter."""
    file = winter(folder / "winter.csv")
    said = ["--set", "sources.power.sample=null", "--set", f"sources.power.path={file}"]
    options = [part for name, value in WINTER.items() for part in ("-p", f"{name}={value}")]
    return made_from(folder / "power", spark, "--template", "power_anomaly", *said, run=options)


def test_the_warning_is_measured_beside_the_voltage_of_the_last_hour(metered: RunProject) -> None:
    assert metered.done.code == 0, metered.done.out + metered.done.err
    found = metered.stage("modeling")["metrics"]
    assert found["benchmark.auc"] > 0.85
    assert found["test.auc"] > 0.9
    assert found["test.average_precision"] > found["benchmark.average_precision"]


def test_each_minute_is_in_an_hour_of_silver_or_set_aside(metered: RunProject) -> None:
    (account,) = metered.stage("data_engineering")["accounting"]
    assert account["read"] == account["written"] + account["without_reading"] + account["quarantined"]
    assert account["read"] == 103 * 1440


@pytest.mark.parametrize("name", ["definition", "data_engineering", "modeling", "deployment", "monitoring"])
def test_no_notebook_makes_noise(metered: RunProject, name: str) -> None:
    outputs = metered.outputs(name)
    assert [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"] == []
