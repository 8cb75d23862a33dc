"""Measures from sums are those of the rows, and a model is accepted only when it is surely ahead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from PACKAGE import measures
from pyspark.sql import functions as F

DRAWN = np.random.default_rng(2)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    size = 4 * 6 * 10
    value = DRAWN.gamma(5, 10, size)
    return pd.DataFrame(
        {
            "series": [f"s{place % 4}" for place in range(size)],
            "origin": [place // 4 % 6 for place in range(size)],
            "step": [place // 24 + 1 for place in range(size)],
            "value": value,
            "scale": 2.0,
            "good": value + DRAWN.normal(0, 1, size),
            "poor": value + DRAWN.normal(1, 3, size),
        }
    )


@pytest.fixture(scope="module")
def judged(spark: Any, rows: pd.DataFrame) -> Any:
    cells = [
        F.struct(
            F.lit(one).alias("model"),
            F.col(one).alias("forecast"),
            (F.col(one) - 1.0).alias("low"),
            (F.col(one) + 1.0).alias("high"),
        )
        for one in ("good", "poor")
    ]
    return spark.createDataFrame(rows).withColumn("forecasts", F.array(*cells)).cache()


def test_measures_from_sums_are_those_of_the_rows(judged: Any, rows: pd.DataFrame) -> None:
    found = measures.by_model(measures.error_sums(judged))
    error = rows["poor"] - rows["value"]
    assert list(found.index) == ["good", "poor"]
    assert found.loc["poor", "mae"] == pytest.approx(error.abs().mean())
    assert found.loc["poor", "wape"] == pytest.approx(error.abs().sum() / rows["value"].sum())
    assert found.loc["poor", "mase"] == pytest.approx((error.abs() / 2).mean())
    assert found.loc["poor", "bias"] == pytest.approx(error.mean())
    assert found.loc["poor", "coverage"] == pytest.approx((error.abs() <= 1).mean())
    assert found.loc["poor", "rows"] == len(rows)


def test_the_interval_of_the_error_holds_it_and_the_lead_is_sure(judged: Any) -> None:
    found = measures.comparison(measures.error_sums(judged), ["good", "poor"])
    assert found.loc["good", "mae_low"] < found.loc["good", "mae"] < found.loc["good", "mae_high"]
    assert found.loc["good", "lead"] == pytest.approx(1 - found.loc["good", "mae"] / found.loc["poor", "mae"])
    assert 0.4 < found.loc["good", "lead_low"] < found.loc["good", "lead"]
    assert measures.verdict(found)[0] == "accept"


def test_where_the_rule_wins_it_is_said_and_served(judged: Any) -> None:
    found = measures.comparison(measures.error_sums(judged), ["poor", "good"])
    outcome, reason = measures.verdict(found)
    assert outcome == "rework"
    assert reason.startswith("The simple rule wins")
    assert "is what is registered and served" in reason
    assert "The champion stays" in measures.verdict(found, is_trained=False)[1]


def test_a_lead_that_may_be_chance_is_not_accepted() -> None:
    table = pd.DataFrame(
        {
            "mae": [0.98, 1.0],
            "mae_low": 0.9,
            "mae_high": 1.1,
            "lead": [0.02, 0],
            "lead_low": [-0.01, 0],
            "coverage": 0.8,
        },
        index=["model", "rule"],
    )
    assert measures.verdict(table)[0] == "rework"
    assert "may be chance" in measures.verdict(table)[1]


def test_the_interval_of_errors_holds_its_share_in_every_span(judged: Any, rows: pd.DataFrame) -> None:
    bands = measures.bands(judged, "good", horizon=10)
    assert list(bands["until"]) == [3, 5, 8, 10]
    assert bands["rows"].sum() == len(rows)
    scaled = (rows["value"] - rows["good"]) / rows["scale"]
    last = scaled[rows["step"] > 8]
    assert ((last >= bands["low"].iloc[-1]) & (last <= bands["high"].iloc[-1])).mean() == pytest.approx(0.8, abs=0.05)


def test_errors_are_counted_in_bins_that_hold_all(judged: Any, rows: pd.DataFrame) -> None:
    spread = measures.error_histogram(judged, "poor")
    assert spread["rows"].sum() == len(rows)
    assert spread["low"].between(-5, 5).all()
