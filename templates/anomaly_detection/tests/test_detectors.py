"""Detectors call what is far off unusual, say it on one scale, and survive being saved."""

from __future__ import annotations

import numpy as np
import pytest
from PACKAGE import detectors, isolation
from PACKAGE.detectors import Detector


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    """Two columns that belong together, and one of its own."""
    chance = np.random.default_rng(1)
    first = chance.normal(size=2_000)
    return np.column_stack([first, first + 0.2 * chance.normal(size=2_000), chance.normal(size=2_000)])


def numbers(one: Detector, rows: np.ndarray) -> np.ndarray:
    return detectors.raw(one, rows, rows, np.zeros(len(rows), dtype=np.int64))


def test_a_forest_sets_the_odd_one_apart_and_is_the_same_each_time(sample: np.ndarray) -> None:
    rows = np.vstack([sample, [[9.0, -9.0, 9.0]]])
    grown = isolation.grow(rows, trees=50)
    scores = grown.score(rows)
    assert scores.argmax() == len(rows) - 1
    assert scores[-1] > 0.65
    assert np.median(scores) < 0.6
    assert (scores == isolation.grow(rows, trees=50).score(rows)).all()


def test_the_path_of_a_tree_is_the_one_walked_by_hand() -> None:
    rows = np.array([[0.0], [0.0], [10.0]])
    grown = isolation.grow(rows, trees=20)
    assert isolation.mean_path(2) == 1.0
    assert isolation.mean_path(256) == pytest.approx(10.2448, abs=1e-3)
    # One cut sets 10 apart: path 1; the two equal rows stay together: path 1 and one more on average.
    assert np.allclose(grown.score(rows), 2.0 ** (-np.array([2.0, 2.0, 1.0]) / isolation.mean_path(3)))


def test_each_detector_finds_a_value_that_is_far_off(sample: np.ndarray) -> None:
    found = [Detector(kind) for kind in detectors.UNSUPERVISED[:2]] + [detectors.mahalanobis(sample)]
    found += [detectors.forest(sample), Detector(detectors.CLUSTERS, {"centres": [[0.0, 0.0, 0.0], [1.0, 1.0, 0.0]]})]
    for one in found:
        usual, odd = numbers(one, sample), numbers(one, np.array([[0.1, 8.0, 9.0]]))
        assert odd[0] > np.quantile(usual, 0.99), one.kind


def test_only_a_detector_that_knows_what_belongs_together_sees_two_columns_part(sample: np.ndarray) -> None:
    apart = np.array([[1.5, -1.5, 0.0]])
    distance, largest = detectors.mahalanobis(sample), Detector(detectors.LARGEST)
    assert numbers(distance, apart)[0] > np.quantile(numbers(distance, sample), 0.99)
    assert numbers(largest, apart)[0] < np.quantile(numbers(largest, sample), 0.9)


def test_a_threshold_of_99_percent_flags_one_case_in_a_hundred(sample: np.ndarray) -> None:
    values = numbers(Detector(detectors.MEAN), sample)
    shares = detectors.shares_of(len(sample))
    graded = detectors.with_grid(Detector(detectors.MEAN), np.quantile(values, shares).tolist(), shares)
    scores = detectors.ranked(graded, values)
    assert (scores >= 0.99).mean() == pytest.approx(0.01, abs=0.002)
    order = np.argsort(values)
    assert (np.diff(scores[order]) >= 0).all()
    beyond = detectors.ranked(graded, np.array([values.max() + 1.0, values.max() + 50.0]))
    assert scores.max() < beyond[0] < beyond[1] < 1.0


def test_detectors_come_back_from_their_text_as_they_were(sample: np.ndarray) -> None:
    shares = detectors.shares_of(100)
    named = {
        "score": detectors.with_grid(detectors.forest(sample), shares, shares),
        "rule": Detector(detectors.LARGEST),
    }
    found = detectors.from_json(detectors.to_json(named))
    assert list(found) == ["score", "rule"]
    assert (numbers(found["score"], sample) == numbers(named["score"], sample)).all()


def test_the_supervised_candidate_sees_sigmas_and_the_hour() -> None:
    context = np.array([0, 2])
    told = detectors.told_of(np.zeros((2, 2)), np.ones((2, 2)), context, 3)
    assert told.shape == (2, 7)
    assert told[:, 4:].tolist() == [[1, 0, 0], [0, 0, 1]]
