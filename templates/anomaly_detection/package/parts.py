"""The split of an anomaly detection: labels are rare and come in seasons, and each part must hold some."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
from kit.runtime.errors import KitError

from .exploration import first_test_day
from .split import VALIDATION_SHARE, Split, split_by_time


def split_of(
    days: pd.DataFrame,
    first: dt.date | None,
    test: dt.date | None,
    last: dt.date | None,
    order: str,
    with_labels: bool,
) -> Split:
    """Return the split of `split.count_days`; `first`, `test` and `last` as declared, None for what is usual.

    With labels, the part to choose by also holds a quarter of the anomalies before the hold-out.

    Raises KitError where a part has no labelled anomaly, or no case.
    """
    inside = days[days["day"] >= first] if first and order == "event_day" else days
    counted = inside.assign(rows=inside["known"] if with_labels else inside["cases"])
    start = first_test_day(counted, test, order)
    split = split_by_time(days, first, start, last, order, has_outcomes=False)
    if not with_labels:
        return split
    split = replace(split, validation=min(split.validation, _enough(inside, split)))
    empty = [one.part for one in split.parts(days).itertuples() if not one.total]
    if empty:
        raise KitError(
            f"no labelled anomaly {' and '.join(empty)}",
            "Move history_start, test_start or run_date so that each part has some, or leave problem.target out.",
        )
    return split


def _enough(days: pd.DataFrame, split: Split) -> object:
    """Return the last day or block from which on a quarter of the anomalies before the hold-out lie."""
    before = days[(days["day"] >= split.first) & (days["day"] < split.test)]
    later = before["total"][::-1].cumsum()[::-1]
    enough = before.loc[later >= VALIDATION_SHARE * before["total"].sum(), "day"]
    return enough.iloc[-1] if len(enough) else split.validation
