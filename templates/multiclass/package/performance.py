"""Whether a model of several classes still does what it did when it was accepted. `monitoring` calls it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from .alerts import Breach


def performance_breaches(
    recent: Mapping[str, float],
    expected: Mapping[str, float],
    shares: pd.DataFrame,
    role: str,
    bounds: Mapping[str, float],
) -> list[Breach]:
    """Return breaches of the model where outcomes have arrived: its log loss grew, fewer are right, a class comes more
    or less often than predicted.

    `recent` has the measures of the recent days with their intervals, `expected` those of the acceptance (nothing where
    there are none), `shares` has `class`, `predicted`, `observed` and `rows` of the recent days. `bounds`: `growth`
    (share of the log loss), `accuracy` and `share` (absolute). What counts is beyond its bound and surely so.
    """
    found = []
    if expected:
        most, least = expected["log_loss"] * (1 + bounds["growth"]), expected["accuracy"] - bounds["accuracy"]
        if recent["log_loss"] > most and recent["log_loss_low"] > expected["log_loss"]:
            said = f"the log loss is {recent['log_loss']:.3f}, at the acceptance it was {expected['log_loss']:.3f}"
            action = "Retrain on newer days and compare."
            found.append(Breach("performance", "log_loss", said, recent["log_loss"], most, role, action))
        if recent["accuracy"] < least and recent["accuracy_high"] < expected["accuracy"]:
            said = f"{recent['accuracy']:.1%} are right, at the acceptance it was {expected['accuracy']:.1%}"
            action = "See which classes are confused, then retrain on newer days."
            found.append(Breach("performance", "accuracy", said, recent["accuracy"], least, role, action))
    gap = (shares["predicted"] - shares["observed"]).abs()
    gap = gap.where(gap > 2 * (shares["observed"] * (1 - shares["observed"]) / shares["rows"]) ** 0.5, 0.0)
    if len(gap) and gap.max() > bounds["share"]:
        worst = shares.loc[gap.idxmax()]
        said = (
            f"{worst['class']} was predicted in {worst['predicted']:.1%} of cases and came in {worst['observed']:.1%}"
        )
        action = "Find out why the mix of classes moved; retrain on newer days."
        found.append(Breach("performance", "class shares", said, float(gap.max()), bounds["share"], role, action))
    return found


def table(by_period: pd.DataFrame, expected: Mapping[str, float]) -> pd.DataFrame:
    """Return the measures of each period beside those of the acceptance."""
    judged = ["log_loss", "accuracy", "balanced_accuracy", "macro_f1", "confidence", "rows"]
    rows = by_period[judged]
    if not expected:
        return rows
    return pd.concat([pd.DataFrame([dict(expected)], index=["at the acceptance"]).reindex(columns=judged), rows])


def named(shares: pd.DataFrame, classes: Sequence[str]) -> pd.DataFrame:
    """Return shares of `evaluation.class_shares` with the name of each `class`."""
    return shares.assign(**{"class": [classes[int(label)] for label in shares["label"]]})
