"""Steps of time: how a moment becomes the number of its step (a slot) and back, and which seasons a step has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from kit.runtime.errors import KitError
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

_SECONDS = {"minute": 60, "hour": 3_600}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_STEP = re.compile(r"(\d*) ?(minute|hour|day|week|month|quarter|year)s?")
_MONDAY = 4
"""Days from the epoch to its first Monday: weeks begin there."""


@dataclass(frozen=True)
class Step:
    """So many units of time."""

    count: int
    unit: str

    def __str__(self) -> str:
        return self.unit if self.count == 1 else f"{self.count} {self.unit}s"

    @property
    def one(self) -> str:
        """It in a sentence: `a day`, `30 minutes`."""
        article = "an" if self.unit == "hour" else "a"
        return f"{article} {self.unit}" if self.count == 1 else str(self)

    @property
    def days(self) -> float:
        """Its length in days, a month being 30.4."""
        one = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0}
        return self.count * one.get(self.unit, 30.4 * _MONTHS.get(self.unit, 0))

    def slot_sql(self, time: str, is_total: bool = False) -> str:
        """Return the SQL expression for the slot (bigint) of a timestamp.

        Minutes and hours go to the nearest step, since clocks are late or early; with `is_total` to the one in which
        they lie. Days and longer steps are those of the calendar; weeks begin on Monday.
        """
        if self.unit in _SECONDS:
            cut = "floor" if is_total else "round"
            return f"cast({cut}(unix_seconds({time}) / {self.count * _SECONDS[self.unit]}) as bigint)"
        day = f"unix_date(to_date({time}))"
        if self.unit in _MONTHS:
            return f"cast(floor((year({time}) * 12 + month({time}) - 1) / {self.count * _MONTHS[self.unit]}) as bigint)"
        days, first = (self.count, 0) if self.unit == "day" else (7 * self.count, _MONDAY)
        return f"cast(floor(({day} - {first}) / {days}) as bigint)"

    def time_sql(self, slot: str = "slot") -> str:
        """Return the SQL expression for the timestamp at which a slot begins."""
        if self.unit in _SECONDS:
            return f"timestamp_seconds({slot} * {self.count * _SECONDS[self.unit]})"
        if self.unit in _MONTHS:
            months = f"({slot} * {self.count * _MONTHS[self.unit]})"
            return f"cast(make_date(int({months} div 12), int({months} % 12) + 1, 1) as timestamp)"
        days, first = (self.count, 0) if self.unit == "day" else (7 * self.count, _MONDAY)
        return f"cast(date_from_unix_date(int({slot} * {days} + {first})) as timestamp)"

    def time_of(self, slot: int) -> pd.Timestamp:
        """Return the moment at which a slot begins."""
        if self.unit in _SECONDS:
            return pd.Timestamp(slot * self.count * _SECONDS[self.unit], unit="s")
        if self.unit in _MONTHS:
            months = slot * self.count * _MONTHS[self.unit]
            return pd.Timestamp(months // 12, months % 12 + 1, 1)
        days, first = (self.count, 0) if self.unit == "day" else (7 * self.count, _MONDAY)
        return pd.Timestamp(slot * days + first, unit="D")


def parse(text: str) -> Step:
    """Return the step of a text such as `hour` or `30 minutes`; raises KitError where it is none."""
    found = _STEP.fullmatch(text.strip())
    if not found:
        raise KitError(f"'{text}' is no step of time", "Write problem.step as `30 minutes`, `hour`, `day`, `month` ...")
    return Step(int(found[1] or 1), found[2])


def step_of(problem: Mapping[str, Any]) -> Step:
    """Return the declared step; raises KitError where `problem` has none."""
    if not problem["step"]:
        raise KitError("kit.yml does not say how far apart the values are", "Set problem.step: hour, day, month ...")
    return parse(str(problem["step"]))


def seasons_of(problem: Mapping[str, Any]) -> list[int]:
    """Return the declared seasons in steps, else the usual ones of the step, shortest first; `[1]` stands for none.

    Usual are day and week for steps below a day, the week for days, the year for weeks, months and quarters.
    """
    if problem["seasons"]:
        return sorted({int(one) for one in problem["seasons"] if int(one) > 1}) or [1]
    return usual_seasons(step_of(problem)) or [1]


def usual_seasons(step: Step) -> list[int]:
    """Return the seasons that a step usually has, in steps, shortest first."""
    in_days = {"minute": (1, 7), "hour": (1, 7), "day": (7,), "week": (364,), "month": (364.8,), "quarter": (364.8,)}
    whole = [round(days / step.days) for days in in_days.get(step.unit, ())]
    return sorted({length for length in whole if length > 1})


def horizon_of(problem: Mapping[str, Any]) -> int:
    """Return the declared number of steps ahead, else the shortest season."""
    return int(problem["horizon"] or max(seasons_of(problem)[0], 4))


def gaps_between(rows: DataFrame, problem: Mapping[str, Any], most: int = 12) -> pd.DataFrame:
    """Return the commonest distances between successive moments of a series, to the minute: `seconds`, `pairs`,
    `share`, most frequent first.
    """
    moment = F.col(f"`{problem['event_time']}`").cast("timestamp")
    plain = rows.select(series_name(problem).alias("series"), F.unix_seconds(moment).alias("at")).distinct()
    apart = F.col("at") - F.lag("at").over(Window.partitionBy("series").orderBy("at"))
    counts = plain.select((F.round(apart / 60) * 60).cast("bigint").alias("seconds")).where("seconds is not null")
    counts = counts.groupBy("seconds").agg(F.count(F.lit(1)).alias("pairs"))
    total = counts.agg(F.sum("pairs")).first()[0] or 0
    found = counts.orderBy(F.desc("pairs"), "seconds").limit(most).toPandas()
    return found.assign(share=found["pairs"] / max(total, 1))


def series_name(problem: Mapping[str, Any]) -> Column:
    """Return the name of a row's series: the values of `problem.series` joined by ` / `, or `all`."""
    names = [F.coalesce(F.col(f"`{name}`").cast("string"), F.lit("none")) for name in problem["series"]]
    return F.concat_ws(" / ", *names) if names else F.lit("all")
