"""Measures from sums agree with the ones from rows, and a model is accepted only when it is surely ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PACKAGE import evaluation, results

NAMES = {"score": "model", "rule": "simple rule"}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    label = generator.gamma(2.0, 50.0, size=2000)
    days = [dt.date(2020, 1, 1) + dt.timedelta(days=place % 40) for place in range(2000)]
    score, rule = label + generator.normal(2, 20, 2000), np.full(2000, label.mean())
    return pd.DataFrame({"label": label, "score": score, "rule": rule, "event_day": days})


@pytest.fixture(scope="module")
def sums(spark: Any, rows: pd.DataFrame) -> pd.DataFrame:
    return evaluation.error_sums(spark.createDataFrame(rows), ["score", "rule"], {"day": "event_day"})


def test_measures_from_sums_are_those_of_the_rows(rows: pd.DataFrame, sums: pd.DataFrame) -> None:
    error = rows["score"] - rows["label"]
    found = evaluation.measures(sums[sums["model"] == "score"])
    assert found["mae"] == pytest.approx(error.abs().mean())
    assert found["rmse"] == pytest.approx(float(np.sqrt((error**2).mean())))
    assert found["wape"] == pytest.approx(error.abs().sum() / rows["label"].sum())
    assert found["r2"] == pytest.approx(1 - (error**2).sum() / ((rows["label"] - rows["label"].mean()) ** 2).sum())
    assert (found["bias"], found["rows"]) == (pytest.approx(error.mean()), 2000)
    assert set(found) == set(evaluation.MEASURES)


def test_the_mean_explains_nothing(sums: pd.DataFrame) -> None:
    assert evaluation.measures(sums[sums["model"] == "rule"])["r2"] == pytest.approx(0.0, abs=1e-9)


def test_outcomes_that_are_all_the_same_or_zero_break_no_measure() -> None:
    zeros = pd.DataFrame([{**dict.fromkeys(evaluation.SUMS, 0.0), "rows": 5.0, "error": 5.0, "error_square": 5.0}])
    found = evaluation.measures(zeros)
    assert (found["wape"], found["r2"], found["mae"]) == (0.0, 0.0, 1.0)


def test_an_interval_covers_the_measure_and_is_the_same_each_time(sums: pd.DataFrame) -> None:
    found = evaluation.comparison(sums, NAMES)
    for measure in evaluation.JUDGED:
        low, high = (found.loc["model", f"{measure}_{end}"] for end in ("low", "high"))
        assert low < found.loc["model", measure] < high
    assert found.loc["model", "lead"] > found.loc["model", "lead_low"] > 0
    assert found.loc["simple rule", "lead_low"] == 0
    pd.testing.assert_frame_equal(found, evaluation.comparison(sums, NAMES))
    assert evaluation.shown(found).index.tolist() == list(evaluation.JUDGED)


def test_the_lead_is_the_share_by_which_the_error_is_lower(sums: pd.DataFrame) -> None:
    measured = evaluation.comparison(sums, NAMES)
    found = evaluation.lead_of(sums, ["score", "rule"])
    assert found["lead"] == pytest.approx(1 - measured.loc["model", "mae"] / measured.loc["simple rule", "mae"])
    assert 0 < found["low"] < found["lead"]
    assert evaluation.lead_of(sums, ["score"]) == {"lead": 0.0, "low": 0.0}


@pytest.mark.parametrize(
    ("mae", "lead_low", "outcome", "said"),
    [
        (11.0, -0.2, "rework", "rule wins"),
        (9.5, -0.01, "rework", "may be chance"),
        (8.0, 0.1, "accept", "worst month"),
    ],
)
def test_the_verdict_says_when_the_rule_wins(mae: float, lead_low: float, outcome: str, said: str) -> None:
    common = {"mae_low": 7.0, "mae_high": 12.0, "r2": 0.5, "bias": 0.1, "lead": 0.2}
    rows = {"model": {**common, "mae": mae, "lead_low": lead_low}, "rule": {**common, "mae": 10.0, "lead_low": 0.0}}
    found, reason = evaluation.verdict(pd.DataFrame(rows).T, pd.DataFrame({"mae": [8.0, 9.0]}))
    assert found == outcome
    assert said in reason


def test_small_slices_are_not_judged_and_the_table_names_each_row(sums: pd.DataFrame) -> None:
    few = sums.assign(value=np.where(sums["value"] == "2020-01-01", "a", "b"))
    assert evaluation.by_value(few[few["model"] == "score"], "day", least=100)["value"].tolist() == ["b"]
    assert evaluation.by_value(few, "month").empty
    table = results.table(
        evaluation.comparison(sums, NAMES),
        {"part": evaluation.by_value(few, "day")},
        evaluation.MEASURES,
        run_date=dt.date(2020, 2, 1),
    )
    assert table[["model", "slice", "value"]].to_numpy().tolist() == [
        ["model", "all", "all"],
        ["simple rule", "all", "all"],
        ["model", "part", "a"],
        ["model", "part", "b"],
    ]


def test_months_that_are_off_to_one_side_are_told() -> None:
    by_month = pd.DataFrame({"value": ["2020-01-01", "2020-02-01"], "mae": [10.0, 10.0], "bias": [1.0, -7.0]})
    (said,) = evaluation.months_off(by_month)
    assert "2020-02-01 by -7" in said
    assert evaluation.months_off(by_month.head(1)) == evaluation.months_off(pd.DataFrame()) == []
