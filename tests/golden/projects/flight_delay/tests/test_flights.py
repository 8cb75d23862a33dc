"""Flights are typed as they are meant, and joined without losing or multiplying one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flight_delay import flights

ON_TIME = {
    "year": "2013", "month": "1", "day": "1", "dep_time": "517", "sched_dep_time": "515", "dep_delay": "2",
    "arr_time": "830", "arr_delay": "11", "carrier": "UA", "flight": "1545", "tailnum": "N14228", "origin": "EWR",
    "dest": "IAH", "air_time": "227", "distance": "1400", "time_hour": "2013-01-01T10:00:00Z",
}  # fmt: skip


def flight(**changes: str | None) -> list[str | None]:
    return [changes.get(name, value) for name, value in ON_TIME.items()]


def typed(spark: Any, *rows: list[str | None]) -> Any:
    bronze = spark.createDataFrame(rows, ", ".join(f"{name} string" for name in ON_TIME))
    return flights.type_flights(bronze.withColumn("event_date", flights.event_date()))


def test_517_is_a_quarter_past_five(spark: Any) -> None:
    row = typed(spark, flight()).first()
    assert row.scheduled_departure == dt.datetime(2013, 1, 1, 5, 15)
    assert (row.departure_minute, row.left_minute) == (315, 317)
    assert row.flight_id == "2013-01-01-UA-1545-EWR"


@pytest.mark.parametrize(
    ("hhmm", "minutes"), [("1", 1), ("59", 59), ("2400", 1440), ("560", None), ("2561", None), (None, None)]
)
def test_what_is_no_time_of_day_becomes_null(spark: Any, hhmm: str | None, minutes: int | None) -> None:
    df = spark.createDataFrame([(hhmm,)], "t string")
    assert df.select(flights.minutes_of_day("t")).first()[0] == minutes


@pytest.mark.parametrize(("arr_delay", "is_late"), [("15", 0), ("16", 1), ("-20", 0), (None, None)])
def test_late_is_more_than_fifteen_minutes_and_unknown_without_arrival(
    spark: Any, arr_delay: str | None, is_late: int | None
) -> None:
    assert typed(spark, flight(arr_delay=arr_delay)).first().is_late == is_late


def test_each_flight_has_one_outcome(spark: Any) -> None:
    rows = [
        flight(),
        flight(flight="2", arr_delay="40"),
        flight(flight="3", dep_time=None, dep_delay=None, arr_delay=None, air_time=None),
        flight(flight="4", arr_delay=None, air_time=None),
    ]
    assert flights.outcomes(typed(spark, *rows)) == {"on_time": 1, "late": 1, "cancelled": 1, "diverted": 1}


def test_a_flight_lands_after_it_left_late_and_flew(spark: Any) -> None:
    assert typed(spark, flight()).first().landed_at == dt.datetime(2013, 1, 1, 9, 4)


def test_the_register_neither_drops_nor_multiplies_flights(spark: Any) -> None:
    planes = spark.createDataFrame(
        [("N14228", "1999", "149"), ("N14228", "1999", "149")], "tailnum string, year string, seats string"
    )
    airports = spark.createDataFrame(
        [("IAH", "Houston", "29.98", "-95.34")], "faa string, name string, lat string, lon string"
    )
    airlines = spark.createDataFrame([("UA", "United")], "carrier string, name string")
    known, unknown = flight(), flight(flight="2", tailnum="N999", dest="BQN")
    rows = flights.join_reference(typed(spark, known, unknown), planes, airports, airlines).orderBy("flight").collect()
    assert [(row.flight, row.seats, row.plane_age, row.dest_name) for row in rows] == [
        ("1545", 149, 14, "Houston"),
        ("2", None, None, None),
    ]
