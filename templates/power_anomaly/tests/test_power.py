"""Minutes become hours without losing count, and nothing of an hour but its label comes from the hour itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from PACKAGE import power, power_features

NAMES = ["Date", "Time", "Global_active_power", "Global_reactive_power", "Voltage", "Global_intensity",
         "Sub_metering_1", "Sub_metering_2", "Sub_metering_3"]  # fmt: skip


def raw(spark: Any, volts: dict[int, float | None]) -> Any:
    """Two hours of minutes as the source has them; `volts` replaces the voltage of some, None by nothing."""
    rows = []
    for number in range(120):
        said = volts.get(number, 240.0 + number / 1000)
        rows.append(("1/2/2009", f"{number // 60:02d}:{number % 60:02d}:00", "1.0", "0.1",
                     None if said is None else str(said), "4.0", "0.0", "1.0", "17.0"))  # fmt: skip
    return spark.createDataFrame(rows, ", ".join(f"`{name}` string" for name in NAMES))


def test_an_hour_counts_what_the_meter_saw(spark: Any) -> None:
    minutes = raw(spark, {3: 251.5, 70: None, 71: None})
    first, second = sorted(power.hours(power.minutes(minutes)).collect(), key=lambda one: one["hour"])
    assert first["hour"] == dt.datetime(2009, 2, 1, 0)
    assert (first["voltage_max"], first["minutes"], first["minutes_known"]) == (251.5, 60, 60)
    assert (second["minutes"], second["minutes_known"], second["minutes_distinct"]) == (60, 58, 60)
    assert second["voltage_last"] == pytest.approx(240.1145)
    assert second["heating"] == 60 * 17.0
    assert power.minute_counts(power.hours(power.minutes(minutes))) == {"with_reading": 118, "without": 2}


@pytest.fixture(scope="module")
def hours(spark: Any) -> Any:
    first = dt.datetime(2009, 1, 1)
    rows = [(first + dt.timedelta(hours=number), 240.0 + number % 7 + (9 if number == 200 else 0), 60)
            for number in range(220) if number != 150]  # fmt: skip
    plain = spark.createDataFrame(rows, "hour timestamp, voltage_max double, minutes_known bigint")
    others = [name for name in power_features.LAST if name not in ("voltage_max", "minutes_known")]
    return plain.selectExpr("*", *[f"voltage_max - 1 as {name}" for name in others])


def test_features_go_by_the_clock_and_there_is_a_row_for_the_hour_to_come(hours: Any) -> None:
    found = power_features.features(hours).toPandas().sort_values("hour", ignore_index=True)
    assert len(found) == hours.count() + 1
    after_gap = found[found["hour"] == dt.datetime(2009, 1, 7, 7)].iloc[0]
    assert after_gap["voltage_max_1"] != after_gap["voltage_max_1"], "the hour before is not there, so it is empty"
    assert after_gap["voltage_max_2"] == 240.0 + 149 % 7
    assert found["overvoltage"].iloc[:-1].sum() == 1
    assert found["overvoltage"].isna().iloc[-1]
    assert found["voltage_max_1"].iloc[-1] == 240.0 + 219 % 7


def test_other_values_in_an_hour_and_after_it_change_nothing_that_was_known_before(spark: Any, hours: Any) -> None:
    moment = dt.datetime(2009, 1, 8, 20)
    moved = hours.selectExpr(
        "hour", *[f"if(hour >= timestamp'{moment}', {name} + 100, {name}) as {name}" for name in hours.columns[1:]]
    )
    before, after = (
        power_features.features(one).where(f"hour <= timestamp'{moment}'").drop("overvoltage").toPandas()
        for one in (hours, moved)
    )
    columns = list(before.columns)
    assert (
        before.sort_values("hour")
        .reset_index(drop=True)[columns]
        .equals(after.sort_values("hour").reset_index(drop=True)[columns])
    )
