"""The charter of the use case for its readers: what is wanted, who decides, what is measured, what has been checked.

`definition` calls it. Everything is read from kit.yml when the notebook runs, so a change there needs no new notebook.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

UNFILLED = "UNFILLED"
_SECRET = re.compile(r"password|passwd|secret|token|api_?key", re.IGNORECASE)
_REFERENCE = re.compile(r"^secret://")


def charter_markdown(spec: Mapping[str, Any]) -> str:
    """Return the charter as markdown; a part that kit.yml leaves empty says so."""
    charter = spec.get("charter", {})
    parts = {
        "Objective": "objective",
        "Decision that it improves": "decision",
        "How it is consumed": "consumption",
        "Out of scope": "out_of_scope",
    }
    lines = [
        f"**{title}.** {charter.get(key) or f'_Not said: fill charter.{key} in kit.yml._'}"
        for title, key in parts.items()
    ]
    return "\n\n".join([f"### {spec['title']}", *lines])


def charter_gaps(spec: Mapping[str, Any]) -> list[str]:
    """Return what the charter does not say yet, a sentence each."""
    charter = spec.get("charter", {})
    wanted = ("objective", "decision", "consumption")
    gaps = [f"charter.{key} is empty in kit.yml" for key in wanted if not charter.get(key)]
    if not charter.get("risks"):
        gaps.append("no risk is named under charter.risks in kit.yml")
    return gaps if spec.get("kpis") else [*gaps, "no KPI is declared in kit.yml"]


def risk_table(spec: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per risk with the answer to it."""
    return pd.DataFrame([dict(one) for one in spec.get("charter", {}).get("risks", [])], columns=["risk", "answer"])


def owner_table(resolved: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per stage: who is accountable and responsible, its gate, and who decides there."""
    rows = []
    for name, stage in resolved["stages"].items():
        owners, gate = resolved["ownership"][name], stage["gate"]
        rows.append(
            {
                "stage": stage["title"],
                "accountable": held(owners["accountable"]),
                "responsible": "; ".join(held(one) for one in owners["responsible"]),
                "gate": f"{gate['name']} {gate['title']}: {' / '.join(gate['outcomes'])}",
                "decided by": "; ".join(held(resolved["roles"][one]) for one in gate["decided_by"]),
            }
        )
    return pd.DataFrame(rows).set_index("stage")


def held(role: Mapping[str, Any]) -> str:
    """Return a role with its people, or loudly without: `Data owner: Mei Tanaka`."""
    return f"{role['title']}: {', '.join(person['name'] for person in role['people']) or UNFILLED}"


def unfilled_roles(resolved: Mapping[str, Any]) -> list[str]:
    """Return the sorted titles of roles that are accountable or decide at a gate, and that nobody holds."""
    needed = {owners["accountable"]["role"] for owners in resolved["ownership"].values()}
    needed |= {role for stage in resolved["stages"].values() for role in stage["gate"]["decided_by"]}
    return sorted(role["title"] for name, role in resolved["roles"].items() if name in needed and not role["people"])


def kpi_table(spec: Mapping[str, Any], resolved: Mapping[str, Any], baselines: Mapping[str, float]) -> pd.DataFrame:
    """Return one row per KPI: today's value, the target and the way to it, its owner and its date."""
    rows = [
        {
            "KPI": kpi["title"],
            "today": f"{baselines[kpi['name']]:.3g}" if kpi["name"] in baselines else "no baseline query",
            "target": f"{'at least' if kpi.get('direction', 'up') == 'up' else 'at most'} {kpi['target']:.3g}",
            "unit": kpi.get("unit", ""),
            "owner": held(resolved["roles"][kpi["owner"]]),
            "due": str(kpi.get("due") or "no date"),
            "meaning": kpi.get("description", ""),
        }
        for kpi in spec.get("kpis", [])
    ]
    return pd.DataFrame(rows, columns=["KPI", "today", "target", "unit", "owner", "due", "meaning"]).set_index("KPI")


def is_met(kpi: Mapping[str, Any], value: float) -> bool:
    """Return whether a value meets the KPI's target."""
    return value >= kpi["target"] if kpi.get("direction", "up") == "up" else value <= kpi["target"]


def checklist(
    spec: Mapping[str, Any],
    resolved: Mapping[str, Any],
    personal: Sequence[str],
    breaches: Sequence[str],
    today: dt.date,
    asked_for: Sequence[tuple[str, str, str, str]] = (),
) -> pd.DataFrame:
    """Return the platform and security checklist: `item`, `state` (ok, open, ask), `found`, `because`.

    `ok` and `open` were found by looking; `ask` is what only a person can confirm, and who. `personal` are the columns
    that may describe a person, `breaches` those of the sources' contracts, `asked_for` the items that the team's set-up
    adds, whose `because` says which part of it.
    """
    rows = [(*one, "") for one in (*_checked(spec, resolved, personal, breaches, today), *_asked(resolved, personal))]
    return pd.DataFrame([*rows, *asked_for], columns=["item", "state", "found", "because"]).set_index("item")


def tick_checks(stage: Any, checks: pd.DataFrame) -> None:
    """Record a checklist for the handover; what the set-up asks for and a look can find must be met at the gate."""
    contents = {because: content for content, because in stage.context.resolved.operating_model.contents.items()}
    for item, row in checks.iterrows():
        asked_by = contents.get(row["because"]) if row["state"] != "ask" else None
        stage.tick(str(item), row["state"] == "ok", row["found"], asked_by)


def _checked(
    spec: Mapping[str, Any],
    resolved: Mapping[str, Any],
    personal: Sequence[str],
    breaches: Sequence[str],
    today: dt.date,
) -> list[tuple[str, str, str]]:
    sources = resolved["sources"]
    nobody = unfilled_roles(resolved)
    no_owner = [name for name, one in sources.items() if not resolved["roles"][one["owner"]]["people"]]
    unlicensed = [name for name, one in sources.items() if one.get("sample") and not one["sample"].get("licence")]
    keyless = [name for name, one in sources.items() if not one.get("key")]
    kpis = len(spec.get("kpis", []))
    undated = [one["name"] for one in spec.get("kpis", []) if not one.get("due")]
    overdue = [one["name"] for one in spec.get("kpis", []) if one.get("due") and _date(one["due"]) < today]
    return [
        _item("Every deciding role is filled", nobody, "all filled", "nobody holds {}"),
        _item("Every source has an owner", no_owner, f"{len(sources)} of {len(sources)}", "nobody owns {}"),
        _item("Every source declares its key", keyless, "declared", "no key for {}"),
        _item("Every source keeps its contract", breaches, "kept", "{}"),
        _item("Licences of sample data are named", unlicensed, _licences(sources), "none for {}"),
        _item("No column describes a person", personal, "none declared, no name suggests one", "look at {}"),
        _item(
            "No secret is written in kit.yml", _secrets(spec, "kit.yml"), "none found", "use secret://scope/key for {}"
        ),
        _item("Every KPI has a date", undated, f"{kpis} of {kpis}", "no date for {}"),
        _item("No KPI is overdue", overdue, "none", "overdue: {}"),
    ]


def _asked(resolved: Mapping[str, Any], personal: Sequence[str]) -> list[tuple[str, str, str]]:
    lawful = f"the use of {', '.join(personal)}" if personal else "the use of the sources for this purpose"
    questions = {
        f"Lawful: {lawful}": "data_owner",
        "Access to tables and results is limited to those who need it": "security_officer",
        "The platform carries the daily run and its retention": "platform_owner",
        "The output reaches its users in the tool that they use": "ux_designer",
    }
    return [
        (item, "ask", held(resolved["roles"][role])) for item, role in questions.items() if role in resolved["roles"]
    ]


def _item(item: str, wrong: Sequence[str], well: str, badly: str) -> tuple[str, str, str]:
    return (item, "open", badly.format(", ".join(wrong))) if wrong else (item, "ok", well)


def _licences(sources: Mapping[str, Any]) -> str:
    found = sorted({one["sample"]["licence"] for one in sources.values() if one.get("sample")})
    return ", ".join(found) or "no sample data"


def _secrets(part: Any, where: str) -> list[str]:
    """Return the keys below which a secret seems to be written out."""
    if isinstance(part, Mapping):
        own = [
            f"{where}: {key}"
            for key, value in part.items()
            if _SECRET.search(key) and isinstance(value, str) and value and not _REFERENCE.match(value)
        ]
        return own + [found for key, value in part.items() for found in _secrets(value, f"{where}: {key}")]
    return [found for one in part for found in _secrets(one, where)] if isinstance(part, list) else []


def _date(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
