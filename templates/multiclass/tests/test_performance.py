"""A model that got worse becomes an alert; one that did not stays silent."""

from __future__ import annotations

import pandas as pd
import pytest
from PACKAGE import evaluation, performance

ACCEPTED = dict.fromkeys(evaluation.MEASURES, 0.5)
BOUNDS = {"growth": 0.1, "accuracy": 0.05, "share": 0.05}
GOOD = {"log_loss": 0.52, "log_loss_low": 0.45, "accuracy": 0.48, "accuracy_high": 0.55}
CAME = pd.DataFrame({"label": [0, 1], "predicted": [0.6, 0.4], "observed": [0.58, 0.42], "rows": 500})
SHARES = performance.named(CAME, "ab")


@pytest.mark.parametrize(
    ("recent", "shares", "subjects"),
    [
        (GOOD, SHARES, []),
        ({**GOOD, "log_loss": 0.7, "log_loss_low": 0.6}, SHARES, ["log_loss"]),
        ({**GOOD, "log_loss": 0.7}, SHARES, []),
        ({**GOOD, "accuracy": 0.3, "accuracy_high": 0.4}, SHARES, ["accuracy"]),
        (GOOD, SHARES.assign(observed=[0.4, 0.6]), ["class shares"]),
        (GOOD, SHARES.assign(observed=[0.5, 0.5], rows=40), []),
    ],
)
def test_only_what_is_surely_worse_is_an_alert(
    recent: dict[str, float], shares: pd.DataFrame, subjects: list[str]
) -> None:
    found = performance.performance_breaches(recent, ACCEPTED, shares, "data_scientist_lead", BOUNDS)
    assert [one.subject for one in found] == subjects
    assert performance.performance_breaches(GOOD, {}, SHARES, "data_scientist_lead", BOUNDS) == []


def test_a_period_is_told_under_the_acceptance_if_there_was_one() -> None:
    periods = pd.DataFrame([{**ACCEPTED, "log_loss": 0.6}], index=["recent"])
    assert performance.table(periods, ACCEPTED).index.tolist() == ["at the acceptance", "recent"]
    assert performance.table(periods, {})["log_loss"].tolist() == [0.6]
