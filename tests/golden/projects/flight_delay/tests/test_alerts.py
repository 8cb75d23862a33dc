"""What leaves its bounds becomes an alert with one owner; what follows for the model is decided from alerts alone."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pandas as pd
import pytest
from flight_delay import alerts, kpis

DAY = dt.date(2013, 12, 31)
KPI = {"name": "caught", "title": "Caught", "unit": "share", "target": 0.4, "owner": "business_stakeholder"}
WORSE = alerts.Breach("performance", "auc", "AUC is 0.6", 0.6, 0.67, "ml_engineer", "Retrain.")


class Stage:
    """A stage whose roles are held by Ada, but for the one that nobody holds."""

    def owner(self, role: str) -> dict[str, Any]:
        """Return who holds a role."""
        people = [] if role == "data_owner" else [{"name": "Ada", "email": "ada@example.org"}]
        return {"title": role, "people": people}


def drift(**psi: float) -> pd.DataFrame:
    """A drift table with these stability indices and no gaps."""
    return pd.DataFrame({"column": list(psi), "psi": list(psi.values()), "missing_before": 0.0, "missing_now": 0.0})


@pytest.mark.parametrize(
    ("actual", "direction", "state"),
    [
        (0.4, "up", "met"),
        (0.39, "up", "missed"),
        (0.4, "down", "met"),
        (0.41, "down", "missed"),
        (None, "up", "unknown"),
    ],
)
def test_a_kpi_is_met_missed_or_unknown(actual: float | None, direction: str, state: str) -> None:
    row = kpis.kpi_results([{**KPI, "direction": direction}], {"caught": actual}, {}).iloc[0]
    assert (row["state"], row["target"]) == (state, 0.4)
    assert math.isnan(row["baseline"])


def test_only_a_column_that_moved_far_is_an_alert() -> None:
    found = alerts.drift_breaches(drift(steady=0.01, watched=0.2, moved=0.3), "data_scientist_lead", 0.25)
    assert [(one.subject, one.value, one.bound) for one in found] == [("moved", 0.3, 0.25)]


def test_a_column_that_falls_silent_is_an_alert() -> None:
    table = drift(a=0.0, b=0.0).assign(missing_now=[0.2, 0.01])
    assert [one.subject for one in alerts.quality_breaches(table, "data_owner", more=0.05)] == ["a"]


def test_days_without_predictions_are_counted() -> None:
    days = pd.Series([DAY - dt.timedelta(days=2), DAY])
    (found,) = alerts.usage_breaches(days, DAY - dt.timedelta(days=2), DAY, "ml_engineer_lead")
    assert (found.value, str(DAY - dt.timedelta(days=1)) in found.said) == (1.0, True)
    assert alerts.usage_breaches(days, DAY, DAY, "ml_engineer_lead") == []


def test_where_predictions_come_by_month_only_the_next_one_can_be_missing() -> None:
    days = pd.Series([DAY - dt.timedelta(days=back) for back in (61, 31, 0)])
    assert (
        alerts.usage_breaches(days, DAY - dt.timedelta(days=40), DAY + dt.timedelta(days=20), "ml_engineer_lead") == []
    )
    (found,) = alerts.usage_breaches(days, DAY, DAY + dt.timedelta(days=60), "ml_engineer_lead")
    assert found.value == 1.0


def test_an_alert_has_one_owner_a_due_date_and_the_same_id_each_time() -> None:
    breaches = alerts.drift_breaches(drift(x=1.0), "data_scientist_lead", 0.25)
    breaches += alerts.quality_breaches(drift(x=0.0).assign(missing_now=1.0), "data_owner", more=0.05)
    first, second = alerts.alert_rows(breaches, Stage(), DAY)
    assert first == alerts.alert_rows(breaches, Stage(), DAY)[0]
    assert first[0] != second[0]
    assert first[7:11] == ("data_scientist_lead", "Ada", "ada@example.org", DAY + dt.timedelta(days=7))
    assert second[8] == "UNFILLED"


@pytest.mark.parametrize(
    ("worse", "actual", "psi", "outcome"),
    [
        ([], 0.5, 0.0, "keep"),
        ([], 0.5, 0.9, "keep"),
        ([], 0.1, 0.0, "re-scope"),
        ([WORSE], 0.1, 0.9, "retrain"),
    ],
)
def test_what_follows_for_the_model(worse: list[alerts.Breach], actual: float, psi: float, outcome: str) -> None:
    results = kpis.kpi_results([KPI], {"caught": actual}, {"caught": 0.2})
    breaches = [
        *worse,
        *alerts.drift_breaches(drift(x=psi), "data_scientist_lead", 0.25),
        *alerts.kpi_breaches(results),
    ]
    assert alerts.decision(breaches, results)[0] == outcome
