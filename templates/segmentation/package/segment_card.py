"""The card of a segmentation (Mitchell et al. 2019), written from what was measured; `modeling` calls it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .charter import held
from .segments import NAME


def segment_card(stage: Any, said: str, measured: pd.DataFrame, profile: pd.DataFrame, verdict: str) -> str:
    """Return the card as markdown; `measured` of `grid.judged`, `profile` of `segments.profile`."""
    charter = stage.spec.get("charter", {})
    shown = profile.dropna(axis="columns", how="all")
    columns = [name for name in shown.columns if name not in {NAME, "segment_no", "rows"}]
    sections = {
        f"Model card: {stage.spec.title}": f"{said}. Accountable: {held(stage.ownership.accountable)}.",
        "Intended use": " ".join(charter.get(key, "") for key in ("objective", "decision")).strip() or "Not said.",
        "Not intended for": charter.get("out_of_scope") or "Nothing is excluded in kit.yml.",
        "The segments": _markdown(shown.set_index(NAME)[columns]),
        "Measured beside the quintile grid": _markdown(measured),
        "Verdict": verdict,
        "Known risks": "\n".join(f"- {one['risk']} {one['answer']}" for one in charter.get("risks", []))
        or "None is named.",
    }
    return "\n\n".join(
        f"{'#' * (3 if place == 0 else 4)} {title}\n{text}" for place, (title, text) in enumerate(sections.items())
    )


def _markdown(table: pd.DataFrame) -> str:
    head = ["", *map(str, table.columns)]
    rows = [
        [str(name), *(f"{one:.3g}" for one in row)] for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])
