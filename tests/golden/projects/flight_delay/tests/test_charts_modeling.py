"""The chart of the split draws days and blocks alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from flight_delay.charts_modeling import split_chart
from flight_delay.split import split_by_time

DAYS = [dt.date(2013, 1, 1) + dt.timedelta(days=number) for number in range(40)]


@pytest.mark.parametrize(("days", "test", "order"), [(DAYS, DAYS[30], "event_day"), (list(range(40)), 30, "block")])
def test_the_split_is_drawn_by_days_and_by_blocks(days: list[Any], test: Any, order: str) -> None:
    counts = pd.DataFrame({"day": days, "cases": 10, "known": 10, "total": 3.0, "lowest": 0.0, "highest": 1.0})
    (axes,) = split_chart(counts, split_by_time(counts, None, test, None, order), "y = 1").axes
    assert "part" in axes.get_title()
    assert len(axes.patches) == 3
