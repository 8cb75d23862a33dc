"""Exponential smoothing follows level and season, knows nothing of the future, and lives with gaps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PACKAGE import smoothing


def weeks(count: int, noise: float = 0.0) -> np.ndarray:
    """Days with a weekly course on a level of 50."""
    days = np.arange(7 * count)
    return 50 + 10 * np.sin(2 * np.pi * days / 7) + noise * np.random.default_rng(3).normal(size=len(days))


def test_a_pure_season_is_forecast_exactly() -> None:
    values = weeks(12)
    found = smoothing.smooth(values[:70], [7], 14, [69])
    assert found[0] == pytest.approx(values[70:84], abs=1e-6)


def test_two_seasons_are_told_apart() -> None:
    hours = np.arange(24 * 35)
    values = 20 + 5 * np.sin(2 * np.pi * hours / 24) + np.where((hours // 24) % 7 >= 5, -4.0, 0.0)
    found = smoothing.smooth(values[: 24 * 33], [24, 168], 48, [24 * 33 - 1])
    assert np.abs(found[0] - values[24 * 33 :]).mean() < 0.3


def test_a_shifted_level_is_followed() -> None:
    values = weeks(30, noise=1.0)
    values[140:] += 40
    found = smoothing.smooth(values, [7], 7, [130, 190])
    assert found[0].mean() == pytest.approx(50, abs=3)
    assert found[1].mean() == pytest.approx(90, abs=5)


@pytest.mark.parametrize("origin", [30, 69, 100])
def test_nothing_after_the_origin_is_seen(origin: int) -> None:
    values = weeks(20, noise=2.0)
    other = values.copy()
    other[origin + 1 :] = -1e6
    both = [smoothing.smooth(one, [7], 10, [origin]) for one in (values, other)]
    assert np.array_equal(both[0], both[1])


def test_a_gap_changes_nothing_and_is_not_taken_for_zero() -> None:
    values = weeks(20)
    values[50:60] = np.nan
    found = smoothing.smooth(values, [7], 7, [59, 100])
    assert found[0] == pytest.approx(weeks(20)[60:67], abs=1e-6)
    assert found[1] == pytest.approx(weeks(20)[101:108], abs=1e-6)


def test_too_short_a_series_has_no_forecast() -> None:
    assert np.isnan(smoothing.smooth(weeks(1)[:5], [7], 3, [4])).all()
    assert np.isnan(smoothing.smooth(np.full(40, np.nan), [7], 3, [39])).all()


def test_each_series_gets_the_steps_of_the_origins_that_it_has_reached() -> None:
    rows = pd.DataFrame({"series": "a", "slot": np.arange(100, 170), "value": weeks(10)})
    found = smoothing.smoother([7], 3, [50, 150, 169])(rows.sample(frac=1, random_state=1))
    assert found[["origin", "step"]].to_numpy().tolist() == [[one, step] for one in (150, 169) for step in (1, 2, 3)]
    assert found["smoothed"].iloc[:3].to_numpy() == pytest.approx(weeks(10)[51:54], abs=1e-6)
