"""An isolation forest (Liu, Ting, Zhou 2008, "Isolation Forest") in NumPy: what few random cuts set apart is unusual.

Trees are grown on the driver from 256 rows each; `detectors` scores with them inside Spark. A tree is a complete binary
tree in three flat arrays; below a leaf every cut leads to the left, so that all rows take the same number of steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ROWS, TREES = 256, 100
"""Rows of each tree and number of trees: those of the paper."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """Cuts by tree and node (`features`, `cuts`), and by tree and last place the length of the path (`paths`)."""

    features: npt.NDArray[np.int64]
    cuts: Floats
    paths: Floats
    rows: int

    def score(self, values: Floats) -> Floats:
        """Return the paper's score of each row: near 1 is unusual, well below 0.5 is usual."""
        place, total = np.arange(len(values)), np.zeros(len(values))
        depth = int(np.log2(self.paths.shape[1]))
        for features, cuts, paths in zip(self.features, self.cuts, self.paths, strict=True):
            node = np.zeros(len(values), dtype=np.int64)
            for _ in range(depth):
                node = 2 * node + 1 + (values[place, features[node]] >= cuts[node])
            total += paths[node - (2**depth - 1)]
        return np.asarray(2.0 ** (-total / len(self.paths) / mean_path(self.rows)))


def grow(values: Floats, trees: int = TREES, rows: int = ROWS, seed: int = 7) -> Forest:
    """Return a forest over the rows of `values` (none missing), each tree grown on `rows` of them drawn at random."""
    chance = np.random.default_rng(seed)
    rows = min(rows, len(values))
    depth = max(1, int(np.ceil(np.log2(rows))))
    features = np.zeros((trees, 2**depth - 1), dtype=np.int64)
    cuts = np.full((trees, 2**depth - 1), np.inf)
    paths = np.zeros((trees, 2**depth))
    for tree in range(trees):
        drawn = values[chance.choice(len(values), rows, replace=False)]
        _grow(drawn, 0, 0, depth, (features[tree], cuts[tree], paths[tree]), chance)
    return Forest(features, cuts, paths, rows)


def mean_path(rows: int) -> float:
    """Return the mean path of an unsuccessful search in a binary tree over `rows` rows: c(n) of the paper."""
    if rows <= 2:
        return 1.0 if rows == 2 else 0.0
    return float(2.0 * (np.log(rows - 1) + np.euler_gamma) - 2.0 * (rows - 1) / rows)


def _grow(
    drawn: Floats,
    node: int,
    level: int,
    depth: int,
    tree: tuple[npt.NDArray[np.int64], Floats, Floats],
    chance: np.random.Generator,
) -> None:
    """Cut the rows of a node at random in a column that varies, down to single rows or the last level."""
    features, cuts, paths = tree
    low, high = (drawn.min(axis=0), drawn.max(axis=0)) if len(drawn) else (np.zeros(1), np.zeros(1))
    varying = np.flatnonzero(high > low)
    if level == depth or len(drawn) <= 1 or not len(varying):
        leftmost = (node + 1) * 2 ** (depth - level) - 1 - (2**depth - 1)
        paths[leftmost] = level + mean_path(len(drawn))
        return
    feature = int(chance.choice(varying))
    cut = float(chance.uniform(low[feature], high[feature]))
    features[node], cuts[node] = feature, cut
    goes_right = drawn[:, feature] >= cut
    _grow(drawn[~goes_right], 2 * node + 1, level + 1, depth, tree, chance)
    _grow(drawn[goes_right], 2 * node + 2, level + 1, depth, tree, chance)
