"""Snapshots look back; what comes after them is in no column that segments rest on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from kit.runtime.errors import KitError
from PACKAGE import rfm, segment_cases, segments, shape

PROBLEM = {"key": ["Who?"], "event_time": "at", "target": "paid", "unused": {}, "leaks": {},
           "features": {"numeric": [], "categorical": []}}  # fmt: skip
FIRST = dt.date(2022, 1, 1)
PLAN = rfm.Plan(tuple(FIRST + dt.timedelta(days=day) for day in (60, 90, 120)), window=60, horizon=30)


def bought(spark: Any, *rows: tuple[str | None, int, float]) -> Any:
    at = [(who, dt.datetime(2022, 1, 1, 12) + dt.timedelta(days=day), paid) for who, day, paid in rows]
    return spark.createDataFrame(at, "`Who?` string, at timestamp, paid double")


def found(spark: Any, *rows: tuple[str | None, int, float]) -> dict[tuple[str, str], Any]:
    days = rfm.days_of(bought(spark, *rows), PROBLEM)
    return {(row["Who?"], row.part): row for row in rfm.features(days, ["Who?"], PLAN).collect()}


def test_recency_frequency_and_amount_end_with_the_day_before_the_snapshot(spark: Any) -> None:
    row = found(spark, ("a", 10, 5.0), ("a", 59, 7.0), ("a", 59, 1.0), ("a", 60, 100.0))["a", rfm.LEARN]
    assert (row.recency_days, row.frequency, row.amount, row.tenure_days) == (1, 2, 13.0, 50)
    assert (row.next_frequency, row.next_amount) == (1, 100.0)


def test_other_values_after_a_snapshot_change_nothing_that_is_learnt_from(spark: Any) -> None:
    past = [("a", 10, 5.0), ("b", 40, 7.0), ("b", 55, 7.0)]
    one, other = found(spark, *past), found(spark, *past, ("a", 60, 9.0), ("b", 75, 1.0), ("a", 89, 4.0))
    for who in ("a", "b"):
        same = [(row.recency_days, row.frequency, row.amount, row.tenure_days)
                for row in (one[who, rfm.LEARN], other[who, rfm.LEARN])]  # fmt: skip
        assert same[0] == same[1]


def test_the_newest_snapshot_does_not_know_what_comes(spark: Any) -> None:
    row = found(spark, ("a", 100, 5.0))["a", rfm.SERVE]
    assert (row.next_frequency, row.next_amount) == (None, None)


def test_who_is_silent_for_a_window_is_no_row_and_a_row_of_nobody_is_none(spark: Any) -> None:
    assert set(found(spark, ("a", 10, 5.0), (None, 50, 1.0))) == {("a", rfm.LEARN)}


@pytest.mark.parametrize(("days", "snapshots"), [(739, 5), (365, 3), (100, 3), (12, 3)])
def test_a_plan_has_whole_windows_and_at_least_three_snapshots(days: int, snapshots: int) -> None:
    last = FIRST + dt.timedelta(days=days - 1)
    made = rfm.plan(FIRST, last, 365, 90)
    assert len(made.snapshots) == snapshots
    assert made.snapshots[-1] == last + dt.timedelta(days=1)
    assert made.snapshots[0] - dt.timedelta(days=made.window) >= FIRST
    assert [made.part(one) for one in made.snapshots[-3:]] == [rfm.LEARN, rfm.JUDGE, rfm.SERVE]


def test_a_record_of_a_week_is_refused() -> None:
    with pytest.raises(KitError, match="three snapshots need 12"):
        rfm.plan(FIRST, FIRST + dt.timedelta(days=6), 365, 90)


def test_a_skewed_column_is_compared_by_its_logarithm_and_an_even_one_as_it_is() -> None:
    assert shape.scale("x", [1, 10, 20, 60, 1000]).is_log
    even = shape.scale("x", [-2.3, -0.67, 0, 0.67, 2.3])
    assert (even.is_log, round(even.width, 2)) == (False, 0.99)


def test_entities_of_a_table_are_dealt_by_their_key_and_segments_come_out_again(spark: Any) -> None:
    rows = [(f"e{number}", float(number % 2) * 10 + number / 1000, None if number % 50 == 0 else 1.0 * (number % 7))
            for number in range(400)]  # fmt: skip
    table = spark.createDataFrame(rows, "`Who?` string, `a b` double, c double")
    problem = {**PROBLEM, "event_time": None, "target": None}
    gold = rfm.entities(table, problem, FIRST)
    columns = rfm.columns_of(gold, problem)
    assert columns == ["a b", "c"]
    counts = segment_cases.parts(gold)
    assert 270 < segment_cases.rows_in(counts, rfm.LEARN) < 330
    assert counts["rows"].sum() == 400
    models = segments.train(gold.where("part = 'learn'"), columns, 2)
    found = segments.assigned(models["k-means"], gold, columns, ["Who?", "a b"]).toPandas()
    assert found.groupby("segment_no")["a b"].agg(lambda one: one.max() - one.min()).max() < 1.0
    assert {segments.count_of(model) for model in models.values()} == {2}
    _, shares = segments.middles(segments.assigned(models["k-means"], gold, columns, []), 2)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0.4
    scaled = segments.shaped(gold, shape.scales(gold, columns)).toPandas()
    assert not scaled.isna().any().any()
    assert scaled["shape_1"].abs().max() <= 3.5
