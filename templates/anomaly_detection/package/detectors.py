"""Detectors: each turns the deviations of a case into one number that is larger the more unusual it is, in NumPy.

A detector is plain numbers, saved with the pipeline as JSON. `ranked` puts what it says on one scale for all: the
share of the cases it learnt from that are less unusual, so that a threshold of 0.99 flags one case in a hundred.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .isolation import Forest, grow

LARGEST, MEAN, MAHALANOBIS = "largest deviation", "mean deviation", "Mahalanobis distance"
CLUSTERS, FOREST, LOGISTIC = "distance to clusters", "isolation forest", "logistic regression on labels"
COLUMN = "one column"
UNSUPERVISED = (LARGEST, MEAN, MAHALANOBIS, CLUSTERS, FOREST)
"""What needs no labels; the first is the simple rule to beat."""
SHRINKAGE = 0.1
"""Share of the mean variance in the covariance, which keeps its inverse tame (Ledoit and Wolf 2004)."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Detector:
    """A kind of detector with its numbers; `grid` are its raw values at the log odds `odds` of what it learnt from."""

    kind: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    grid: Sequence[float] = ()
    odds: Sequence[float] = ()

    @property
    def said(self) -> str:
        """The detector in a few words."""
        return f"{self.numbers['name']} alone" if self.kind == COLUMN else self.kind


def raw(one: Detector, deviations: Floats, levels: Floats, context: npt.NDArray[np.int64]) -> Floats:
    """Return how unusual each row is, by the detector's own measure; arrays have a row per case, a column each."""
    if one.kind == LARGEST:
        return np.asarray(np.abs(deviations).max(axis=1))
    if one.kind == COLUMN:
        return levels[:, int(one.numbers["place"])]
    if one.kind == LOGISTIC:
        told = told_of(deviations, levels, context, int(one.numbers["contexts"]))
        return np.asarray(told @ np.asarray(one.numbers["weights"]) + one.numbers["intercept"])
    return np.asarray(_BY_SQUASHED[one.kind](one.numbers, np.arcsinh(deviations)))


def told_of(deviations: Floats, levels: Floats, context: npt.NDArray[np.int64], contexts: int) -> Floats:
    """Return what the supervised candidate sees of each row: both kinds of sigmas, dampened, and the context."""
    parts = [np.arcsinh(deviations), np.arcsinh(levels)]
    return np.hstack([*parts, np.eye(contexts)[context]] if contexts > 1 else parts)


def nearest(values: Floats, centres: Floats) -> Floats:
    """Return the distance of each row to the nearest centre."""
    squares = (values**2).sum(axis=1)[:, None] - 2 * values @ centres.T + (centres**2).sum(axis=1)
    return np.sqrt(np.maximum(squares.min(axis=1), 0.0))


def mahalanobis(sample: Floats) -> Detector:
    """Return the distance from the mean of the dampened deviations by their covariance, drawn towards a sphere."""
    squashed = np.arcsinh(sample)
    covariance = np.atleast_2d(np.cov(squashed, rowvar=False))
    size = len(covariance)
    mean_variance = float(np.trace(covariance)) / size or 1.0
    shrunken = (1 - SHRINKAGE) * covariance + SHRINKAGE * mean_variance * np.eye(size)
    return Detector(MAHALANOBIS, {"mean": squashed.mean(axis=0).tolist(), "inverse": np.linalg.inv(shrunken).tolist()})


def forest(sample: Floats, seed: int = 7) -> Detector:
    """Return an isolation forest over the dampened deviations of a sample."""
    grown = grow(np.arcsinh(sample), seed=seed)
    numbers = {"features": grown.features.tolist(), "cuts": np.round(grown.cuts, 5).tolist()}
    return Detector(FOREST, {**numbers, "paths": np.round(grown.paths, 4).tolist(), "rows": grown.rows})


def shares_of(rows: int) -> list[float]:
    """Return the shares at which the grid of a detector is taken: finer towards 1, as far as so many rows reach."""
    reach = np.log(max(rows, 20))
    return [float(one) for one in 1 / (1 + np.exp(-np.arange(-3.0, reach, 0.1)))]


def with_grid(one: Detector, values: Sequence[float], shares: Sequence[float]) -> Detector:
    """Return the detector with its grid: its raw `values` at `shares` of the cases it learnt from, ties taken once."""
    odds = {float(value): float(np.log(share / (1 - share))) for value, share in zip(values, shares, strict=True)}
    return Detector(one.kind, one.numbers, list(odds), list(odds.values()))


def ranked(one: Detector, values: Floats) -> Floats:
    """Return, between 0 and 1, the share of the cases learnt from that are less unusual; beyond them it creeps on."""
    grid, odds = np.asarray(one.grid), np.asarray(one.odds)
    spread = (grid[-1] - grid[len(grid) // 2]) or 1.0
    inside = np.interp(values, grid, odds)
    beyond = np.log1p(np.maximum(values - grid[-1], 0.0) / abs(spread))
    below = np.log1p(np.maximum(grid[0] - values, 0.0) / abs(spread))
    return np.asarray(1 / (1 + np.exp(-(inside + beyond - below))))


def to_json(named: Mapping[str, Detector]) -> str:
    """Return detectors by name as a text."""
    return json.dumps({name: asdict(one) for name, one in named.items()})


def from_json(text: str) -> dict[str, Detector]:
    """Return the detectors of `to_json`."""
    return {name: Detector(**one) for name, one in json.loads(text).items()}


def _distance(numbers: Mapping[str, Any], squashed: Floats) -> Floats:
    away = squashed - np.asarray(numbers["mean"])
    return np.sqrt(np.einsum("ij,jk,ik->i", away, np.asarray(numbers["inverse"]), away, optimize=True))


def _isolated(numbers: Mapping[str, Any], squashed: Floats) -> Floats:
    arrays = {name: np.asarray(numbers[name]) for name in ("features", "cuts", "paths")}
    return Forest(**arrays, rows=int(numbers["rows"])).score(squashed)


_BY_SQUASHED: Mapping[str, Callable[[Mapping[str, Any], Floats], Floats]] = {
    MEAN: lambda _, squashed: np.asarray(np.abs(squashed).mean(axis=1)),
    MAHALANOBIS: _distance,
    CLUSTERS: lambda numbers, squashed: nearest(squashed, np.asarray(numbers["centres"])),
    FOREST: _isolated,
}
"""How unusual dampened deviations are, by kind."""
