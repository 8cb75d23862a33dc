"""Segments are believed where they are there: measures with known values, and a number that is found again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from PACKAGE import grid, movement_watch, segments, stability


def blobs(count: int = 3, size: int = 80, apart: float = 8.0, seed: int = 1) -> np.ndarray:
    draw = np.random.default_rng(seed)
    middles = np.array([[apart * number, apart * (number % 2)] for number in range(count)])
    return np.vstack([draw.normal(one, 1.0, size=(size, 2)) for one in middles])


def test_the_silhouette_is_what_the_definition_says() -> None:
    points = np.array([[0.0], [1.0], [10.0], [11.0]])
    found = stability.silhouette(points, [0, 0, 1, 1])
    assert found[0] == pytest.approx((10.5 - 1) / 10.5)
    assert stability.silhouette(points, [0, 0, 0, 1])[3] == 0.0
    assert stability.silhouette(points, [0, 0, 0, 0]).tolist() == [0.0] * 4


def test_the_silhouette_agrees_with_another_implementation() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    points, labels = blobs(), np.random.default_rng(2).integers(0, 4, size=240)
    assert stability.silhouette(points, labels) == pytest.approx(metrics.silhouette_samples(points, labels))
    other = np.random.default_rng(3).integers(0, 3, size=240)
    assert stability.adjusted_rand(labels, other) == pytest.approx(metrics.adjusted_rand_score(labels, other))


def test_agreement_is_one_for_the_same_partition_and_about_nothing_by_chance() -> None:
    draw = np.random.default_rng(4)
    one, other = draw.integers(0, 3, size=4000), draw.integers(0, 3, size=4000)
    assert stability.adjusted_rand(one, (one + 1) % 3) == 1.0
    assert abs(stability.adjusted_rand(one, other)) < 0.02


def test_the_number_of_segments_that_are_there_is_found() -> None:
    found = stability.over_k(blobs(4), range(3, 7), draws=4)
    k, is_stable, why = stability.best_k(found, least=0.75)
    assert (k, is_stable) == (4, True)
    assert "4 segments" in why


def test_without_a_stable_number_the_reason_says_so() -> None:
    table = pd.DataFrame({"k": [3, 4], "silhouette": [0.2, 0.3], "chance": [0.1, 0.1], "stability": [0.5, 0.4]})
    k, is_stable, why = stability.best_k(table, least=0.75)
    assert (k, is_stable) == (3, False)
    assert "no number of segments is stable" in why


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_points_that_are_spread_evenly_have_no_segments_though_halves_agree_on_their_corners(seed: int) -> None:
    even = np.random.default_rng(seed).uniform(size=(600, 2))
    found = stability.over_k(even, [3, 4, 5], draws=4)
    k, is_stable, why = stability.best_k(found, least=0.75)
    assert found["stability"].max() >= 0.75, "the four corners are found again"
    assert (k, is_stable) == (4, False)
    assert "no more compact than chance" in why


def test_segments_are_named_by_what_is_special_about_them() -> None:
    centres = np.array([[2.0, 0.0], [0.0, 0.1], [-2.0, 0.0], [-2.0, 0.9]])
    named = segments.names(centres, ["recency_days", "visits"], [0.25] * 4)
    assert named[0].startswith("long ago")
    assert len(set(named)) == 4


def sample(seed: int = 6, rows: int = 600) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    value = draw.gamma(2.0, 50.0, size=rows)
    later = value * draw.lognormal(0, 0.3, size=rows)
    recency = draw.integers(1, 300, size=rows)
    return pd.DataFrame({"recency_days": recency, "amount": value, "next_amount": later, "next_frequency": 1})


def judged(labels: np.ndarray) -> pd.DataFrame:
    both = sample().assign(segments=labels)
    rule = grid.fit(both, ["recency_days", "amount"], 4)
    both = grid.labelled(both, rule, "segments")
    points = both[["recency_days", "amount"]].to_numpy(float) / [100, 50]
    return grid.judged(both, both, points, draws=30)


def test_the_grid_counts_recency_backwards() -> None:
    rows = pd.DataFrame({"recency_days": [1, 50, 100, 200, 300], "amount": [500.0, 300.0, 200.0, 100.0, 10.0]})
    assert list(grid.fit(rows, ["recency_days", "amount"], 2).cells(rows)) == sorted([0, 0, 1, 1, 1], reverse=True)


def test_segments_of_chance_are_not_accepted() -> None:
    found = judged(np.random.default_rng(8).integers(0, 4, size=600))
    assert {"spearman", "silhouette_low", "spearman_lead_high"} <= set(found.columns)
    outcome, reason = grid.verdict(found, is_stable=True, why="4 segments", holds=1.0, least=0.75)
    assert outcome == "rework"
    assert "grid is as good" in reason


def test_what_is_not_stable_is_not_accepted_whatever_else_is_measured() -> None:
    labels = stability.nearest(sample()[["recency_days", "amount"]].to_numpy(float), np.array([[50, 50], [250, 50.0]]))
    found = judged(labels)
    outcome, reason = grid.verdict(found, is_stable=False, why="no number is stable", holds=1.0, least=0.75)
    assert (outcome, reason.startswith("No number is stable.")) == ("rework", True)


def test_sizes_and_movement_are_held_against_what_was_learnt() -> None:
    before, now = (pd.DataFrame({"segment_name": ["a", "b"], "rows": rows}) for rows in ([50, 50], [95, 5]))
    found = movement_watch.sizes(before, now, "segment_name")
    assert list(found["share_now"]) == [0.95, 0.05]
    measures = {"size_psi": movement_watch.index_of(found), "silhouette": 0.2}
    breaches = movement_watch.breaches(measures, {"silhouette": 0.4}, 0.25, "data_scientist_lead")
    assert [one.kind for one in breaches] == ["drift", "performance"]
    moved = pd.DataFrame([[8, 2, 1], [0, 10, 0], [3, 3, 0]], index=["a", "b", "new"], columns=["a", "b", "gone"])
    assert movement_watch.stayed(moved) == pytest.approx(18 / 20)
