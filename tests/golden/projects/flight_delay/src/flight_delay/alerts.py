"""Alerts: what has left its bounds, with one owner, one due date and one action; and what follows for the model.

`monitoring` calls it. Everything is a value; the notebook writes it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

SCHEMA = (
    "alert_id string, run_date date, kind string, subject string, said string, value double, bound double, "
    "role string, person string, email string, due date, action string"
)
"""Columns of `monitoring.alerts`; `alert_id` is the same for the same finding of the same date."""
FEEDBACK = "run_date date, decision string, reason string, model_version int, run_id string"
"""Columns of `monitoring.feedback`, one row for each as-of date; `modeling` reads the latest."""
DUE_DAYS = {"performance": 3, "drift": 7, "quality": 3, "kpi": 14, "usage": 2}
"""Days that the owner of a kind of alert has."""


@dataclass(frozen=True)
class Breach:
    """Something that has left its bound: `kind` is a key of DUE_DAYS, `role` who must act."""

    kind: str
    subject: str
    said: str
    value: float
    bound: float
    role: str
    action: str


class Stage(Protocol):
    """The part of the running stage that names a role's holders."""

    def owner(self, role: str) -> Mapping[str, Any]:
        """Return `title` and `people` of a role."""


def drift_breaches(drift: pd.DataFrame, role: str, act: float) -> list[Breach]:
    """Return a breach for each column whose stability index reaches `act`; `drift` as `drift.stability` returns it."""
    moved = drift[drift["psi"] >= act]
    return [
        Breach(
            "drift",
            row.column,
            f"{row.column} has moved: stability index {row.psi:.2f}",
            float(row.psi),
            act,
            role,
            f"Find out why {row.column} moved: the source, or the world?",
        )
        for row in moved.itertuples()
    ]


def quality_breaches(drift: pd.DataFrame, role: str, more: float) -> list[Breach]:
    """Return a breach for each column whose share of empty values rose by more than `more` (a share)."""
    rise = drift["missing_now"] - drift["missing_before"]
    return [
        Breach(
            "quality",
            row.column,
            f"{row.column} is empty in {row.missing_now:.1%} of rows, before in {row.missing_before:.1%}",
            float(row.missing_now),
            float(row.missing_before) + more,
            role,
            f"Have the source of {row.column} repaired or declare the gap.",
        )
        for row in drift[rise > more].itertuples()
    ]


def kpi_breaches(results: pd.DataFrame) -> list[Breach]:
    """Return a breach for each missed KPI, which its owner must answer; `results` as `kpis.kpi_results` returns
    them.
    """
    return [
        Breach(
            "kpi",
            row.kpi,
            f"{row.title}: {row.actual:.3g} {row.unit} against a target of {row.target:.3g}",
            float(row.actual),
            float(row.target),
            str(row.owner),
            "Decide whether the target, the use of the output or the model has to change.",
        )
        for row in results[results["state"] == "missed"].itertuples()
    ]


def usage_breaches(days: pd.Series[Any], first: dt.date, last: dt.date, role: str) -> list[Breach]:
    """Return a breach where some of the days from `first` to `last` have no prediction; `days` are those that have.

    Where predictions come by week or month, by the usual distance of their days, only the next one can be missing.
    """
    usual = usual_distance(days)
    wanted = {first + dt.timedelta(days=number) for number in range((last - first).days + 1)}
    if usual > 1:
        late = (last - max(days)).days > 1.5 * usual
        wanted = {max(days) + dt.timedelta(days=usual)} if late else set()
    without = sorted(wanted - set(days))
    if not without:
        return []
    said = f"{len(without)} of {len(wanted)} recent days have no prediction, the last is {without[-1]}"
    return [Breach("usage", "predictions", said, float(len(without)), 0.0, role, "Score the days that are missing.")]


def usual_distance(days: pd.Series[Any]) -> int:
    """Return the median distance of the days that have predictions, in days; 1 where there are fewer than three."""
    apart = pd.Series(sorted(set(days))).diff().dropna()
    return int(apart.map(lambda one: one.days).median()) if len(apart) > 1 else 1


def alert_rows(breaches: Sequence[Breach], stage: Stage, run_date: dt.date) -> list[tuple[Any, ...]]:
    """Return one row of `monitoring.alerts` for each breach, with the person who holds the role, or `UNFILLED`."""
    return [_row(breach, stage.owner(breach.role), run_date) for breach in breaches]


def decision(breaches: Sequence[Breach], kpis: pd.DataFrame) -> tuple[str, str]:
    """Return the outcome for gate G5 and why: `retrain` where the model got worse, `re-scope` where only its KPI fails.

    A drift alone asks nobody to retrain while performance holds: its owner looks into it.
    """
    worse = [one for one in breaches if one.kind == "performance"]
    if worse:
        return "retrain", "; ".join(one.said for one in worse)
    missed = [one for one in breaches if one.kind == "kpi"]
    if missed:
        return "re-scope", "the model is as good as it was, but " + "; ".join(one.said for one in missed)
    moved = [one.subject for one in breaches if one.kind == "drift"]
    unknown = int((kpis["state"] == "unknown").sum())
    notes = (
        [f"{', '.join(moved)} moved without harm so far"]
        if moved
        else ["performance and features are within their bounds"]
    )
    return "keep", "; ".join([*notes, *([f"{unknown} KPI without a value yet"] if unknown else [])])


def _row(breach: Breach, owner: Mapping[str, Any], run_date: dt.date) -> tuple[Any, ...]:
    identity = hashlib.sha256(f"{run_date} {breach.kind} {breach.subject}".encode()).hexdigest()[:12]
    people = [dict(one) for one in owner["people"]] or [{"name": "UNFILLED", "email": ""}]
    due = run_date + dt.timedelta(days=DUE_DAYS[breach.kind])
    said = (breach.kind, breach.subject, breach.said, float(breach.value), float(breach.bound))
    return (identity, run_date, *said, owner["title"], people[0]["name"], people[0]["email"], due, breach.action)
