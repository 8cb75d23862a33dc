"""Measures from counts are those of the rows, and a model is accepted only when it is surely ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PACKAGE import evaluation

CLASSES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    odds = generator.normal(size=(3000, 3)) + np.array([1.0, 0.3, -1.0])
    shares = np.exp(odds) / np.exp(odds).sum(axis=1, keepdims=True)
    label = (generator.random((3000, 1)) > shares.cumsum(axis=1)).sum(axis=1)
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=place % 30) for place in range(3000)]
    columns = {"label": label.astype(float), "said": shares.tolist(), "event_day": days}
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def counts(spark: Any, rows: pd.DataFrame) -> pd.DataFrame:
    told = {"model": "said", "shares": "array(0.55D, 0.35D, 0.1D)", "worse": "array(0.1D, 0.1D, 0.8D)"}
    slices = {"day": "event_day", "confidence": evaluation.CONFIDENCE}
    return evaluation.class_counts(spark.createDataFrame(rows), told, slices)


def of_model(counts: pd.DataFrame, slice_: str = "day") -> pd.DataFrame:
    return counts[(counts["model"] == "model") & (counts["slice"] == slice_)]


def test_measures_from_counts_are_those_of_the_rows(rows: pd.DataFrame, counts: pd.DataFrame) -> None:
    label, said = rows["label"].to_numpy(int), np.array(rows["said"].tolist())
    found, predicted = evaluation.measures(of_model(counts)), said.argmax(axis=1)
    assert found["log_loss"] == pytest.approx(-np.log(said[np.arange(3000), label]).mean())
    assert found["accuracy"] == pytest.approx((predicted == label).mean())
    recalls = [(predicted[label == one] == one).mean() for one in range(3)]
    assert found["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    both = [((predicted == one) & (label == one)).sum() for one in range(3)]
    sums = [(predicted == one).sum() + (label == one).sum() for one in range(3)]
    assert found["macro_f1"] == pytest.approx(np.mean([2 * hit / whole for hit, whole in zip(both, sums, strict=True)]))
    assert found["brier"] == pytest.approx(((said - np.eye(3)[label]) ** 2).sum(axis=1).mean())
    assert set(found) == set(evaluation.MEASURES)
    each = evaluation.by_class(of_model(counts), CLASSES)
    assert each["recall"].tolist() == pytest.approx(recalls)
    assert each["rows"].sum() == each["predicted"].sum() == 3000


def test_a_class_that_is_never_said_has_no_precision_and_is_named(counts: pd.DataFrame) -> None:
    part = counts[(counts["model"] == "shares") & (counts["slice"] == "day")]
    each = evaluation.by_class(part, CLASSES)
    assert each["precision"].isna().tolist() == [False, True, True]
    (said,) = evaluation.never_said(each)
    assert "b (" in said
    assert "c (" in said
    assert evaluation.never_said(evaluation.by_class(of_model(counts), CLASSES)) == []
    wrong = evaluation.confusion(part, CLASSES)
    assert wrong["a"].tolist() == each["rows"].tolist()
    assert wrong["c"].sum() == 0


def test_calibration_holds_every_row_and_true_probabilities_lie_on_the_line(counts: pd.DataFrame) -> None:
    found = evaluation.calibration(counts[counts["model"] == "model"])
    assert found["rows"].sum() == 3000
    assert found["predicted"].is_monotonic_increasing
    large = found[found["rows"] > 200]
    assert (large["predicted"] - large["observed"]).abs().max() < 0.1


def test_the_best_of_what_needs_no_model_comes_last_and_intervals_cover(counts: pd.DataFrame) -> None:
    names = ["model", "shares", "worse"]
    found = evaluation.comparison(counts, names)
    assert list(found.index) == ["model", "worse", "shares"]
    for measure in evaluation.JUDGED:
        one = found.loc["model"]
        assert one[f"{measure}_low"] < one[measure] < one[f"{measure}_high"]
    assert found.loc["model", "lead"] > found.loc["model", "lead_low"] > 0
    assert found.loc["shares", "lead_low"] == 0
    pd.testing.assert_frame_equal(found, evaluation.comparison(counts, names))
    lead = evaluation.lead_of(counts, ["shares", "model"])
    assert lead["low"] < lead["lead"] < 0


@pytest.mark.parametrize(
    ("loss", "lead_low", "outcome", "said"),
    [
        (0.9, -0.1, "rework", "simple rule wins"),
        (0.6, -0.01, "rework", "may be chance"),
        (0.5, 0.1, "accept", "worst month"),
    ],
)
def test_the_verdict_says_when_no_model_is_needed(loss: float, lead_low: float, outcome: str, said: str) -> None:
    common = {"log_loss_low": 0.4, "log_loss_high": 0.8, "accuracy": 0.7, "balanced_accuracy": 0.6}
    rows = {"model": {**common, "log_loss": loss, "lead_low": lead_low}, "simple rule": {**common, "log_loss": 0.7}}
    by_month = pd.DataFrame({"log_loss": [0.5, 0.6]})
    found, reason = evaluation.verdict(pd.DataFrame(rows).T, by_month)
    assert (found, said in reason) == (outcome, True)


def test_mean_probabilities_stand_beside_what_came(spark: Any, rows: pd.DataFrame) -> None:
    found = evaluation.class_shares(spark.createDataFrame(rows), "said", {"all": "'all'"})
    assert found["observed"].tolist() == pytest.approx(rows["label"].value_counts(normalize=True).sort_index().tolist())
    assert found["predicted"].tolist() == pytest.approx(np.array(rows["said"].tolist()).mean(axis=0).tolist())
    assert found["rows"].tolist() == [3000] * 3


def test_a_month_in_which_the_model_is_too_sure_is_told() -> None:
    by_month = pd.DataFrame({"value": ["2020-01", "2020-02"], "confidence": [0.8, 0.9], "accuracy": [0.78, 0.7]})
    (said,) = evaluation.months_off(by_month)
    assert "2020-02 by +0.20" in said
    assert "2020-01" not in said
