"""KPIs: the value that the business is measured by, against the target that kit.yml states."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

SCHEMA = (
    "kpi string, title string, unit string, direction string, baseline double, actual double, target double, "
    "state string, owner string, due date"
)
"""Columns of `monitoring.kpis` beside the as-of date."""
COLUMNS = ["kpi", "title", "unit", "direction", "baseline", "actual", "target", "state", "owner", "due"]


def kpi_results(
    kpis: Sequence[Mapping[str, Any]], actuals: Mapping[str, float | None], baselines: Mapping[str, float | None]
) -> pd.DataFrame:
    """Return a row for each KPI: `kpi`, `title`, `unit`, `direction`, `baseline`, `actual`, `target`, `state`,
    `owner`, `due`.

    `state` is `met`, `missed`, or `unknown` where there is no actual value yet.
    """
    rows = []
    for kpi in kpis:
        actual = _number(actuals.get(kpi["name"]))
        rows.append(
            {
                "kpi": kpi["name"],
                "title": kpi["title"],
                "unit": kpi.get("unit", ""),
                "direction": kpi.get("direction", "up"),
                "baseline": _number(baselines.get(kpi["name"])),
                "actual": actual,
                "target": float(kpi["target"]),
                "state": state_of(actual, float(kpi["target"]), kpi.get("direction", "up")),
                "owner": kpi["owner"],
                "due": _day(kpi.get("due")),
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def state_of(actual: float, target: float, direction: str) -> str:
    """Return `met` where the actual value is at least as good as the target, `missed`, or `unknown` where it is NaN."""
    if math.isnan(actual):
        return "unknown"
    return "met" if (actual >= target if direction == "up" else actual <= target) else "missed"


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(str(value)) if value else None
