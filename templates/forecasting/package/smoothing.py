"""Exponential smoothing of one series: additive, with a damped trend and one or more seasons.

Source: Holt 1957 and Winters 1960 in the error correction form of Hyndman et al. 2008 (Forecasting with Exponential
Smoothing), the trend damped (Gardner and McKenzie 1985), a second season as in Taylor 2003. One walk over the series
gives the forecasts of every origin, each from what was known then: states, and the weights that had done best so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

DAMPING = 0.97
WEIGHTS = np.array([*product((0.02, 0.1, 0.3, 0.6), (0.0, 0.1), (0.05, 0.2, 0.5))])
"""Combinations of weights that are tried at once: of the level, of the trend, of the seasons."""
SCHEMA = "series string, origin bigint, step int, smoothed double"
"""Columns of what `smoother` returns for a series."""


def smooth(values: npt.ArrayLike, seasons: Sequence[int], horizon: int, origins: Sequence[int]) -> Floats:
    """Return the forecasts of each origin, shape (origins, horizon); NaN where an origin knows less than a season.

    `values` are those of successive steps, NaN where nothing was observed: such a step changes nothing. An origin is
    the place of the last value that is known; nothing behind it is looked at for its forecasts.
    """
    known = np.asarray(values, dtype=float)
    first = _warm_up(known, seasons, horizon)
    found = np.full((len(origins), horizon), np.nan)
    wanted = {origin: place for place, origin in enumerate(origins) if first is not None and origin >= first - 1}
    if first is None or not wanted:
        return found
    state = _State(known[:first], seasons)
    losses, pending = np.zeros(len(WEIGHTS)), (state.ahead(first - 1, horizon), first)
    for place in range(first - 1, max(wanted) + 1):
        if place >= first:
            state.learn(place, known[place])
        if place == pending[1] + horizon - 1:
            losses += _loss(pending[0], known[pending[1] : place + 1])
            pending = (state.ahead(place, horizon), place + 1)
        if place in wanted:
            found[wanted[place]] = state.ahead(place, horizon)[:, int(np.argmin(losses))]
    return found


def smoother(seasons: Sequence[int], horizon: int, origins: Sequence[int]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return the function for `applyInPandas` that gives a series its forecasts from each origin: SCHEMA.

    It takes `series`, `slot` (number of the step, none left out) and `value` of one series.
    """

    def smoothed(rows: pd.DataFrame) -> pd.DataFrame:
        ordered = rows.sort_values("slot")
        first, last = int(ordered["slot"].iloc[0]), int(ordered["slot"].iloc[-1])
        inside = [origin for origin in origins if first <= origin <= last]
        found = smooth(ordered["value"].to_numpy(float), seasons, horizon, [one - first for one in inside])
        table: dict[str, Any] = {
            "series": ordered["series"].iloc[0],
            "origin": np.repeat(np.asarray(inside, dtype=np.int64), horizon),
            "step": np.tile(np.arange(1, horizon + 1, dtype=np.int32), len(inside)),
            "smoothed": found.reshape(-1),
        }
        return pd.DataFrame(table)

    return smoothed


class _State:
    """Level, trend and seasons under every combination of weights at once."""

    def __init__(self, begin: Floats, seasons: Sequence[int]) -> None:
        self.weights = WEIGHTS.T
        self.level = np.full(len(WEIGHTS), np.nanmean(begin))
        self.trend = np.zeros(len(WEIGHTS))
        self.seasons: list[Floats] = []
        rest = begin - np.nanmean(begin)
        for length in seasons:
            index = _means_by_place(rest, length)
            rest = rest - index[np.arange(len(rest)) % length]
            self.seasons.append(np.repeat(index[:, None], len(WEIGHTS), axis=1))

    def learn(self, place: int, value: float) -> None:
        """Take in the value at a place; NaN is nothing."""
        if np.isnan(value):
            return
        level, trend, seasonal = self.weights
        indices = [season[place % len(season)] for season in self.seasons]
        before, going = self.level, DAMPING * self.trend
        error = value - (before + going + sum(indices))
        self.level = before + going + level * error
        self.trend = going + level * trend * error
        for season in self.seasons:
            season[place % len(season)] += seasonal * (1 - level) * error

    def ahead(self, place: int, horizon: int) -> Floats:
        """Return the forecasts after a place, shape (horizon, combinations)."""
        later = np.arange(place + 1, place + 1 + horizon)
        grown = np.cumsum(DAMPING ** np.arange(1, horizon + 1))
        found = self.level + grown[:, None] * self.trend
        return np.asarray(found + sum(season[later % len(season)] for season in self.seasons))


def _warm_up(known: Floats, seasons: Sequence[int], horizon: int) -> int | None:
    """Return how many values the first states are made of: two of the longest season, one where there are not two.

    None where there is not even one, or nothing was observed in it.
    """
    longest = max([*seasons, min(horizon, 4)])
    length = 2 * longest if len(known) >= 3 * longest else longest
    return length if len(known) >= length and np.isfinite(known[:length]).any() else None


def _means_by_place(rest: Floats, length: int) -> Floats:
    """Return the mean of each place in a season, 0 where nothing was observed there."""
    places, seen = np.arange(len(rest)) % length, np.isfinite(rest)
    counts = np.bincount(places[seen], minlength=length)
    return np.asarray(np.bincount(places[seen], weights=rest[seen], minlength=length) / np.maximum(counts, 1))


def _loss(forecasts: Floats, actual: Floats) -> Floats:
    """Return the sum of absolute errors of each combination over the steps that were observed."""
    errors = np.abs(forecasts - actual[:, None])
    return np.asarray(np.nansum(errors, axis=0))
