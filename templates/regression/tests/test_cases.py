"""Cases are counted on either side of the hold-out, and a rule is judged on days that it has not seen."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from PACKAGE import cases, exploration
from PACKAGE.bins import Bins
from PACKAGE.exploration import HOLD_OUT, LEARN
from PACKAGE.labels import labelled

PROBLEM = {"target": "y", "key": ["id"], "event_time": "at", "leaks": {}, "unused": {}}
TEST_START = dt.date(2013, 1, 16)


@pytest.fixture(scope="module")
def population(spark: Any) -> Any:
    """40 rows a day in January: 10 in group `a`, 30 in group `b`, one a day is unknown and one is no number."""
    df = spark.range(31 * 40).selectExpr(
        "id",
        "timestamp'2013-01-01 08:00:00' + make_dt_interval(cast(id / 40 as int)) as at",
        "if(id % 2 = 0, 'a', 'b') as g",
        "case id % 40 when 39 then null when 37 then double('NaN') else if(id % 2 = 0, 10, 30) end as y",
        "id % 3 as noise",
    )
    return labelled(df, PROBLEM).cache()


def test_the_summary_splits_at_the_very_day_and_counts_numbers_only(population: Any) -> None:
    found = cases.summary(exploration.counts_by_day(population), TEST_START)
    assert found["cases"].tolist() == [15 * 40, 16 * 40]
    assert found["known"].tolist() == [15 * 38, 16 * 38]
    assert found.loc[LEARN, "mean"] == pytest.approx((20 * 10 + 18 * 30) / 38)


def test_the_distribution_and_its_bars_hold_every_known_outcome(population: Any) -> None:
    found = cases.distribution(population)
    assert (found["lowest"], found["highest"], found["p50"]) == (10.0, 30.0, 10.0)
    assert cases.histogram(population, found)["cases"].sum() == 31 * 38


def test_a_rule_says_past_means_and_beats_the_mean_alone(population: Any) -> None:
    found = cases.benchmarks(population, [Bins("g"), Bins("noise", (1.0, 2.0))], TEST_START)
    assert found.iloc[0]["rule"] == "past mean by g"
    assert found.iloc[0]["mae"] < 1
    assert found.iloc[1]["mae"] > 9
    assert (found.iloc[-1]["rule"], found.iloc[-1]["groups"]) == ("overall mean alone", 1)
    assert found["cases"].tolist() == [16 * 38] * 3


def test_without_a_usable_column_the_mean_is_all_there_is(population: Any) -> None:
    assert cases.benchmarks(population, [], TEST_START)["rule"].tolist() == ["overall mean alone"]


@pytest.mark.parametrize(
    ("known", "breaches", "suspicious", "outcome"),
    [
        ([500, 500], [], [], "go"),
        ([500, 10], [], [], "stop"),
        ([500, float("nan")], [], [], "stop"),
        ([500, 500], ["orders is empty"], [], "revise"),
        ([500, 500], [], ["odd"], "revise"),
    ],
)
def test_the_recommendation_follows_the_figures(known: Any, breaches: Any, suspicious: Any, outcome: str) -> None:
    found = pd.DataFrame({"known": known}, index=[LEARN, HOLD_OUT])
    benchmark = pd.DataFrame({"rule": ["past mean by g", "overall mean alone"], "mae": [4.0, 9.0]})
    assert cases.recommendation(found, breaches, suspicious, benchmark)[0] == outcome
