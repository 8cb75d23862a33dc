"""Monitoring finds errors that grew, forecasts that lean, series that fell silent, and nothing where all is well."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from PACKAGE import drift, series_cases, serving, steps, watch
from PACKAGE.origins import Plan

BOUNDS = {"error": 0.25, "bias": 0.5, "coverage": 0.1}
EXPECTED = {"mae": 1.0, "coverage": 0.8}


@pytest.mark.parametrize(
    ("recent", "subjects"),
    [
        ({"mae": 1.2, "bias": 0.1, "coverage": 0.75}, []),
        ({"mae": 1.3, "bias": 0.1, "coverage": 0.75}, ["mae"]),
        ({"mae": 1.0, "bias": -0.7, "coverage": 0.6}, ["bias", "coverage"]),
    ],
)
def test_what_left_its_bounds_is_named(recent: dict[str, float], subjects: list[str]) -> None:
    found = watch.performance_breaches(recent, EXPECTED, "data_scientist_lead", BOUNDS)
    assert [one.subject for one in found] == subjects


def test_a_series_that_just_fell_silent_is_found_and_one_long_gone_is_known(spark: Any) -> None:
    ends = {"goes on": 99, "fell silent": 90, "long gone": 20}
    rows = [(name, slot, 1.0) for name, last in ends.items() for slot in range(last + 1)]
    observed = spark.createDataFrame(rows, "series string, slot bigint, value double")
    silent = watch.silent_series(observed, 99, 7)
    assert list(silent["series"]) == ["fell silent"]
    (breach,) = watch.silent_breaches(silent, "data_owner")
    assert "fell silent" in breach.said
    assert watch.silent_breaches(silent.head(0), "data_owner") == []


def test_a_moved_level_is_drift_whatever_the_size_of_a_series(spark: Any) -> None:
    rows = [(name, slot, size * (1 + slot % 5 / 10) * (2 if slot >= 80 else 1)) for name, size in (("a", 1), ("b", 999))
            for slot in range(100)]  # fmt: skip
    observed = spark.createDataFrame([(a, b, float(c)) for a, b, c in rows], "series string, slot bigint, value double")
    periods = watch.level_periods(observed, 70, 80, 99)
    bins = drift.drift_bins(periods.where("period = 'reference'"), watch.Columns().numeric, ())
    assert drift.stability(periods, bins)["psi"].iloc[0] > drift.ACT


def test_a_forecast_of_a_month_speaks_of_each_of_its_days(spark: Any) -> None:
    stored = spark.sql("select timestamp'2024-02-01' as forecast_time")
    assert watch.covered_days(stored, steps.parse("month").days).count() == 30
    assert watch.covered_days(stored, steps.parse("hour").days).count() == 1


@pytest.mark.parametrize(
    ("stored", "wanted"), [(None, [70, 77, 91]), (70, [77, 91]), (77, [91]), (91, [91]), (200, [91])]
)
def test_origins_without_forecasts_are_served_and_the_last_one_always(stored: int | None, wanted: list[int]) -> None:
    plan = Plan((50, 57), (70, 77), 91, 7, (7,), steps.parse("day"))
    assert serving.origins_to_serve(stored, plan) == wanted


def test_the_declared_step_is_held_against_the_distances() -> None:
    gaps = pd.DataFrame({"seconds": [1620, 1980, 55_800, 300], "share": [0.5, 0.4, 0.06, 0.04]})
    shares = series_cases.step_findings(gaps, steps.parse("30 minutes"))
    assert shares == pytest.approx({"one step": 0.9, "several steps": 0.06, "something else": 0.04})
    best = {"rule": "seasonal naive", "mae": 0.05, "wape": 0.1}
    found = {"values": 1000, "series": 2}
    assert series_cases.recommendation(found, ["shop: 3 of 10 rows repeat a key"], shares, best)[0] == "go"
    assert series_cases.recommendation(found, ["shop is empty"], shares, best)[0] == "revise"
    wrong = series_cases.step_findings(gaps, steps.parse("day"))
    assert series_cases.recommendation(found, [], wrong, best)[0] == "revise"
