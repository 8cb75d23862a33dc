"""A model is trained when there is a reason to, and the reason is told."""

from __future__ import annotations

import datetime as dt
import types
from typing import Any

import pytest
from PACKAGE import retraining
from PACKAGE.registry import Version
from PACKAGE.retraining import contract_of, latest, must_train

CHAMPION = Version("late", 3, "models:/m-1", "run", {"contract": "same"})
ASKED = {"decision": "retrain", "model_version": 3, "run_date": dt.date(2020, 1, 1), "reason": "calibration"}


@pytest.mark.parametrize(
    ("wish", "champion", "contract", "feedback", "wanted", "said"),
    [
        ("auto", None, "same", None, True, "no champion"),
        ("never", None, "same", None, True, "no champion"),
        ("auto", CHAMPION, "same", None, False, "did not ask"),
        ("auto", CHAMPION, "other", None, True, "have changed"),
        ("auto", CHAMPION, "same", ASKED, True, "calibration"),
        ("auto", CHAMPION, "same", {**ASKED, "model_version": 2}, False, "did not ask"),
        ("auto", CHAMPION, "same", {**ASKED, "decision": "keep"}, False, "did not ask"),
        ("always", CHAMPION, "same", None, True, "always"),
        ("never", CHAMPION, "other", ASKED, False, "never"),
    ],
)
def test_training_follows_wish_contract_and_feedback(
    wish: str, champion: Any, contract: str, feedback: Any, wanted: bool, said: str
) -> None:
    is_needed, why = must_train(wish, champion, contract, feedback)
    assert is_needed is wanted
    assert said in why


def test_the_contract_changes_with_type_window_target_and_method(spark: Any) -> None:
    cases = spark.createDataFrame([(1, "a")], "x int, c string")
    problem = {"target": "y", "positive": "1", "event_time": "t"}
    base = contract_of(cases, ["x", "c"], problem, ["2020-01-01"], [retraining])
    others = [
        contract_of(cases.selectExpr("double(x) as x", "c"), ["x", "c"], problem, ["2020-01-01"], [retraining]),
        contract_of(cases, ["x", "c"], problem, ["2020-02-01"], [retraining]),
        contract_of(cases, ["x", "c"], {**problem, "target": "z"}, ["2020-01-01"], [retraining]),
        contract_of(cases, ["x", "c"], problem, ["2020-01-01"], [types]),
    ]
    assert base == contract_of(cases, ["c", "x"], problem, ["2020-01-01"], [retraining])
    assert len({base, *others}) == 5


def test_feedback_from_after_the_as_of_day_is_not_seen(spark: Any) -> None:
    rows = [(dt.date(2020, 1, day), decision) for day, decision in ((1, "keep"), (3, "retrain"))]
    feedback = spark.createDataFrame(rows, "run_date date, decision string")
    assert latest(feedback, dt.date(2020, 1, 2)) == {"run_date": dt.date(2020, 1, 1), "decision": "keep"}
    assert latest(feedback, dt.date(2019, 1, 1)) is None
