"""Whether a detector still flags what it should: the share against the capacity, and labels where they have arrived.

`monitoring` calls it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .alerts import Breach

FEWEST_REVIEWED = 20
"""Labelled cases of the recent period below which their precision is not judged."""


def breaches(
    recent: Mapping[str, float], before: Mapping[str, float], share: float, bounds: Mapping[str, float]
) -> list[Breach]:
    """Return what has left its bounds; `recent` and `before` are rows of `evaluation.by_value`, `share` the capacity.

    `bounds` has `factor`, by which the share flagged may exceed the capacity, and `precision`, by how much it may fall.
    A rising share is drift or a real change: its owner looks before anyone trains anew.
    """
    found = []
    limit = share * bounds["factor"]
    if recent["flagged"] > limit:
        said = f"{recent['flagged']:.1%} of recent cases are flagged, the capacity is {share:.1%}"
        action = "Look at the reasons of the flagged cases: has a source changed, or the world?"
        found.append(Breach("drift", "share flagged", said, recent["flagged"], limit, "data_scientist_lead", action))
    floor = before["precision"] - bounds["precision"]
    is_judged = recent["known"] >= FEWEST_REVIEWED and not math.isnan(recent["precision"]) and not math.isnan(floor)
    if is_judged and recent["precision"] < floor:
        said = f"{recent['precision']:.0%} of what was flagged recently was right, before {before['precision']:.0%}"
        action = "Retrain on newer days, and compare."
        role = "data_scientist_lead"
        found.append(Breach("performance", "precision", said, recent["precision"], floor, role, action))
    return found
