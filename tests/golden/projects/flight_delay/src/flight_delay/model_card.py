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
    `slices` the measures by value of each slice.
    """
    charter, problem = stage.spec.get("charter", {}), stage.problem
    features = ", ".join(f"`{name}`" for name in [*problem.features.numeric, *problem.features.categorical])
    sections = {
        f"Model card: {stage.spec.title}": f"{said}. Accountable: {held(stage.ownership.accountable)}.",
        "Intended use": " ".join(charter.get(key, "") for key in ("objective", "decision")).strip() or "Not said.",
        "Not intended for": charter.get("out_of_scope") or "Nothing is excluded in kit.yml.",
        "Made from": f"{_learnt(parts, split)} Predicts `{problem.target} = {problem.positive}`"
        f"{f' at `{problem.event_time}`' if problem.event_time else ''} "
        f"from {features or 'all columns of gold.features but key, time, target and leaks'}.",
        "Never seen by it": "; ".join(
            f"`{name}` ({why})" for name, why in [*problem.leaks.items(), *problem.unused.items()]
        )
        or "No leak is declared.",
        f"Measured on {split.held_out}": _markdown_table(measured.rename_axis("").reset_index()),
        "Where it works less well": _weakest(slices),
        "Known risks": "\n".join(f"- {one['risk']} {one['answer']}" for one in charter.get("risks", []))
        or "None is named.",
    }
    return "\n\n".join(
        f"{'#' * (3 if place == 0 else 4)} {title}\n{text}" for place, (title, text) in enumerate(sections.items())
    )


def open_points(stage: Any, outcome: str, reason: str, by_month: pd.DataFrame, bound: float = 0.05) -> list[str]:
    """Return what modeling hands over unsolved: a refused model, months in which scores are off by more than
    `bound`.
    """
    points = [] if outcome == "accept" else [reason]
    gap = by_month["mean_score"] - by_month["rate"] if len(by_month) else pd.Series(dtype=float)
    off = [f"{by_month['value'][place]} by {gap[place]:+.3f}" for place in gap.index[gap.abs() > bound]]
    if off:
        points.append(
            f"The mean score is off in the month of {', '.join(off)}: watch calibration, and retrain when it stays off."
        )
    if not stage.problem.event_time:
        points.append("The cases have no time: how the model ages cannot be seen before it serves.")
    return [*points, *(f"{one['risk']} {one['answer']}" for one in stage.spec.get("charter", {}).get("risks", [])[:1])]


def _learnt(parts: pd.DataFrame, split: Split) -> str:
    learnt = parts.iloc[:-1]
    when = f" from {learnt['first'].iloc[0]} to {learnt['last'].iloc[-1]}" if split.is_timed else ""
    rate = learnt["positives"].sum() / learnt["known"].sum()
    return f"{int(learnt['known'].sum()):,} cases{when}, {rate:.1%} of them positive."


def _weakest(slices: Mapping[str, pd.DataFrame]) -> str:
    lines = []
    for name, found in slices.items():
        if len(found) > 1:
            worst = found.loc[found["auc"].idxmin()]
            lines.append(f"- {name} {worst['value']}: AUC {worst['auc']:.3f} on {int(worst['rows']):,} cases")
    return "\n".join(lines) or "No slice is large enough to be judged."


def _markdown_table(table: pd.DataFrame) -> str:
    head = [str(name) for name in table.columns]
    rows = [[_cell(value) for value in row] for row in table.to_numpy()]
    return "\n".join(["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]])


def _cell(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 1 else f"{value:,.3f}"
