"""The model card (Mitchell et al. 2019): what the model is for, what it was made from, how good it is and where it is
not.

`modeling` calls it with what it has measured; nothing in it is written by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .charter import held
from .split import Split

HIGHER_IS_BETTER = {"auc", "average_precision"}
"""Measures that are better the higher they are; of all others lower is better."""
ABBREVIATIONS = {"auc", "mae", "rmse", "wape"}
"""Measures that are written in capitals."""
YES_OR_NO = {"classification", "anomaly_detection"}
"""Types of problem whose target has a positive value."""


def model_card(
    stage: Any,
    split: Split,
    parts: pd.DataFrame,
    *,
    said: str,
    measured: pd.DataFrame,
    slices: Mapping[str, pd.DataFrame],
) -> str:
    """Return the card as markdown.

    `said` describes the model in a few words, `measured` has one row per model (this one first) with numeric columns,
    by the first of which slices are judged, `slices` the measures by value of each slice.
    """
    charter, problem = stage.spec.get("charter", {}), stage.problem
    features = ", ".join(f"`{name}`" for name in [*problem.features.numeric, *problem.features.categorical])
    sections = {
        f"Model card: {stage.spec.title}": f"{said}. Accountable: {held(stage.ownership.accountable)}.",
        "Intended use": " ".join(charter.get(key, "") for key in ("objective", "decision")).strip() or "Not said.",
        "Not intended for": charter.get("out_of_scope") or "Nothing is excluded in kit.yml.",
        "Made from": f"{_learnt(parts, split, problem)} Predicts `{_predicted(problem)}`"
        f"{f' at `{problem.event_time}`' if problem.event_time else ''} "
        f"from {features or 'all columns of gold.features but key, time, target and leaks'}.",
        "Never seen by it": "; ".join(
            f"`{name}` ({why})" for name, why in [*problem.leaks.items(), *problem.unused.items()]
        )
        or "No leak is declared.",
        f"Measured on {split.held_out}": markdown_table(measured.T.rename_axis("").reset_index()),
        "Where it works less well": _weakest(slices, str(measured.columns[0])),
        "Known risks": "\n".join(f"- {one['risk']} {one['answer']}" for one in charter.get("risks", []))
        or "None is named.",
    }
    return "\n\n".join(
        f"{'#' * (3 if place == 0 else 4)} {title}\n{text}" for place, (title, text) in enumerate(sections.items())
    )


def open_points(stage: Any, outcome: str, reason: str) -> list[str]:
    """Return what modeling hands over unsolved: a refused model, how it ages, the first risk."""
    points = [] if outcome == "accept" else [reason]
    if not stage.problem.event_time:
        points.append("The cases have no time: how the model ages cannot be seen before it serves.")
    return [*points, *(f"{one['risk']} {one['answer']}" for one in stage.spec.get("charter", {}).get("risks", [])[:1])]


def _predicted(problem: Any) -> str:
    if not problem.target:
        return "unusual cases"
    if problem.get("classes"):
        return f"{problem.target}: {', '.join(problem.classes)}"
    return f"{problem.target} = {problem.positive}" if problem.type in YES_OR_NO else str(problem.target)


def _learnt(parts: pd.DataFrame, split: Split, problem: Any) -> str:
    learnt = parts.iloc[:-1]
    when = f" from {learnt['first'].iloc[0]} to {learnt['last'].iloc[-1]}" if split.is_timed else ""
    if not problem.target:
        return f"{int(learnt['cases'].sum()):,} cases{when}, none of them labelled."
    if problem.get("classes"):
        return f"{int(learnt['known'].sum()):,} cases{when}, of {len(problem.classes)} classes."
    mean = learnt["total"].sum() / learnt["known"].sum()
    said = f"{mean:.1%} of them positive" if problem.type in YES_OR_NO else f"{mean:,.4g} on average"
    return f"{int(learnt['known'].sum()):,} cases{when}, {said}."


def _weakest(slices: Mapping[str, pd.DataFrame], measure: str) -> str:
    lines = []
    for name, found in slices.items():
        if len(found) > 1:
            worst = found.loc[found[measure].idxmin() if measure in HIGHER_IS_BETTER else found[measure].idxmax()]
            said = measure.upper() if measure in ABBREVIATIONS else measure.replace("_", " ")
            shown = f"{said} {_cell(float(worst[measure]))}"
            lines.append(f"- {name} {worst['value']}: {shown} on {int(worst['rows']):,} cases")
    return "\n".join(lines) or "No slice is large enough to be judged."


def markdown_table(table: pd.DataFrame) -> str:
    """Return a table as markdown, numbers to three places, without its index."""
    head = [str(name) for name in table.columns]
    rows = [[_cell(value) for value in row] for row in table.to_numpy()]
    return "\n".join(["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]])


def _cell(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1 else f"{value:,.3f}"
