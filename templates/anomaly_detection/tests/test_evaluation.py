"""Measures of flags are those counted by hand, and nothing is accepted that labels or capacity speak against."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PACKAGE import evaluation, serving, trials


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    chance = np.random.default_rng(3)
    label = (chance.random(4_000) < 0.03).astype(float)
    signal = chance.normal(size=4_000) + 3 * label
    share = pd.Series(signal).rank() / 4_001
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=place % 50) for place in range(4_000)]
    rule = pd.Series(chance.permutation(4_000)) / 4_001 + 1e-5
    return pd.DataFrame({"label": label, "score": share, "rule_score": rule, "event_day": days})


@pytest.fixture(scope="module")
def measured(spark: Any, rows: pd.DataFrame) -> pd.DataFrame:
    names = {"score": "model", "rule_score": "simple rule"}
    return evaluation.by_labels(spark.createDataFrame(rows), names, "event_day", 0.02)


def test_measures_are_those_of_the_rows(rows: pd.DataFrame, measured: pd.DataFrame) -> None:
    ordered = rows.sort_values("score", ascending=False)["label"].to_numpy()
    precision = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    model = measured.loc["model"]
    assert model["average_precision"] == pytest.approx((precision * ordered).sum() / ordered.sum(), abs=0.01)
    assert model["average_precision_low"] < model["average_precision"] < model["average_precision_high"]
    flagged = rows[rows["score"] >= 0.98]
    assert model["precision"] == pytest.approx(flagged["label"].mean())
    assert model["recall"] == pytest.approx(flagged["label"].sum() / rows["label"].sum())
    assert model["flagged"] == pytest.approx(len(flagged) / len(rows))
    best = ordered[: round(0.02 * len(ordered))]
    assert model["capacity_precision"] == pytest.approx(best.mean(), abs=0.06)
    assert model["capacity_recall"] == pytest.approx(best.sum() / ordered.sum(), abs=0.06)
    assert measured.loc["simple rule", "auc"] == pytest.approx(0.5, abs=0.06)
    assert evaluation.verdict(measured, None, 0.02)[0] == "accept"


def test_a_rule_that_is_as_good_is_said_to_win(measured: pd.DataFrame) -> None:
    outcome, reason = evaluation.verdict(measured.iloc[::-1], None, 0.02)
    assert (outcome, reason.split(":")[0]) == ("rework", "The simple rule wins")


@pytest.mark.parametrize(
    ("flagged", "stability", "wanted"), [(0.012, 0.8, "accept"), (0.08, 0.8, "rework"), (0.012, 0.2, "rework")]
)
def test_without_labels_capacity_and_stability_decide_and_no_accuracy_is_claimed(
    flagged: float, stability: float, wanted: str
) -> None:
    found = pd.DataFrame({"flagged": [flagged, 0.01], "agreement": 0.5, "rows": 1000.0}, index=["model", "rule"])
    outcome, reason = evaluation.verdict(found, {"stability": stability, "planted": 0.9}, 0.01)
    assert outcome == wanted
    assert "no accuracy is claimed" in reason


def test_months_count_labels_only_where_they_are(spark: Any) -> None:
    told = [("a", True, 1.0), ("a", True, None), ("a", False, 0.0), ("b", False, None)]
    found = evaluation.by_value(spark.createDataFrame(told, "part string, flagged boolean, label double"), "part")
    assert found["flagged"].tolist() == [pytest.approx(2 / 3), 0.0]
    assert found.loc[0, ["precision", "recall"]].tolist() == [1.0, 1.0]
    assert found.loc[1, ["precision", "recall"]].isna().all()


def test_what_is_planted_is_what_it_is_called() -> None:
    sample = np.random.default_rng(4).normal(size=(500, 6))
    made = trials.planted(sample)
    off = np.abs(made["spike"] - sample)
    assert ((off > 0).sum(axis=1) == 1).all()
    assert off.max() == pytest.approx(evaluation.SPIKE_SIGMAS)
    assert ((made["swapped"] != sample).sum(axis=1) == 2).all()
    assert np.allclose(np.sort(made["swapped"], axis=1), np.sort(sample, axis=1))
    assert 0.4 < (made["frozen"] != sample).mean() < 0.6


def test_of_two_versions_without_labels_the_one_nearer_to_the_capacity_leads() -> None:
    found = pd.DataFrame({"flagged": [0.012, 0.05], "agreement": 0.9, "rows": 100.0}, index=["challenger", "champion"])
    assert serving.lead(found, 0.01)["lead"] > 0 > serving.lead(found.iloc[::-1], 0.01)["lead"]
