"""How well one column alone tells the target: AUC for classes, Spearman's rank correlation for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.intake.profile import ColumnProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BINS = 50
_SMOOTHING = 1.0


def auc_alone(column: ColumnProfile, positive: NDArray[np.bool_], known: NDArray[np.bool_]) -> float:
    """Return the AUC of a column's bins or categories, their rates learnt on one half of the rows, judged on the other.

    `positive` and `known` say of each row whether the target is positive, and whether it is there at all. An empty
    cell is a category of its own. Even rows and odd rows are the halves.
    """
    import numpy as np

    groups = _groups(column)[known]
    outcome = positive[known]
    half = np.arange(len(outcome)) % 2 == 0
    found = [_auc_of_half(groups, outcome, half), _auc_of_half(groups, outcome, ~half)]
    return float(np.mean(found))


def spearman(column: ColumnProfile, target: NDArray[Any]) -> float:
    """Return the absolute rank correlation over the rows where both are there; 0 where there is none."""
    import numpy as np

    numbers = column.floats()
    if numbers is None:
        return 0.0
    both = ~np.isnan(numbers) & ~np.isnan(target)
    if both.sum() < 10:
        return 0.0
    left, right = _ranks(numbers[both]), _ranks(target[both])
    if left.std() == 0 or right.std() == 0:
        return 0.0
    return float(abs(np.corrcoef(left, right)[0, 1]))


def _groups(column: ColumnProfile) -> NDArray[np.int64]:
    """Return the number of each row's group: quantile bins of numbers and dates, categories of texts, 0 for empty."""
    import numpy as np

    numbers = column.floats()
    if numbers is None or column.distinct <= _BINS:
        return column.raw.codes.astype(np.int64) + 1
    filled = numbers[~np.isnan(numbers)]
    edges = np.unique(np.quantile(filled, np.linspace(0, 1, _BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, numbers, side="right") + 1
    return np.where(np.isnan(numbers), 0, bins).astype(np.int64)


def _auc_of_half(groups: NDArray[np.int64], outcome: NDArray[np.bool_], learnt: NDArray[np.bool_]) -> float:
    import numpy as np

    size = int(groups.max()) + 1 if len(groups) else 1
    rows = np.bincount(groups[learnt], minlength=size)
    hits = np.bincount(groups[learnt], weights=outcome[learnt], minlength=size)
    overall = hits.sum() / max(rows.sum(), 1)
    rates = (hits + _SMOOTHING * overall) / (rows + _SMOOTHING)
    scores, truth = rates[groups[~learnt]], outcome[~learnt]
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return 0.5
    ranks = _ranks(scores)
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _ranks(numbers: NDArray[Any]) -> NDArray[np.float64]:
    """Return the ranks from 1, ties at their middle."""
    import numpy as np

    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(middles[places], dtype=np.float64)
