"""Each part of the split holds some of the anomalies, or the split is refused."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from kit.runtime.errors import KitError
from PACKAGE import cases, performance
from PACKAGE.parts import split_of


def days(anomalies: dict[int, int], count: int = 200) -> pd.DataFrame:
    """Ten cases a day, anomalies on some."""
    total = [float(anomalies.get(number, 0)) for number in range(count)]
    day = [dt.date(2020, 1, 1) + dt.timedelta(days=number) for number in range(count)]
    found = pd.DataFrame({"day": day, "cases": 10, "known": 10, "total": total})
    return found.assign(lowest=0.0, highest=(found["total"] > 0).astype(float))


def test_the_part_to_choose_by_reaches_back_until_it_holds_a_quarter_of_the_anomalies() -> None:
    found = split_of(days({10: 5, 20: 5, 60: 4, 180: 3}), None, None, None, "event_day", with_labels=True)
    assert found.validation == dt.date(2020, 1, 1) + dt.timedelta(days=60)
    assert found.test == dt.date(2020, 1, 1) + dt.timedelta(days=149)


def test_a_part_without_an_anomaly_is_refused_only_where_there_are_labels() -> None:
    table = days({10: 5, 60: 4})
    with pytest.raises(KitError, match="no labelled anomaly hold-out"):
        split_of(table, None, None, None, "event_day", with_labels=True)
    unlabelled = table.assign(known=0, total=0.0)
    assert split_of(unlabelled, None, None, None, "event_day", with_labels=False).test < table["day"].max()


def test_the_capacity_is_a_share_or_so_many_a_day() -> None:
    assert cases.capacity(1_000, 10, None, 0.02) == 0.02
    assert cases.capacity(1_000, 10, 5.0, 0.02) == 0.05


def test_by_hand_rules_are_measured_on_the_hold_out() -> None:
    found = pd.DataFrame(
        {"held_out": [False, True, True], "low": [1.0, 1.0, 6.0], "rows": [50, 95, 5], "known": [50, 95, 5],
         "positives": [0, 1, 4]}
    )  # fmt: skip
    rules = cases.benchmarks(found)
    assert rules["flagged"].tolist() == [5, 5, 0]
    assert rules.loc[1, ["share", "precision", "recall"]].tolist() == [0.05, 0.8, 0.8]
    assert cases.benchmarks(found.assign(known=0))["precision"].isna().all()


def test_a_rising_share_is_looked_into_and_a_falling_precision_asks_for_training() -> None:
    bounds = {"factor": 2.0, "precision": 0.1}
    before = {"flagged": 0.01, "precision": 0.6, "known": 500.0}
    recent = {"flagged": 0.05, "precision": 0.3, "known": 100.0}
    assert [one.kind for one in performance.breaches(recent, before, 0.01, bounds)] == ["drift", "performance"]
    unlabelled = {"flagged": 0.01, "precision": float("nan"), "known": 0.0}
    assert performance.breaches(unlabelled, unlabelled, 0.01, bounds) == []
