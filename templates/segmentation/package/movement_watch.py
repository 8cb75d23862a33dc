"""What monitoring holds against segments: their sizes, the movement between them, and how compact they still are."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from .alerts import Breach
from .drift import population_stability


def sizes(before: pd.DataFrame, now: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return `name`, `rows_before`, `rows_now`, `share_before`, `share_now` of each segment of both profiles."""
    both = before[[name, "rows"]].merge(now[[name, "rows"]], on=name, how="outer", suffixes=("_before", "_now"))
    both = both.fillna({"rows_before": 0, "rows_now": 0})
    shares = {f"share_{one}": both[f"rows_{one}"] / max(both[f"rows_{one}"].sum(), 1) for one in ("before", "now")}
    return both.assign(**shares).sort_values("rows_now", ascending=False, ignore_index=True)


def index_of(found: pd.DataFrame) -> float:
    """Return the population stability index of the sizes."""
    return population_stability(found["rows_before"].tolist(), found["rows_now"].tolist())


def stayed(moved: pd.DataFrame) -> float:
    """Return the share of those seen both times that are in the segment in which they were; 1 where nobody was."""
    known = moved.drop(index="new", columns="gone")
    same = sum(int(known.loc[name, name]) for name in known.index if name in known.columns)
    return same / int(known.to_numpy().sum()) if known.to_numpy().sum() else 1.0


def breaches(measures: Mapping[str, float], expected: Mapping[str, float], act: float, role: str) -> list[Breach]:
    """Return what is worse than at the acceptance: sizes that moved by `act`, compactness down by a third."""
    found = []
    if measures["size_psi"] >= act:
        said = f"the sizes of the segments have moved: stability index {measures['size_psi']:.2f}"
        action = "Look at the movement: did the customers change, or the season? Learn anew if it stays."
        found.append(Breach("drift", "sizes of segments", said, measures["size_psi"], act, role, action))
    bound = expected["silhouette"] * 2 / 3
    if measures["silhouette"] < bound:
        said = f"silhouette {measures['silhouette']:.2f}, at the acceptance {expected['silhouette']:.2f}"
        action = "Train anew: the segments no longer lie where the entities are."
        found.append(Breach("performance", "compactness", said, measures["silhouette"], bound, role, action))
    return found
