"""The split by time never lets a later day into what is learnt from, and says when a part is unusable."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from kit.runtime.errors import KitError
from PACKAGE.split import split_by_time

FIRST = dt.date(2020, 1, 1)


def days(positives: int = 3, count: int = 100) -> pd.DataFrame:
    dates = [FIRST + dt.timedelta(days=place) for place in range(count)]
    return pd.DataFrame({"day": dates, "cases": 11, "known": 10, "positives": positives})


def test_the_parts_hold_every_case_once_and_follow_each_other() -> None:
    split = split_by_time(days(), None, FIRST + dt.timedelta(days=80), None)
    parts = split.parts(days())
    assert list(parts["cases"]) == [60 * 11, 20 * 11, 20 * 11]
    assert parts["first"].tolist()[1:] == [last + dt.timedelta(days=1) for last in parts["last"].tolist()[:-1]]


def test_days_after_the_as_of_day_and_before_the_first_are_left_out() -> None:
    as_of = FIRST + dt.timedelta(days=89)
    split = split_by_time(days(), FIRST + dt.timedelta(days=40), FIRST + dt.timedelta(days=80), as_of)
    assert (split.first, split.validation, split.last) == (
        FIRST + dt.timedelta(days=40),
        FIRST + dt.timedelta(days=70),
        as_of,
    )


@pytest.mark.parametrize("positives", [0, 10])
def test_a_part_with_one_kind_of_outcome_is_refused(positives: int) -> None:
    with pytest.raises(KitError, match="positives of"):
        split_by_time(days(positives), None, FIRST + dt.timedelta(days=80), None)


def test_a_hold_out_that_begins_with_the_first_day_is_refused() -> None:
    with pytest.raises(KitError, match="no cases before the hold-out"):
        split_by_time(days(), None, FIRST, None)


def test_rows_are_cut_by_their_day(spark: Any) -> None:
    split = split_by_time(days(), None, FIRST + dt.timedelta(days=80), None)
    cases = spark.createDataFrame([(one,) for one in days()["day"]], "event_day date")
    counts = [part(cases).count() for part in (split.early, split.late, split.train, split.hold_out)]
    assert counts == [60, 20, 80, 20]


def test_blocks_are_split_like_days_and_seen_as_of_a_day() -> None:
    blocks = pd.DataFrame({"day": range(8), "cases": 10, "known": 10, "positives": 3})
    split = split_by_time(blocks, dt.date(2013, 1, 1), 6, dt.date(2013, 1, 31), order="block")
    assert (split.first, split.validation, split.test, split.last) == (0, 5, 6, 7)
    assert (split.as_of, split.is_timed) == (dt.date(2013, 1, 31), False)
    assert list(split.parts(blocks)["cases"]) == [50, 10, 20]
