"""An hour is one row, whatever was reported in it, and its features say what was known the evening before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from PACKAGE import traffic
from PACKAGE import traffic_features as tf

REPORT = "date_time timestamp, holiday string, temp double, rain_1h double, snow_1h double, clouds_all long, weather_main string, traffic_volume long"  # noqa: E501
PROBLEM = {"event_time": "date_time"}
MONDAY = dt.datetime(2018, 1, 1)


def report(
    days: int, hour: int = 8, volume: int | None = 100, kind: str = "Clear", holiday: str | None = None
) -> tuple[Any, ...]:
    rain = 1.5 if kind == "Rain" else 0.0
    return (MONDAY + dt.timedelta(days=days, hours=hour), holiday, 280.0, rain, 0.0, 40, kind, volume)


def hours(spark: Any, *reports: tuple[Any, ...]) -> Any:
    return traffic.one_row_per_hour(spark.createDataFrame(reports, REPORT))


def features(spark: Any, *reports: tuple[Any, ...]) -> dict[dt.datetime, Any]:
    return {row.date_time: row for row in tf.features(hours(spark, *reports), PROBLEM).collect()}


def test_an_hour_with_several_kinds_of_weather_is_one_row_with_the_worst(spark: Any) -> None:
    (row,) = hours(spark, report(0), report(0, kind="Rain"), report(0, kind="Mist")).collect()
    assert (row.weather_main, row.rain_1h, row.traffic_volume, row.reports) == ("Rain", 1.5, 100, 3)


@pytest.mark.parametrize(("days", "kind"), [(0, tf.ORDINARY), (1, tf.BEFORE), (2, tf.HOLIDAY), (3, tf.AFTER)])
def test_a_holiday_is_the_whole_day_though_only_its_first_hour_names_it(spark: Any, days: int, kind: str) -> None:
    named = report(2, hour=0, holiday="Labor Day")
    found = features(spark, named, *[report(number) for number in range(4)])
    row = found[report(days)[0]]
    assert (row.day_kind, row.is_day_off) == (kind, int(kind == tf.HOLIDAY))


def test_the_usual_volume_is_the_median_of_the_same_hour_in_the_weeks_before(spark: Any) -> None:
    past = [report(7 * week, volume=volume) for week, volume in enumerate([10, 20, 90, 40])]
    found = features(spark, *past, report(28, volume=5), report(27, volume=999), report(28, hour=9, volume=999))
    assert found[report(28)[0]].usual_4w == 30.0
    assert found[report(7)[0]].usual_4w == 10.0
    assert found[report(0)[0]].usual_4w is None


def test_the_day_itself_and_later_ones_change_no_usual_volume(spark: Any) -> None:
    past = [report(7 * week, volume=10 * week) for week in range(4)]
    one = features(spark, *past, report(28, volume=1), report(35, volume=1))[report(28)[0]]
    other = features(spark, *past, report(28, volume=9_999), report(35, volume=9_999))[report(28)[0]]
    assert one.usual_4w == other.usual_4w


def test_every_hour_is_there_once_and_every_column_has_a_meaning(spark: Any) -> None:
    gold = tf.features(hours(spark, report(0), report(0, kind="Rain"), report(1)), PROBLEM)
    assert gold.columns == list(tf.MEANINGS)
    assert gold.count() == 2
