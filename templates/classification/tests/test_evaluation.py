"""Measures from counts agree with the ones from rows, and a model is accepted only when it is surely ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PACKAGE import evaluation, results


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    signal = generator.normal(size=4000)
    score = 1 / (1 + np.exp(1.5 - signal))
    label = (generator.random(4000) < score).astype(float)
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=place % 40) for place in range(4000)]
    return pd.DataFrame({"label": label, "score": score, "rule": generator.permutation(score), "event_day": days})


@pytest.fixture(scope="module")
def counts(spark: Any, rows: pd.DataFrame) -> pd.DataFrame:
    return evaluation.score_counts(spark.createDataFrame(rows), ["score", "rule"], {"day": "event_day"})


def exact_auc(label: np.ndarray, score: np.ndarray) -> float:
    up, down = score[label == 1][:, None], score[label == 0][None, :]
    return float(((up > down) + 0.5 * (up == down)).mean())


def test_measures_from_counts_are_those_of_the_rows(rows: pd.DataFrame, counts: pd.DataFrame) -> None:
    label, score = rows["label"].to_numpy(), rows["score"].to_numpy()
    found = evaluation.measures(counts[counts["model"] == "score"])
    assert found["auc"] == pytest.approx(exact_auc(label, score), abs=5e-4)
    assert found["brier"] == pytest.approx(float(((score - label) ** 2).mean()))
    assert found["log_loss"] == pytest.approx(float(-np.log(np.where(label == 1, score, 1 - score)).mean()))
    assert (found["rate"], found["mean_score"]) == (pytest.approx(label.mean()), pytest.approx(score.mean()))
    best = label[np.argsort(-score)][:400].mean()
    assert found["top_precision"] == pytest.approx(best, abs=0.01)
    assert found["lift"] == pytest.approx(found["top_precision"] / found["rate"])
    assert set(found) == set(evaluation.MEASURES)


@pytest.mark.parametrize(
    ("scores", "positives", "negatives", "wanted"),
    [
        ([1, 2], [0, 5], [5, 0], 1.0),
        ([1, 2], [5, 0], [0, 5], 0.0),
        ([3, 3], [5, 1], [2, 4], 0.5),
        ([1, 2], [5, 5], [0, 0], 0.5),
        ([2, 1, 3], [1, 0, 1], [1, 1, 0], (1.0 + 1.0 + 0.5 + 1.0) / 4),
    ],
)
def test_auc_counts_pairs_and_ties_half(scores: Any, positives: Any, negatives: Any, wanted: float) -> None:
    assert evaluation.auc(scores, positives, negatives) == pytest.approx(wanted)


def test_the_top_takes_only_the_part_of_a_bin_that_fits() -> None:
    assert evaluation.top_precision(np.array([5.0, 95.0]), np.array([5.0, 19.0])) == pytest.approx((5 + 5 * 0.2) / 10)


def test_calibration_groups_hold_every_row_in_order_of_the_score(counts: pd.DataFrame) -> None:
    found = evaluation.calibration(counts[counts["model"] == "score"])
    assert found["rows"].sum() == 4000
    assert found["predicted"].is_monotonic_increasing
    assert (found["predicted"] - found["observed"]).abs().max() < 0.12


def test_an_interval_covers_the_measure_and_is_the_same_each_time(counts: pd.DataFrame) -> None:
    found = evaluation.comparison(counts, {"score": "model", "rule": "simple rule"})
    assert found.loc["model", "auc_low"] < found.loc["model", "auc"] < found.loc["model", "auc_high"]
    assert found.loc["model", "lead_low"] > 0
    assert found.loc["simple rule", "lead_low"] == 0
    pd.testing.assert_frame_equal(found, evaluation.comparison(counts, {"score": "model", "rule": "simple rule"}))


@pytest.mark.parametrize(
    ("model", "lead_low", "outcome", "said"),
    [
        (0.60, -0.1, "rework", "rule wins"),
        (0.66, -0.01, "rework", "may be chance"),
        (0.70, 0.02, "accept", "worst month"),
    ],
)
def test_the_verdict_says_when_the_rule_wins(model: float, lead_low: float, outcome: str, said: str) -> None:
    common = {"auc_low": 0.5, "auc_high": 0.8, "top_precision": 0.4, "rate": 0.2, "mean_score": 0.2}
    rows = {"model": {**common, "auc": model, "lead_low": lead_low}, "rule": {**common, "auc": 0.65, "lead_low": 0.0}}
    by_month = pd.DataFrame({"mean_score": [0.2, 0.3], "rate": [0.2, 0.25]})
    found, reason = evaluation.verdict(pd.DataFrame(rows).T, by_month)
    assert found == outcome
    assert said in reason


def test_small_slices_are_not_judged_and_the_table_names_each_row(counts: pd.DataFrame) -> None:
    few = counts.assign(value=np.where(counts["value"] == "2020-01-01", "a", "b"))
    assert len(evaluation.by_value(few, "day", least=2000)) == 1
    measured = evaluation.comparison(counts, {"score": "model", "rule": "simple rule"})
    table = results.table(
        measured, {"part": evaluation.by_value(few, "day")}, evaluation.MEASURES, run_date=dt.date(2020, 2, 1)
    )
    assert table[["model", "slice", "value"]].to_numpy().tolist() == [
        ["model", "all", "all"],
        ["simple rule", "all", "all"],
        ["model", "part", "a"],
        ["model", "part", "b"],
    ]
