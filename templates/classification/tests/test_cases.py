"""Cases are counted on either side of the hold-out, and a rule is judged on days that it has not seen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from PACKAGE import cases
from PACKAGE.bins import Bins
from PACKAGE.features import labelled

PROBLEM = {
    "target": "y",
    "positive": "1",
    "key": ["id"],
    "event_time": "at",
    "leaks": {"after": "written later"},
    "unused": {},
}
TEST_START = dt.date(2013, 1, 16)


@pytest.fixture(scope="module")
def population(spark: Any) -> Any:
    """40 rows a day in January: those of group `a` are positive, one in four of group `b`, one a day is unknown."""
    df = spark.range(31 * 40).selectExpr(
        "id",
        "timestamp'2013-01-01 08:00:00' + make_dt_interval(cast(id / 40 as int), cast(id % 2 as int)) as at",
        "case when id % 2 = 0 then 'a' else 'b' end as g",
        "case when id % 40 = 39 then null when id % 2 = 0 or id % 8 = 1 then 1 else 0 end as y",
        "id % 3 as noise",
    )
    return labelled(df, PROBLEM).cache()


def test_days_outside_the_wanted_ones_are_left_out(population: Any) -> None:
    assert cases.in_days(population, dt.date(2013, 1, 2), dt.date(2013, 1, 3)).count() == 80
    assert cases.in_days(population, None, None).count() == 31 * 40


def test_the_summary_splits_at_the_very_day(population: Any) -> None:
    found = cases.summary(cases.rates(population), TEST_START)
    assert found["cases"].tolist() == [15 * 40, 16 * 40]
    assert found["known"].tolist() == [15 * 39, 16 * 39]
    assert found.loc[cases.LEARN, "last"] == dt.date(2013, 1, 15)


def test_rates_add_up_in_every_grouping(population: Any) -> None:
    counts = cases.rates(population)
    by_month, by_hour = cases.rate_by(counts, "month", "hour")
    assert by_month["positives"].sum() == by_hour["positives"].sum() == counts["positives"].sum() == 31 * 25
    assert by_hour["hour"].tolist() == [8, 9]


def test_without_a_declared_day_the_last_quarter_is_held_out(population: Any) -> None:
    assert cases.first_test_day(cases.rates(population), None) == dt.date(2013, 1, 24)
    assert cases.first_test_day(cases.rates(population), TEST_START) == TEST_START


def test_a_rule_scores_with_past_rates_and_beats_the_base_rate(population: Any) -> None:
    found = cases.benchmarks(population, [Bins("g"), Bins("noise", (1.0, 2.0))], TEST_START)
    best, base = found.iloc[0], found.iloc[-1]
    assert best["rule"] == "past rate by g"
    assert best["auc"] > 0.8
    assert found.iloc[1]["auc"] < 0.6
    assert best["top_rate"] == pytest.approx(1.0)
    assert (base["auc"], base["top_rate"]) == (0.5, pytest.approx(25 / 39))


def test_a_rule_without_a_hold_out_claims_nothing(population: Any) -> None:
    found = cases.benchmarks(population, [Bins("g")], dt.date(2013, 3, 1))
    assert (found.iloc[0]["auc"], found.iloc[0]["top_rate"], found.iloc[0]["cases"]) == (0.5, 0.0, 0)


def test_every_column_but_key_time_and_target_is_looked_at(population: Any) -> None:
    assert sorted(cut.column for cut in cases.cuts(population, PROBLEM)) == ["g", "noise"]


def test_a_strong_column_is_suspicious_unless_it_is_declared() -> None:
    found = pd.DataFrame(
        {
            "column": ["after", "odd", "silent", "fine"],
            "auc": [0.99, 0.9, 0.5, 0.6],
            "filled_with_outcome": [0, 0, 0.9, 0],
        }
    )
    states = cases.judged(found, PROBLEM, 0.8).set_index("column")["state"].to_dict()
    assert states == {"after": "declared as leak", "odd": "suspicious", "silent": "suspicious", "fine": "usable"}


@pytest.mark.parametrize(
    ("positives", "breaches", "suspicious", "outcome"),
    [
        ([500, 500], [], [], "go"),
        ([500, 10], [], [], "stop"),
        ([500, float("nan")], [], [], "stop"),
        ([500, 500], ["orders is empty"], [], "revise"),
        ([500, 500], [], ["odd"], "revise"),
    ],
)
def test_the_recommendation_follows_the_figures(positives: Any, breaches: Any, suspicious: Any, outcome: str) -> None:
    found = pd.DataFrame({"positives": positives}, index=[cases.LEARN, cases.HOLD_OUT])
    best = {"rule": "past rate by g", "auc": 0.6, "top_rate": 0.4, "rate": 0.2}
    assert cases.recommendation(found, breaches, suspicious, best)[0] == outcome
