"""Whether a classification still does what it did when outcomes arrive. `monitoring` calls it."""

from __future__ import annotations

from collections.abc import Mapping

from .alerts import Breach


def performance_breaches(
    recent: Mapping[str, float], expected: Mapping[str, float], role: str, bounds: Mapping[str, float]
) -> list[Breach]:
    """Return breaches of the model where labels have arrived: `auc` fell, or the mean score left the observed rate.

    `recent` and `expected` are measures of the recent period and of the days before it. `bounds` has `auc_loss` and
    `calibration` (difference of mean score and observed rate), both absolute.
    """
    found = []
    floor, gap = expected["auc"] - bounds["auc_loss"], recent["mean_score"] - recent["rate"]
    if recent["auc"] < floor:
        said = f"AUC is {recent['auc']:.3f}, before it was {expected['auc']:.3f}"
        found.append(
            Breach("performance", "auc", said, recent["auc"], floor, role, "Retrain on newer days and compare.")
        )
    if abs(gap) > bounds["calibration"]:
        said = f"the mean score is {recent['mean_score']:.1%}, the observed rate {recent['rate']:.1%}"
        action = "Retrain on newer days, or calibrate the scores anew."
        found.append(Breach("performance", "calibration", said, abs(gap), bounds["calibration"], role, action))
    return found
