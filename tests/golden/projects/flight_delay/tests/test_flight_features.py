"""Features say what was known before departure: a change of the future changes none of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flight_delay import flight_features as ff
from flight_delay.flight_meanings import MEANINGS

FLIGHT = (
    "flight_id string, scheduled_departure timestamp, event_date date, time_hour timestamp, carrier string,"
    " flight string, origin string, dest string, departure_minute int, distance int, plane_age int, seats int,"
    " is_late int, landed_at timestamp"
)
WEATHER = (
    "origin string, time_hour timestamp, temp double, humid double, wind_speed double, precip double, pressure double,"
    " visib double"
)


def at(day: int, hour: int = 12, minute: int = 0) -> dt.datetime:
    return dt.datetime(2013, 1, day, hour, minute)


def flight(
    number: str, day: int, is_late: int | None, landed: dt.datetime | None = None, dest: str = "LAX"
) -> tuple[Any, ...]:
    landed = landed or (at(day, 18) if is_late is not None else None)
    name = f"{day}-{number}"
    return (
        name,
        at(day, 12, 5),
        at(day).date(),
        at(day),
        "UA",
        number,
        "JFK",
        dest,
        725,
        2475,
        10,
        150,
        is_late,
        landed,
    )


def rates(spark: Any, *rows: tuple[Any, ...]) -> dict[str, Any]:
    df = ff.add_past_rates(spark.createDataFrame(rows, FLIGHT))
    return {row.flight_id: row for row in df.collect()}


def test_a_rate_is_of_the_day_before_and_drawn_to_that_of_all_flights(spark: Any) -> None:
    rows = [flight(str(n), 1, int(n < 5)) for n in range(10)] + [
        flight(str(n), 1, 0, dest="SFO") for n in range(10, 20)
    ]
    found = rates(spark, *rows, flight("1", 2, 0), flight("11", 2, 0, dest="SFO"))
    common = 5 / 20
    assert found["2-1"].late_rate_dest_1d == pytest.approx((5 + 5 * common) / (10 + 5))
    assert found["2-11"].late_rate_dest_1d == pytest.approx((0 + 5 * common) / (10 + 5))
    assert found["2-1"].late_rate_flight_28d == pytest.approx((1 + 5 * common) / (1 + 5))


def test_the_first_day_has_no_past(spark: Any) -> None:
    assert rates(spark, flight("1", 1, 1))["1-1"].late_rate_origin_1d is None


def test_outcomes_of_the_same_day_and_of_later_days_change_no_rate(spark: Any) -> None:
    past = [flight(str(n), 1, n % 2) for n in range(6)]
    one = rates(spark, *past, flight("1", 2, 0), flight("2", 2, 0), flight("1", 3, 0))["2-1"]
    other = rates(spark, *past, flight("1", 2, 1), flight("2", 2, 1), flight("1", 3, 1))["2-1"]
    assert [one[name] for name in ff.RATES] == [other[name] for name in ff.RATES]


def test_a_flight_that_landed_after_the_day_closed_is_not_counted(spark: Any) -> None:
    before = [flight(str(n), 1, 0) for n in range(4)]
    in_time = rates(spark, *before, flight("9", 1, 1, landed=at(2, 3, 59)), flight("1", 2, 0))["2-1"]
    too_late = rates(spark, *before, flight("9", 1, 1, landed=at(2, 4, 0)), flight("1", 2, 0))["2-1"]
    assert in_time.late_rate_origin_1d == pytest.approx(0.2)
    assert too_late.late_rate_origin_1d == 0.0


def test_weather_is_that_of_the_hour_before_and_its_trend_looks_back(spark: Any) -> None:
    hours = [
        ("JFK", at(1, hour), 30.0 + hour, 50.0, 10.0, 0.1, 1000.0 + hour, float(hour)) for hour in (8, 9, 10, 11, 12)
    ]
    found = {row.time_hour: row for row in ff.weather_before(spark.createDataFrame(hours, WEATHER)).collect()}
    noon = found[at(1, 12)]
    assert (noon.temp, noon.visib_min_4h, noon.pressure_change_3h) == (41.0, 8.0, 3.0)
    assert noon.precip_4h == pytest.approx(0.4)
    assert found[at(1, 11)].pressure_change_3h is None


def test_the_schedule_counts_cancelled_flights_too(spark: Any) -> None:
    rows = [flight("1", 1, 0), flight("2", 1, None), flight("3", 2, 1)]
    found = {row.flight_id: row for row in ff.add_schedule(spark.createDataFrame(rows, FLIGHT)).collect()}
    assert (found["1-1"].flights_in_hour, found["1-1"].flights_in_day, found["1-1"].weekday) == (2, 2, 2)


def test_gold_has_each_flight_once_and_every_column_a_meaning(spark: Any) -> None:
    rows = [flight("1", 1, 0), flight("2", 1, None), flight("1", 2, 1)]
    weather = spark.createDataFrame([("JFK", at(1, 11), 30.0, 50.0, 10.0, 0.0, 1000.0, 10.0)], WEATHER)
    gold = ff.features(spark.createDataFrame(rows, FLIGHT), weather)
    assert sorted(row.flight_id for row in gold.select("flight_id").collect()) == ["1-1", "1-2", "2-1"]
    assert list(MEANINGS) == gold.columns
