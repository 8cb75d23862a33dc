"""The model card of forecasts (Mitchell et al. 2019), written from what was measured; `modeling` calls it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .charter import held
from .origins import Plan


def forecast_card(stage: Any, plan: Plan, said: str, measured: pd.DataFrame, worst: pd.DataFrame, reason: str) -> str:
    """Return the card as markdown: `said` is what is served, `measured` of `measures.comparison`, `worst` has the
    series with the largest errors: `series`, `mae`, `mase`.
    """
    charter, problem = stage.spec.get("charter", {}), stage.problem
    by = f" of each `{'`, `'.join(problem.series)}`" if problem.series else ""
    sections = {
        f"Model card: {stage.spec.title}": f"Served is: {said}. Accountable: {held(stage.ownership.accountable)}.",
        "Intended use": " ".join(charter.get(key, "") for key in ("objective", "decision")).strip() or "Not said.",
        "Not intended for": charter.get("out_of_scope") or "Nothing is excluded in kit.yml.",
        "What it forecasts": f"`{problem.target}`{by}, {plan.horizon} steps of {plan.step.one} ahead, from past "
        "values and the calendar alone; other columns are not known for the future and are not used.",
        "Measured": f"{plan.text()}. Served, best model and simple rule:\n\n{_markdown(measured)}",
        "Verdict": reason,
        "Where it errs most": _markdown(worst.set_index("series")),
        "Known risks": "\n".join(f"- {one['risk']} {one['answer']}" for one in charter.get("risks", []))
        or "None is named.",
    }
    return "\n\n".join(
        f"{'#' * (3 if place == 0 else 4)} {title}\n{text}" for place, (title, text) in enumerate(sections.items())
    )


def open_points(outcome: str, reason: str, measured: pd.DataFrame, served: str) -> list[str]:
    """Return what modeling hands over unsolved."""
    coverage = float(measured.loc[served, "coverage"])
    points = [] if outcome == "accept" else [reason]
    if abs(coverage - 0.8) > 0.05:
        points.append(f"The interval that was to hold 80% of the values held {coverage:.0%}.")
    return points


def _markdown(table: pd.DataFrame) -> str:
    head = [table.index.name or "", *map(str, table.columns)]
    rows = [
        [str(name), *(f"{value:.4g}" for value in row)] for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
