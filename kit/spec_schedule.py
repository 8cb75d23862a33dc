"""The schedule of `kit.yml`: the rhythm in which a project runs by itself, and what happens to a run that fails."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Literal

from cronsim import CronSim, CronSimError
from pydantic import Field, field_validator, model_validator

from kit.spec_parts import Part, StageName

Rhythm = Literal["hour", "day", "weekday", "week", "month", "quarter"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Schedule(Part):
    """When the project runs by itself, and what happens to a run that is late, is missed or fails."""

    cron: str | None = None
    """Five cron fields (minute, hour, day of month or `L`, month, day of week); or say it with `every`."""
    every: Rhythm | None = None
    """A named rhythm; `weekday` is Monday to Friday."""
    at: str = Field(default="06:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """Time of day by `time_zone`; of `every: hour` only the minute counts."""
    day: str | None = None
    """Of `every: week` the day of the week (`monday`); of month and quarter the day (`1` to `28`, or `last`)."""
    time_zone: str = "UTC"
    """Name of the IANA data base, such as `Europe/Berlin`."""
    start: dt.date | None = None
    """First day that is run for; none means from now on."""
    environment: str = "prod"
    """Environment of the scheduled runs."""
    first: StageName = "data_engineering"
    """Stage that a scheduled run begins with; the definition changes when people change it."""
    catch_up: Literal["none", "last", "all"] = "last"
    """Which missed dates are run for later: none of them, the last one, all in their order."""
    retries: int = Field(default=2, ge=0, le=10)
    """How often a failed stage is tried again."""
    retry_minutes: int = Field(default=5, ge=1)
    """Wait before the first retry; it doubles with each further one."""
    deadline_minutes: int | None = Field(default=None, ge=1)
    """How long a run may take before it is ended and its owner told."""
    owner: str | None = None
    """Role that answers for the scheduled runs; none means who is accountable for deployment."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in zoneinfo.available_timezones():
            raise ValueError(f"'{name}' is not a time zone of the IANA data base, such as Europe/Berlin")
        return name

    @model_validator(mode="after")
    def _one_rhythm(self) -> Schedule:
        if (self.cron is None) == (self.every is None):
            raise ValueError("a schedule has either `cron` or `every`")
        if self.day is not None and not self._fits(self.day):
            raise ValueError(f"day: '{self.day}' does not fit every: {self.every or '(cron)'}")
        if self.cron is not None and len(self.cron.split()) != 5:
            raise ValueError(f"cron has five fields, '{self.cron}' has {len(self.cron.split())}")
        try:
            CronSim(self.expression, dt.datetime(2026, 1, 1))
        except CronSimError as error:
            raise ValueError(f"'{self.expression}' is not a cron expression: {error}") from error
        return self

    def _fits(self, day: str) -> bool:
        if self.every == "week":
            return day in WEEKDAYS
        return self.every in ("month", "quarter") and (day == "last" or (day.isdigit() and 1 <= int(day) <= 28))

    @property
    def expression(self) -> str:
        """The rhythm as five cron fields, with `L` for the last day of a month, whichever way it was said."""
        if self.cron is not None:
            return self.cron
        hour, minute = (int(part) for part in self.at.split(":"))
        day = "L" if self.day == "last" else self.day or "1"
        weekday = WEEKDAYS.index(self.day) + 1 if self.day in WEEKDAYS else 1
        return {
            "hour": f"{minute} * * * *",
            "day": f"{minute} {hour} * * *",
            "weekday": f"{minute} {hour} * * 1-5",
            "week": f"{minute} {hour} * * {weekday}",
            "month": f"{minute} {hour} {day} * *",
            "quarter": f"{minute} {hour} {day} {'3,6,9,12' if day == 'L' else '1,4,7,10'} *",
        }[self.every or ""]
