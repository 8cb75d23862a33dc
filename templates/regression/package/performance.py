"""Whether a regression still does what it did when it was accepted, as outcomes arrive. `monitoring` calls it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .alerts import Breach


def performance_breaches(
    recent: Mapping[str, float], expected: Mapping[str, float], role: str, bounds: Mapping[str, float]
) -> list[Breach]:
    """Return breaches of the model where outcomes have arrived: its error grew, or it is off to one side.

    `recent` has `mae`, `mae_low` (the lower end of its interval) and `bias` of the recent days, `expected` the measures
    of the acceptance. `bounds` has `growth` of the error and `bias`, both as share of the error at the
    acceptance. The error counts as grown where it is beyond its bound and surely above that of the acceptance.
    """
    if not expected:
        return []
    found = []
    most, off = expected["mae"] * (1 + bounds["growth"]), expected["mae"] * bounds["bias"]
    if recent["mae"] > most and recent["mae_low"] > expected["mae"]:
        said = f"the mean absolute error is {recent['mae']:,.4g}, at the acceptance it was {expected['mae']:,.4g}"
        action = "Retrain on newer days and compare."
        found.append(Breach("performance", "mae", said, recent["mae"], most, role, action))
    if abs(recent["bias"]) > off:
        said = f"predictions are off to one side by {recent['bias']:+,.4g} on average"
        action = "Retrain on newer days; find out what has shifted the level."
        found.append(Breach("performance", "bias", said, abs(recent["bias"]), off, role, action))
    return found


def table(by_period: pd.DataFrame, expected: Mapping[str, float]) -> pd.DataFrame:
    """Return the measures of each period under each other, the acceptance first, for a reader."""
    columns = ["rows", "mae", "wape", "rmse", "r2", "bias"]
    first = pd.DataFrame([expected], index=["at the acceptance"]) if expected else pd.DataFrame()
    return pd.concat([first, by_period])[columns]
