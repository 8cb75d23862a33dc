"""A model that got worse becomes an alert; one that did not stays silent."""

from __future__ import annotations

import pytest
from flight_delay.performance import performance_breaches

BOUNDS = {"auc_loss": 0.03, "calibration": 0.05}
GOOD = {"auc": 0.7, "mean_score": 0.2, "rate": 0.21}


@pytest.mark.parametrize(
    ("recent", "subjects"),
    [(GOOD, []), ({**GOOD, "auc": 0.66}, ["auc"]), ({**GOOD, "rate": 0.3}, ["calibration"])],
)
def test_a_model_that_got_worse_is_an_alert(recent: dict[str, float], subjects: list[str]) -> None:
    assert [one.subject for one in performance_breaches(recent, GOOD, "ml_engineer", BOUNDS)] == subjects
