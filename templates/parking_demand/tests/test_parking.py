"""Occupancy is a share of capacity; what cannot be read is empty."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from PACKAGE import parking

RAW = ["SystemCodeNumber", "Capacity", "Occupancy", "LastUpdated"]


@pytest.fixture
def counts(spark: Any) -> Any:
    rows = [("A", "200", "50", "2016-10-04 07:59:42"), ("A", "0", "5", "2016-10-04 08:29:00"), ("A", "x", "5", "no")]
    return spark.createDataFrame(rows, RAW)


def test_occupancy_is_a_share_and_unknown_without_capacity(counts: Any) -> None:
    found = parking.occupancy(counts).collect()
    assert [one["occupancy"] for one in found] == [0.25, None, None]
    assert [one["counted_at"] is None for one in found] == [False, False, True]


def test_a_count_belongs_to_its_day_and_one_without_a_time_to_none(counts: Any) -> None:
    days = [one[0] for one in counts.select(parking.counted_on()).collect()]
    assert days == [dt.date(2016, 10, 4), dt.date(2016, 10, 4), dt.date(1, 1, 1)]
