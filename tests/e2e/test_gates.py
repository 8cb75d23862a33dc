"""A run in `prod` stops at each gate, goes on once the right roles have signed, and asks again for new data."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
from pathlib import Path
from typing import Any

import yaml

from kit.runtime.server import Server
from tests.e2e.conftest import Done, RunProject, kit, made_beside_others, write_rows

TEAM = {
    "amara": ["business_stakeholder"],
    "mei": ["data_owner"],
    "priya": ["data_scientist_lead"],
    "elif": ["ml_engineer_lead"],
    "tomas": ["platform_owner"],
}


def cases(count: int) -> list[dict[str, Any]]:
    draw = random.Random(11)
    start = dt.date(2024, 1, 1)
    return [
        {
            "id": number,
            "day": start + dt.timedelta(days=number % 300),
            "use": (use := round(draw.gauss(50, 15), 2)),
            "plan": (plan := draw.choice(["basic", "pro"])),
            "left": int(draw.random() < (0.5 if plan == "basic" else 0.15) + (0.2 if use < 40 else 0)),
        }
        for number in range(count)
    ]


@made_beside_others
def guarded(folder: Path, spark: Server) -> RunProject:
    """A project in a repository, after its first run in prod."""
    source = write_rows(folder / "cases.csv", cases(2_500))
    people = [{"name": name.title(), "email": f"{name}@x.org", "roles": roles} for name, roles in TEAM.items()]
    (folder / "team.yml").write_text(yaml.safe_dump({"people": people}))
    said = ["--source", source, "--target", "left", "--answers", folder / "team.yml", "--defaults", "--json"]
    made = kit("new", folder / "guarded", *said, spark=spark)
    assert made.code == 0, made.err
    git(folder / "guarded", "init", "-q")
    commit(folder / "guarded", "elif")
    return RunProject(folder / "guarded", run_as("elif", folder / "guarded", spark, "--env", "prod"), made.value, spark)


def identity(who: str) -> dict[str, str]:
    return {f"GIT_{kind}_{part}": f"{who}@x.org" for kind in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}


def git(folder: Path, *arguments: str, who: str = "elif") -> None:
    subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=os.environ | identity(who)
    )


def commit(folder: Path, who: str) -> None:
    git(folder, "add", "-A", who=who)
    git(folder, "commit", "-q", "-m", "change", who=who)


def run_as(who: str, folder: Path, spark: Server | None, *options: str) -> Done:
    return kit("run", folder, *options, "--json", spark=spark, more=identity(who))


def sign(project: RunProject, stage: str, *who: str, options: tuple[str, ...] = ()) -> None:
    for one in who:
        done = kit("approve", stage, project.folder, *options, "--json", more=identity(one))
        assert done.code == 0, done.err
        commit(project.folder, one)


def standing(project: RunProject, gate: str) -> dict[str, Any]:
    found = kit("status", project.folder, "--json").value["gates"]
    return next(one for one in found if one["gate"] == gate)


def states(done: Done) -> list[str]:
    return [one["status"] for one in done.value["stages"]]


def test_prod_passes_on_only_what_the_right_roles_have_signed(guarded: RunProject) -> None:
    assert (guarded.done.code, guarded.record["status"]) == (3, "waiting")
    assert states(guarded.done) == ["succeeded", "pending", "pending", "pending", "pending"]
    assert standing(guarded, "G1")["missing"] == {
        "Business stakeholder": ["Amara"],
        "Data owner": ["Mei"],
        "Platform owner (architect)": ["Tomas"],
    }

    refused = kit("approve", "definition", guarded.folder, more=identity("priya"))
    assert (refused.code, "Priya holds no role that decides at gate G1" in refused.err) == (1, True)
    sign(guarded, "definition", "amara", "mei")
    waiting = run_as("elif", guarded.folder, guarded.spark, "--resume")
    assert (waiting.code, states(waiting)[:2]) == (3, ["skipped", "pending"])

    sign(guarded, "definition", "tomas")
    at_g2 = run_as("elif", guarded.folder, guarded.spark, "--resume")
    assert (at_g2.code, states(at_g2)[:3]) == (3, ["skipped", "succeeded", "pending"])
    ends = dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=30)
    sign(guarded, "data_engineering", "mei", options=("--waive", "--until", str(ends), "--note", "daily scoring"))
    assert standing(guarded, "G2")["status"] == "waived"

    at_g3 = run_as("elif", guarded.folder, guarded.spark, "--resume")
    assert (at_g3.code, states(at_g3)[2:4]) == (3, ["succeeded", "pending"])
    sign(guarded, "modeling", "priya", "elif")
    assert standing(guarded, "G3")["handover"]["state"] == "accepted"  # Elif's signature takes it over
    assert run_as("elif", guarded.folder, guarded.spark, "--resume").code == 3
    sign(guarded, "deployment", "elif")
    assert run_as("elif", guarded.folder, guarded.spark, "--resume").code == 3
    sign(guarded, "monitoring", "amara")
    last = run_as("elif", guarded.folder, guarded.spark, "--resume")
    assert (last.code, last.value["status"], states(last)) == (0, "succeeded", ["skipped"] * 5)


def test_new_data_let_the_approval_lapse_and_the_next_run_waits(guarded: RunProject) -> None:
    assert standing(guarded, "G1")["status"] == "passed"
    write_rows(guarded.folder.parent / "cases.csv", cases(2_600))
    again = run_as("elif", guarded.folder, guarded.spark, "--env", "prod")
    assert (again.code, states(again)[:2]) == (3, ["succeeded", "pending"])
    found = standing(guarded, "G1")
    assert found["status"] == "lapsed"
    assert any("input source.cases" in one for one in found["reasons"])
    assert standing(guarded, "G4")["status"] == "passed"  # what was decided on there has not been run again
