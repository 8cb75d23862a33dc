"""Decisions at gates: small files under `gates/` in the project, which git and CODEOWNERS protect.

A file is never changed. Each carries a seal, the hash of what it says, and the seal of the decision before it at its
gate, so that an edit by hand and a removed decision are seen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from kit.errors import ConfigError
from kit.evidence import evidence_hash
from kit.files import write_new_file
from kit.yaml_source import YamlSource

GATES = "gates"
Kind = Literal["approval", "waiver", "proposal", "handover"]


class Decision(BaseModel):
    """What somebody decided at a gate, on which evidence. `approval` holds any outcome of the gate."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gate: str
    stage: str
    environment: str
    kind: Kind
    outcome: str
    by: str
    """E-mail of who decided."""
    roles: list[str]
    """Roles in which they did."""
    note: str
    at: dt.datetime
    until: dt.date | None = None
    """The last day of a waiver; the day by which a rejected handover is to be mended."""
    run: str
    commit: str | None
    evidence_hash: str
    evidence: dict[str, Any]
    previous: str | None
    """Seal of the decision before it at this gate."""
    seal: str


@dataclass(frozen=True)
class Decisions:
    """The decisions of a project in the order of time, and what is wrong with files among them."""

    all: list[Decision] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """The file of each decision by its seal, relative to the project."""
    broken: dict[str, str] = field(default_factory=dict)
    """What is wrong by file; such a file decides nothing."""

    def at(self, gate: str, environment: str) -> list[Decision]:
        """Return the decisions of a gate in an environment, the oldest first."""
        return [one for one in self.all if (one.gate, one.environment) == (gate, environment)]


def read_decisions(project: Path) -> Decisions:
    """Return every decision of the project; files that cannot be one, or whose seal is wrong, are told apart."""
    found: list[tuple[Decision, str]] = []
    broken: dict[str, str] = {}
    for path in sorted((project / GATES).glob("*/*.yml")):
        file = path.relative_to(project).as_posix()
        try:
            decision = Decision.model_validate(YamlSource.read(path).value)
        except (ConfigError, ValidationError) as error:
            broken[file] = f"is not a decision: {_first_line(error)}"
            continue
        if decision.seal != seal_of(decision):
            broken[file] = "was changed by hand: its seal does not fit what it says"
        elif path.parent.name != decision.gate:
            broken[file] = f"decides on gate {decision.gate} and does not lie in its folder"
        else:
            found.append((decision, file))
    seals = {one.seal for one, _ in found}
    for one, file in found:
        if one.previous and one.previous not in seals:
            broken[file] = "follows a decision that has been removed or changed"
    found = sorted((one for one in found if one[1] not in broken), key=lambda one: (one[0].at, one[0].seal))
    return Decisions([one for one, _ in found], {one.seal: file for one, file in found}, broken)


def sealed(decisions: Decisions, **said: Any) -> Decision:
    """Return a decision with the seal of the one before it at its gate, and its own."""
    before = [one for one in decisions.all if one.gate == said["gate"]]
    decision = Decision(**said, previous=before[-1].seal if before else None, seal="")
    return decision.model_copy(update={"seal": seal_of(decision)})


def bound_to(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what binds a decision to the record of a stage: its run and commit, its evidence and the hash of it."""
    evidence = record["evidence"]
    return {
        "run": record["run_id"],
        "commit": record["git_commit"],
        "evidence_hash": evidence_hash(evidence),
        "evidence": evidence,
    }


def seal_of(decision: Decision) -> str:
    """Return the hash of everything that a decision says."""
    said = decision.model_dump(mode="json", exclude={"seal"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def write_decision(project: Path, decision: Decision) -> str:
    """Write a decision to a file of its own and return its path in the project; an existing file is never replaced."""
    who = decision.by.split("@")[0].lower()
    at = f"{decision.at:%Y%m%dT%H%M%S}{decision.at.microsecond // 1000:03d}Z"
    name = f"{at}-{decision.kind}-{decision.outcome.replace(' ', '-')}-{who}.yml"
    file = f"{GATES}/{decision.gate}/{name}"
    text = yaml.safe_dump(decision.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)
    write_new_file(project / file, f"{_HEAD}{text}".encode())
    return file


_HEAD = "# Written by kit; never edit a decision, make another one (`kit approve`).\n"


def _first_line(error: ConfigError | ValidationError) -> str:
    if isinstance(error, ConfigError):
        return error.message.splitlines()[0]
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
