"""Candidates and how one is chosen: settings are tried on the days before the hold-out, the hold-out is not looked at.

`definition` takes the popular ones as benchmark, `modeling` all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame

from . import ranking
from .cuts import Plan, cases
from .interactions import pairs
from .recommenders import FACTORS, POPULARITY, SIMILAR, Recommender, fit, popular, recommend

MOST_TRIED, MOST_JUDGED = 5_000, 50_000
"""Users that choose, and users that judge, at most: the interval is narrow enough then."""
USUAL_DAYS = 90
"""Days over which is counted what is popular, where nothing else is said."""
LEAST_USERS = 3
"""Users that an item needs before similarities of it are believed."""


@dataclass(frozen=True)
class Candidate:
    """A way to recommend before it has learnt: a kind and its settings."""

    kind: str
    settings: Mapping[str, Any]

    @property
    def name(self) -> str:
        """A short name for tables and charts."""
        said = ", ".join(f"{name} {value:g}" for name, value in self.settings.items() if name != "least_users")
        return f"{self.kind} ({said})"


def popular_ones() -> list[Candidate]:
    """Return the simple rules: what most users took lately, over windows of several lengths."""
    return [Candidate(POPULARITY, {"days": days}) for days in (28, 90, 365)]


def models(is_thorough: bool = True) -> list[Candidate]:
    """Return what competes with what is popular; factors in several settings where the search is to be thorough."""
    near = {"neighbours": 30, "least_users": LEAST_USERS, "shrink": 5.0}
    factors = [{"rank": 16, "alpha": 10.0}, {"rank": 48, "alpha": 2.0}, {"rank": 48, "alpha": 10.0}]
    factors = factors if is_thorough else factors[1:2]
    return [
        Candidate(SIMILAR, near),
        *(Candidate(FACTORS, {**one, "reg": 0.1}) for one in factors),
    ]


def judge(fitted: Mapping[str, Recommender], rows: DataFrame, cut: dt.date, last: dt.date, most: int) -> DataFrame:
    """Return the lists of each fitted recommender for the users who are judged from `cut` to `last`, see
    `ranking.judged`; what a list lacks is filled with what was popular then.
    """
    users = cases(rows, cut, last, most).cache()
    windows = {one.settings.get("days", USUAL_DAYS) for one in fitted.values()}
    popular_in = {days: popular(rows, cut, days).cache() for days in windows}
    lists = {
        name: recommend(one, users, popular_in[one.settings.get("days", USUAL_DAYS)]) for name, one in fitted.items()
    }
    return ranking.judged(lists).cache()


def trial(candidates: Iterable[Candidate], rows: DataFrame, cut: dt.date, last: dt.date) -> pd.DataFrame:
    """Return the measures of candidates that learn from the events before `cut` and are tried on those up to `last`:
    `candidate` (its name), `kind`, and those of `ranking.comparison`, the highest hit rate first.
    """
    tried = list(candidates)
    fitted = {one.name: fit(one.kind, rows, cut, one.settings) for one in tried}
    lists = judge(fitted, rows, cut, last, MOST_TRIED)
    measured = measure(lists, rows, cut, list(fitted))
    kinds = [one.kind for one in tried]
    return measured.assign(kind=kinds).rename_axis("candidate").reset_index().sort_values("hit_rate", ascending=False)


def measure(lists: DataFrame, rows: DataFrame, cut: dt.date, models: list[str]) -> pd.DataFrame:
    """Return `ranking.comparison` of lists against what was known before `cut`."""
    found, seen, items = parts(lists, rows, cut)
    return ranking.comparison(found, seen, items, models)


def parts(lists: DataFrame, rows: DataFrame, cut: dt.date) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return the sums of measures by block, the catalogue of the lists, and the number of items known before `cut`."""
    groups = ranking.item_groups(pairs(rows.where(rows["day"] < cut))).cache()
    return ranking.sums(lists, groups), ranking.catalogue(lists, groups), groups.count()


def learnt(candidate: Candidate, rows: DataFrame, cut: dt.date, days: int) -> Recommender:
    """Return a candidate that has learnt from the events before `cut`; filled up with what is popular in `days`."""
    return fit(candidate.kind, rows, cut, {"days": days, **candidate.settings})


def params(recommender: Recommender, plan: Plan) -> dict[str, Any]:
    """Return what a run records as its parameters."""
    days = {name: str(getattr(plan, name)) for name in ("first", "choose", "judge", "last")}
    return {"kind": recommender.kind, "said": recommender.said, **recommender.settings, **days}


def best_of(trials: pd.DataFrame, candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    """Return the candidate with the highest hit rate of each kind, the best kind first."""
    named = {one.name: one for one in candidates}
    ordered = trials.sort_values("hit_rate", ascending=False, kind="stable")
    return {named[row.candidate].kind: named[row.candidate] for row in ordered.drop_duplicates("kind").itertuples()}
