"""The benchmark: a grid of quintiles, as marketing has used it for decades (Hughes 1994), and how both are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .rfm import NEXT_AMOUNT, RECENCY
from .stability import silhouette

MODEL, GRID = "segments", "quintile grid"
_SILHOUETTE_ROWS = 1_500


@dataclass(frozen=True)
class Grid:
    """Edges of the quintiles of each column, and where their sum is cut into as many groups as there are segments."""

    edges: Mapping[str, tuple[float, ...]]
    cuts: tuple[float, ...]

    def cells(self, rows: pd.DataFrame) -> npt.NDArray[np.intp]:
        """Return the group of each row, 0 the lowest."""
        return np.searchsorted(np.array(self.cuts), _total(rows, self.edges), side="right")


def fit(learn: pd.DataFrame, columns: Sequence[str], k: int) -> Grid:
    """Return the grid of a sample: a point for each quintile of each column (recency backwards), the sum in k parts."""
    shares = [0.2, 0.4, 0.6, 0.8]
    edges = {name: tuple(np.unique(np.nanquantile(learn[name].astype(float), shares))) for name in columns}
    total = _total(learn, edges)
    return Grid(edges, tuple(np.unique(np.quantile(total, np.arange(1, k) / k))))


def labelled(sample: pd.DataFrame, rule: Grid, segment: str) -> pd.DataFrame:
    """Return a sample with the columns MODEL (its `segment`) and GRID (its cell)."""
    return sample.assign(**{MODEL: sample[segment], GRID: rule.cells(sample)})


def judged(
    learn: pd.DataFrame, judge: pd.DataFrame, points: npt.NDArray[np.float64], draws: int = 200, seed: int = 7
) -> pd.DataFrame:
    """Return a row for MODEL and GRID: `silhouette` on the scale of comparison with `_low`, `_high` (bootstrap over
    entities), `lead_low`, `lead_high` over the grid, `rows`.

    Where the next period is known besides `spearman`, of the mean next amount of its segment, learnt on `learn`, with
    the actual one, and likewise its interval and lead. Both samples have the columns MODEL and GRID with the label.
    """
    few = np.random.default_rng(seed).permutation(len(judge))[:_SILHOUETTE_ROWS]
    compact = {one: silhouette(points[few], judge[one].to_numpy()[few]) for one in (MODEL, GRID)}
    drawn = [np.random.default_rng(seed + number) for number in range(draws)]
    means = {one: [values[d.integers(len(values), size=len(values))].mean() for d in drawn] for one, values in
             compact.items()}  # fmt: skip
    drawn = [np.random.default_rng(seed + number) for number in range(draws)]
    found = _with_ends("silhouette", {one: float(values.mean()) for one, values in compact.items()}, means)
    if NEXT_AMOUNT in judge and judge[NEXT_AMOUNT].notna().any() and learn[NEXT_AMOUNT].notna().any():
        found = found.join(_next_amount(learn, judge, drawn))
    return found.assign(rows=len(judge))


def verdict(measured: pd.DataFrame, is_stable: bool, why: str, holds: float, least: float) -> tuple[str, str]:
    """Return the recommendation at the gate and its reason, in words.

    Rework where no number of segments is stable, where new data would make other segments (`holds`, an agreement,
    under `least`), or where the grid is surely as good: more compact, or better at telling what comes.
    """
    model, rule = measured.loc[MODEL], measured.loc[GRID]
    said = f"silhouette {model['silhouette']:.2f} against {rule['silhouette']:.2f} of the quintile grid"
    if not is_stable:
        return "rework", f"{why[0].upper()}{why[1:]}. Take the grid, or look for better columns."
    if model["silhouette_lead_low"] <= 0:
        return "rework", f"The quintile grid is as good: {said}. Take the grid, which needs no model."
    if "spearman" in measured:
        said += f"; rank correlation with the next amount {model['spearman']:.2f} against {rule['spearman']:.2f}"
        if model["spearman_lead_high"] < 0:
            return "rework", f"The segments are more compact, but the grid says more of what comes: {said}."
    if holds < least:
        return "rework", f"New data would make other segments (agreement {holds:.2f}, {least:g} is wanted): {said}."
    return "accept", f"{why}; {said}; new data would make nearly the same segments (agreement {holds:.2f})."


def lead_of(points: npt.NDArray[np.float64], labels: Mapping[str, npt.ArrayLike], draws: int = 200) -> dict[str, float]:
    """Return the `lead` in silhouette of the first of `labels` over the last, and `low`, the end of its interval."""
    each = [silhouette(points[:_SILHOUETTE_ROWS], np.asarray(one)[:_SILHOUETTE_ROWS]) for one in labels.values()]
    apart = each[0] - each[-1]
    draw = np.random.default_rng(7)
    means = [apart[draw.integers(len(apart), size=len(apart))].mean() for _ in range(draws)]
    return {"lead": float(apart.mean()), "low": float(np.quantile(means, 0.025)), "silhouette": float(each[0].mean())}


def _next_amount(learn: pd.DataFrame, judge: pd.DataFrame, drawn: Sequence[np.random.Generator]) -> pd.DataFrame:
    actual = judge[NEXT_AMOUNT].fillna(0.0)
    said = {one: judge[one].map(learn.groupby(one)[NEXT_AMOUNT].mean()).fillna(0.0) for one in (MODEL, GRID)}
    picks = [draw.integers(len(judge), size=len(judge)) for draw in drawn]
    means = {one: [_spearman(values.iloc[pick], actual.iloc[pick]) for pick in picks] for one, values in said.items()}
    return _with_ends("spearman", {one: _spearman(values, actual) for one, values in said.items()}, means)


def _spearman(first: pd.Series, second: pd.Series) -> float:
    ranks = [one.reset_index(drop=True).rank().to_numpy() for one in (first, second)]
    return float(np.corrcoef(*ranks)[0, 1]) if min(one.std() for one in ranks) > 0 else 0.0


def _with_ends(name: str, values: Mapping[str, float], drawn: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    rows = {}
    for one, value in values.items():
        low, high = np.quantile(drawn[one], [0.025, 0.975])
        lead = np.quantile(np.array(drawn[one]) - np.array(drawn[GRID]), [0.025, 0.975])
        rows[one] = {name: value, f"{name}_low": low, f"{name}_high": high, f"{name}_lead_low": lead[0],
                     f"{name}_lead_high": lead[1]}  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").astype(float)


def _total(rows: pd.DataFrame, edges: Mapping[str, Sequence[float]]) -> npt.NDArray[np.float64]:
    total = np.zeros(len(rows))
    for name, inner in edges.items():
        value = rows[name].astype(float)
        points = np.searchsorted(np.array(inner), value.fillna(value.median()).to_numpy(), side="right")
        total += len(inner) - points if name == RECENCY else points
    return total
