"""Customers at cuts: features look back, the label looks ahead, and none that is learnt from reaches the hold-out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from PACKAGE import churn

TEST, LAST = dt.date(2011, 9, 1), dt.date(2011, 12, 9)
CUT = dt.date(2011, 6, 1)
BOUGHT = [
    ("faithful", dt.date(2011, 3, 1), "France", 10.0),
    ("faithful", dt.date(2011, 5, 22), "Germany", 30.0),
    ("faithful", dt.date(2011, 8, 29), "Germany", 50.0),
    ("gone", dt.date(2011, 5, 31), "France", 20.0),
    ("gone", dt.date(2011, 8, 30), "France", 40.0),
    ("long ago", dt.date(2010, 5, 1), "France", 5.0),
    ("later", dt.date(2011, 6, 1), "France", 7.0),
]
RETURNED = [("faithful", dt.date(2011, 5, 30), 6.0), ("faithful", dt.date(2011, 6, 1), 24.0)]


def cases(spark: Any, bought: list[Any], at: list[dt.date]) -> dict[str, Any]:
    lines = [(who, day, country, f"{who}{day}", "85123A", amount) for who, day, country, amount in bought]
    schema = "customer_id string, event_date date, country string, invoice string, stock_code string, amount double"
    returned = spark.createDataFrame(RETURNED, "customer_id string, event_date date, amount double")
    days = churn.days_of(spark.createDataFrame(lines, schema), returned)
    return {f"{one.customer_id} {one.cut}": one.asDict() for one in churn.features(days, at, LAST).collect()}


@pytest.fixture(scope="module")
def found(spark: Any) -> dict[str, Any]:
    return cases(spark, BOUGHT, [CUT, dt.date(2011, 12, 1)])


def test_cuts_whose_outcome_reaches_the_hold_out_are_left_out() -> None:
    moments = churn.cuts(dt.date(2010, 9, 1), LAST, TEST)
    assert [str(one)[:7] for one in moments if one < TEST][-1] == "2011-06"
    assert [str(one)[:7] for one in moments if one >= TEST] == ["2011-09", "2011-10", "2011-11", "2011-12"]
    assert all(churn.until(one) < TEST for one in moments if one < TEST)


def test_a_case_is_whoever_bought_within_the_year_before(found: dict[str, Any]) -> None:
    assert sorted(name for name in found if name.endswith(str(CUT))) == [f"faithful {CUT}", f"gone {CUT}"]


def test_the_label_looks_at_ninety_days_from_the_cut_on_and_no_further(found: dict[str, Any]) -> None:
    assert found[f"faithful {CUT}"]["churned"] == 0, "the last of the 90 days counts"
    assert found[f"gone {CUT}"]["churned"] == 1, "the day after them does not"
    assert found[f"gone {CUT}"]["outcome_until"] == dt.date(2011, 8, 29)
    assert found["gone 2011-12-01"]["churned"] is None, "the 90 days are not over"


def test_what_is_known_ends_the_day_before_the_cut(found: dict[str, Any]) -> None:
    one = found[f"faithful {CUT}"]
    assert (one["recency_days"], one["tenure_days"], one["country"]) == (10, 92, "Germany")
    assert (one["invoices_90"], one["invoices_365"]) == (1, 2)
    assert one["amount_365"] == pytest.approx(34.0), "a return of the day itself is not known yet"
    assert (one["gap_days"], found[f"gone {CUT}"]["gap_days"]) == (82.0, None)


def test_what_happens_from_the_cut_on_changes_no_feature(spark: Any, found: dict[str, Any]) -> None:
    later = [("faithful", CUT + dt.timedelta(days=number), "Japan", 9_999.0) for number in range(0, 90, 7)]
    changed = cases(spark, [*BOUGHT, *later, ("gone", CUT, "Japan", 9_999.0)], [CUT])
    for name, row in changed.items():
        if name in found:
            before = {column: value for column, value in found[name].items() if column != "churned"}
            assert {column: row[column] for column in before} == before
    assert changed[f"gone {CUT}"]["churned"] == 0


def test_a_label_that_reaches_the_hold_out_is_refused(spark: Any) -> None:
    schema = "cut date, churned int, outcome_until date"
    rows = [(CUT, 1, churn.until(CUT)), (TEST, 0, churn.until(TEST))]
    assert churn.refuse_overlap(spark.createDataFrame(rows, schema), TEST) == churn.until(CUT)
    early = dt.date(2011, 8, 1)
    with pytest.raises(churn.LabelLooksAhead, match="into the hold-out"):
        churn.refuse_overlap(spark.createDataFrame([*rows, (early, 1, churn.until(early))], schema), TEST)
