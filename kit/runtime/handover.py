"""The handover at the end of a notebook: what was made, with versions, what is open, and who takes over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from kit.runtime.context import Context
from kit.runtime.facts import read_facts


@dataclass(frozen=True)
class Handover:
    """What passes from the accountable role of a stage to that of the next; shown as a table in the notebook."""

    stage: str
    given_by: str
    taken_by: str
    gate: str
    made: list[dict[str, Any]] = field(default_factory=list)
    recommended: str = ""
    checklist: list[dict[str, Any]] = field(default_factory=list)
    open_points: list[str] = field(default_factory=list)

    def _repr_html_(self) -> str:
        made = "".join(
            f"<tr><td>{escape(one['what'])}</td><td>{escape(one['name'])}</td>"
            f"<td>{escape(str(one['version']))}</td><td>{one['rows']}</td></tr>"
            for one in self.made
        )
        checked = "".join(
            f"<tr><td>{_mark(one)}</td><td>{escape(one['item'])}</td><td>{escape(one['measured'])}</td></tr>"
            for one in self.checklist
        )
        checked = f"<table><tr><th></th><th>checked</th><th>found</th></tr>{checked}</table>" if checked else ""
        recommended = f"<br><b>Recommended: {escape(self.recommended)}</b>" if self.recommended else ""
        points = "".join(f"<li>{escape(point)}</li>" for point in self.open_points) or "<li>none</li>"
        return (
            f"<h4>Handover: {escape(self.given_by)} &rarr; {escape(self.taken_by)}</h4>"
            f"<p>{escape(self.gate)}{recommended}</p>"
            f"<table><tr><th>made</th><th>name</th><th>version</th><th>rows</th></tr>{made}</table>{checked}"
            f"<p>Open points</p><ul>{points}</ul>"
        )

    def __repr__(self) -> str:
        made = ", ".join(f"{one['name']} v{one['version']}" for one in self.made)
        return f"Handover {self.given_by} -> {self.taken_by}: {made}; {self.recommended or 'no recommendation'}"


def _mark(item: Mapping[str, Any]) -> str:
    return "&#10003; ok" if item["is_met"] else "&#9888; required" if item["is_required"] else "open"


def handover_of(stage: str, context: Context, log: Path) -> Handover:
    """Return the handover of a stage from the facts that it has left so far."""
    facts = read_facts(log)
    names = list(context.resolved.stages)
    after = names[(names.index(stage) + 1) % len(names)]  # monitoring hands over to the next round of definition
    gate = context.resolved.stages[stage].gate
    decisions = [one for one in facts if one["fact"] == "decision"]
    ends = [one for one in facts if one["fact"] == "finished"]
    return Handover(
        stage=stage,
        given_by=_holder(context.resolved.ownership[stage].accountable),
        taken_by=_holder(context.resolved.ownership[after].accountable),
        gate=f"Gate {gate.name}, {gate.title}: {' / '.join(gate.outcomes)}",
        made=[*_tables(facts), *_artefacts(facts)],
        checklist=checklist_of(facts),
        recommended=f"{decisions[-1]['outcome']} - {decisions[-1]['reason']}" if decisions else "",
        open_points=ends[-1]["open_points"] if ends else [],
    )


def checklist_of(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the checklist: what follows from the facts by itself, then what the notebook ticked; an item once.

    Each has `item`, `is_met`, `measured` and `is_required`.
    """
    ticked = {one["item"]: one for one in facts if one["fact"] == "checklist"}
    return [*_accounted(facts), *_expected(facts), *({key: one[key] for key in _ITEM} for one in ticked.values())]


_ITEM = ("item", "is_met", "measured", "is_required")


def _accounted(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {one["name"]: one["read"] for one in facts if one["fact"] == "accounting"}
    if not found:
        return []
    measured = f"{sum(found.values()):,} rows in {', '.join(found)}"
    return [{"item": "Every row that came in is accounted for", "is_met": True, "measured": measured,
             "is_required": False}]  # fmt: skip


def _expected(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {(one["table"], one["name"]): one for one in facts if one["fact"] == "expectation"}
    if not found:
        return []
    unmet = [f"{name} in {one['failed']:,} rows of {table}" for (table, name), one in found.items() if one["failed"]]
    measured = f"{len(found) - len(unmet)} of {len(found)}" + (f"; not {', '.join(unmet)}" if unmet else "")
    return [{"item": "Expectations are met", "is_met": not unmet, "measured": measured, "is_required": False}]


def _holder(role: Mapping[str, Any]) -> str:
    people = ", ".join(person["name"] for person in role["people"]) or "UNFILLED"
    return f"{role['title']} ({people})"


def _tables(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last = {one["table"]: one for one in facts if one["fact"] == "write"}
    return [
        {"what": "table", "name": name, "version": one["version"], "rows": f"{one['rows']:,}" if "rows" in one else ""}
        for name, one in last.items()
    ]


def _artefacts(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"what": one["kind"], "name": one["name"], "version": one["version"], "rows": ""}
        for one in facts
        if one["fact"] == "artefact"
    ]
