"""How many segments there are: compactness and stability over the number of segments, on a bounded sample.

Pure NumPy on a few thousand points that are collected once; the model itself is trained by Spark on every row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]


def k_means(points: Floats, k: int, seed: int = 7, starts: int = 3, rounds: int = 40) -> Floats:
    """Return the k centres with the smallest sum of squared distances of several starts (Lloyd 1982), each begun with
    points far from each other (Arthur and Vassilvitskii 2007).
    """
    draw = np.random.default_rng(seed)
    tried = [_lloyd(points, _first_centres(points, k, draw), rounds) for _ in range(starts)]
    return min(tried, key=lambda centres: float(_squared(points, centres).min(axis=1).sum()))


def nearest(points: Floats, centres: Floats) -> Labels:
    """Return the place of the nearest centre of each point."""
    return _squared(points, centres).argmin(axis=1)


def silhouette(points: Floats, labels: npt.ArrayLike) -> Floats:
    """Return the silhouette of each point, -1 to 1: how much nearer it is to its own segment than to the next one
    (Rousseeuw 1987). 0 for a point that is alone in its segment; all 0 where there is one segment only.
    """
    _, label = np.unique(np.asarray(labels), return_inverse=True)
    member = np.eye(label.max() + 1)[label]
    sizes, rows = member.sum(axis=0), np.arange(len(points))
    if len(sizes) < 2:
        return np.zeros(len(points))
    sums = np.sqrt(_squared(points, points)) @ member
    own = sums[rows, label] / np.maximum(sizes[label] - 1, 1)
    means = sums / sizes
    means[rows, label] = np.inf
    other = means.min(axis=1)
    value = (other - own) / np.maximum(np.maximum(own, other), 1e-12)
    return np.where(sizes[label] > 1, value, 0.0)


def adjusted_rand(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Return the agreement of two partitions of the same points: 1 where they are the same, about 0 by chance (Hubert
    and Arabie 1985).
    """
    counts = pd.crosstab(np.asarray(first), np.asarray(second)).to_numpy(float)

    def pairs(sizes: Floats) -> float:
        return float((sizes * (sizes - 1) / 2).sum())

    both, rows, columns = pairs(counts), pairs(counts.sum(axis=1)), pairs(counts.sum(axis=0))
    expected = rows * columns / max(pairs(counts.sum(keepdims=True)), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def agreements(points: Floats, k: int, draws: int, seed: int = 7) -> Floats:
    """Return how well segments of two halves of the points agree on all points, a value for each draw (Ben-Hur et al.
    2002: what is only in one half is no segment).
    """
    draw = np.random.default_rng(seed)
    found = []
    for number in range(draws):
        order = draw.permutation(len(points))
        halves = (order[: len(order) // 2], order[len(order) // 2 :])
        both = [nearest(points, k_means(points[half], k, seed + number, starts=2)) for half in halves]
        found.append(adjusted_rand(*both))
    return np.array(found)


def holds(points: Floats, labels: npt.ArrayLike, k: int) -> float:
    """Return how well segments learnt anew from `points` agree with the `labels` that they have."""
    return adjusted_rand(nearest(points, k_means(points, k)), labels)


def by_chance(points: Floats, k: int, draws: int = 5, seed: int = 7) -> float:
    """Return the mean silhouette that `k` segments hardly reach where there are none: of as many points, spread evenly
    in the box around `points`, along their columns or along their main directions (Tibshirani, Walther and Hastie
    2001), the mean of several draws and three times their deviation.

    Halves agree on the corners of an even cloud as well: what is no more compact than this is no segment.
    """
    draw, middle = np.random.default_rng(seed), points.mean(axis=0)
    bounds = []
    for turn in (np.eye(points.shape[1]), np.linalg.svd(points - middle, full_matrices=False)[2].T):
        turned = (points - middle) @ turn
        clouds = [draw.uniform(turned.min(axis=0), turned.max(axis=0), size=turned.shape) for _ in range(draws)]
        reached = np.array([silhouette(one, nearest(one, k_means(one, k, seed))).mean() for one in clouds])
        bounds.append(float(reached.mean() + 3 * reached.std(ddof=1)))
    return max(bounds)


def over_k(points: Floats, ks: Sequence[int], draws: int = 12) -> pd.DataFrame:
    """Return by number of segments: `k`, `silhouette`, `chance` (what points without segments hardly reach), and the
    agreement of halves: `stability` (median), `stability_low`, `stability_high` (quartiles).
    """
    rows = []
    for k in ks:
        labels = nearest(points, k_means(points, k))
        low, middle, high = np.quantile(agreements(points, k, draws), [0.25, 0.5, 0.75])
        compact = float(silhouette(points, labels).mean())
        agree = {"stability": middle, "stability_low": low, "stability_high": high}
        rows.append({"k": k, "silhouette": compact, "chance": by_chance(points, k), **agree})
    return pd.DataFrame(rows)


def best_k(found: pd.DataFrame, least: float) -> tuple[int, bool, str]:
    """Return the number of segments, whether it is to be believed, and why: the most compact one of those whose halves
    agree by `least` in the median and that are more compact than chance; where there is none, the one that agrees most.
    """
    agreed = found[found["stability"] >= least]
    stable = agreed[agreed["silhouette"] > agreed["chance"]]
    if stable.empty and len(agreed):
        best = agreed.loc[agreed["silhouette"].idxmax()]
        said = f"silhouette {best['silhouette']:.2f}, and {best['chance']:.2f} is reached where there are none"
        return int(best["k"]), False, f"{best['k']:.0f} segments are stable, but no more compact than chance: {said}"
    if stable.empty:
        best = found.loc[found["stability"].idxmax()]
        said = (
            f"no number of segments is stable: at best, with {best['k']:.0f}, halves agree by {best['stability']:.2f}"
        )
        return int(best["k"]), False, f"{said}; {least:g} is wanted"
    best = stable.loc[stable["silhouette"].idxmax()]
    said = f"{best['k']:.0f} segments: the most compact (silhouette {best['silhouette']:.2f}) of {len(stable)} numbers"
    return int(best["k"]), True, f"{said} whose halves agree by {least:g} or more, here by {best['stability']:.2f}"


def _first_centres(points: Floats, k: int, draw: np.random.Generator) -> Floats:
    chosen = [points[draw.integers(len(points))]]
    for _ in range(k - 1):
        far = _squared(points, np.array(chosen)).min(axis=1)
        share = far / far.sum() if far.sum() > 0 else np.full(len(points), 1 / len(points))
        chosen.append(points[draw.choice(len(points), p=share)])
    return np.array(chosen)


def _lloyd(points: Floats, centres: Floats, rounds: int) -> Floats:
    for _ in range(rounds):
        label = nearest(points, centres)
        member = np.eye(len(centres))[label]
        sizes = member.sum(axis=0)[:, None]
        moved = np.where(sizes > 0, member.T @ points / np.maximum(sizes, 1), centres)
        if np.allclose(moved, centres, atol=1e-6):
            return moved
        centres = moved
    return centres


def _squared(points: Floats, centres: Floats) -> Floats:
    cross = (points**2).sum(axis=1)[:, None] - 2 * points @ centres.T + (centres**2).sum(axis=1)[None, :]
    return np.maximum(cross, 0.0)
