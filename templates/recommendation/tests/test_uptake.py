"""What became of served lists, and where they left what was measured."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from PACKAGE import recommenders, served, uptake

DAY = dt.date(2023, 3, 1)
AS_OF = dt.date(2023, 3, 31)
BOUNDS = {"loss": 0.25, "coverage": 0.5, "cold": 0.3}
EXPECTED = {"model": "item-to-item", "hit_rate": 0.5, "coverage": 0.4}


@pytest.fixture(scope="module")
def events(spark: Any) -> Any:
    rows = [
        ("a", "x", DAY, 1.0),
        ("b", "x", DAY, 1.0),
        ("a", "y", AS_OF, 1.0),
        ("b", "z", AS_OF, 1.0),
        ("a", "x", AS_OF, 1.0),
    ]
    rows += [("c", "x", DAY - dt.timedelta(days=400), 1.0), ("c", "y", DAY - dt.timedelta(days=400), 1.0)]
    return spark.createDataFrame(rows, "user string, item string, day date, weight double").cache()


def test_a_hit_is_an_item_that_is_new_and_was_on_the_list(spark: Any, events: Any) -> None:
    lists = [(DAY, "a", 1, "y", "item-to-item"), (DAY, "b", 1, "y", "popularity")]
    stored = spark.createDataFrame(lists, "served_on date, user string, rank int, item string, by string")
    popular = spark.createDataFrame([(DAY, 1, "x"), (DAY, 2, "z")], "served_on date, rank int, item string")
    found = uptake.by_serving(stored, popular, events, uptake.servings(stored, AS_OF)).iloc[0]
    assert (found["lists"], found["users"], found["cold"], found["days"]) == (2, 2, 0.5, 30)
    assert (found["hit_rate"], found["popular_hit_rate"]) == (0.5, 0.5)
    assert uptake.listed_by_day(stored, AS_OF)["predictions"].tolist() == [2] * 31


def test_users_who_did_nothing_lately_get_no_list_and_are_counted(events: Any) -> None:
    made = recommenders.fit(recommenders.POPULARITY, events, AS_OF, {"days": 365})
    rows = served.predictions(made, events, [AS_OF], 365).cache()
    assert served.users_account(events, rows, AS_OF, 365) == {"read": 3, "inactive": 1, "without_list": 0, "written": 2}
    assert served.smoke(made, events, rows, AS_OF, 365)[1:] == (rows.count(), rows.count())
    assert served.cold_share(rows.withColumn("by", rows["by"])) == 1.0


def test_the_first_time_lists_are_made_as_of_the_day_before_the_hold_out_as_well() -> None:
    assert served.days_to_serve(is_first=True, test_start=DAY, as_of=AS_OF) == [DAY - dt.timedelta(days=1), AS_OF]
    assert served.days_to_serve(is_first=False, test_start=DAY, as_of=AS_OF) == [AS_OF]


@pytest.mark.parametrize(
    ("changed", "subjects"),
    [
        ({}, []),
        ({"hit_rate": 0.3, "hit_rate_high": 0.34}, ["hit_rate", "hit_rate_lost"]),
        ({"items": 10}, ["coverage"]),
        ({"cold": 0.6}, ["cold_start"]),
    ],
)
def test_each_bound_has_its_alert(changed: dict[str, float], subjects: list[str]) -> None:
    row = {
        "served_on": DAY,
        "days": 30,
        "users": 400,
        "hit_rate": 0.48,
        "hit_rate_high": 0.53,
        "popular_hit_rate": 0.33,
    }
    found = pd.DataFrame([{**row, "cold": 0.1, "items": 38, **changed}])
    raised = uptake.breaches(found, EXPECTED, 100, 30, BOUNDS)
    assert [one.subject for one in raised] == subjects


def test_where_there_is_one_day_a_year_the_reference_holds_the_newest_of_them(spark: Any) -> None:
    rows = spark.createDataFrame(
        [("u", dt.date(year, 1, 1)) for year in (2004, 2005, 2006, 2007)], "user string, day date"
    )
    assert uptake.days_before(rows, dt.date(2006, 6, 1), 28) == (dt.date(2005, 12, 5), dt.date(2006, 1, 1))
    assert uptake.days_before(rows, dt.date(2004, 1, 1), 1) == (dt.date(2003, 12, 31), dt.date(2003, 12, 31))
