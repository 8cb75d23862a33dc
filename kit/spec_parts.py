"""The parts of `kit.yml`, each typed, frozen, and refusing keys that it does not know."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from typing import Any, Literal

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from kit.runtime.parameters import TYPES, parse_value

EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
GateName = Literal["G1", "G2", "G3", "G4", "G5"]
StageName = Literal["definition", "data_engineering", "modeling", "deployment", "monitoring"]
TableName = r"^(definition|bronze|silver|gold|quarantine|modeling|serving|monitoring|source)\.(\*|[a-z][a-z0-9_]*)$"


class Part(BaseModel):
    """A part of `kit.yml`. A text below a field is its description in the JSON Schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(Part):
    """Someone who takes part, with the roles that they hold."""

    name: str = Field(min_length=1)
    """Name as it is shown in headers."""
    email: str = Field(pattern=EMAIL)
    """Address, and the identity of their commits and decisions (`git config user.email`)."""
    roles: list[str] = []
    """Roles that this person holds; several are fine."""
    git: str | None = Field(default=None, pattern=r"^@\S+$")
    """Git identity, as CODEOWNERS spells it: `@user`."""
    group: str | None = None
    """Databricks user or group."""
    chat: str | None = None
    """Handle in the team's chat."""
    kind: Literal["person", "service", "agent"] = "person"
    """A service or an agent may propose at a gate, never decide."""


class Team(Part):
    """Several people who hold roles together; each member can act for them."""

    name: str = Field(min_length=1)
    roles: list[str] = []
    """Roles that the team holds."""
    members: list[str] = []
    """E-mails of the people who belong to it."""
    email: str | None = Field(default=None, pattern=EMAIL)
    git: str | None = Field(default=None, pattern=r"^@\S+$")
    """Git team, as CODEOWNERS spells it: `@org/team`."""
    group: str | None = None
    """Databricks group."""
    chat: str | None = None
    """Channel in the team's chat."""


class GateSettings(Part):
    """What a project says of one of its gates."""

    decided_by: list[str] | None = None
    """Roles that decide, each of which has to sign; replaces the organisation's."""
    due: dt.date | None = None
    """The day by which it is to be decided."""

    @field_validator("decided_by")
    @classmethod
    def _somebody(cls, roles: list[str] | None) -> list[str] | None:
        if roles is not None and (not roles or len(set(roles)) < len(roles)):
            raise ValueError("has to name one or more different roles")
        return roles


class Risk(Part):
    """What may go wrong, and what is done about it."""

    risk: str
    answer: str


class Charter(Part):
    """Why the use case is worth doing, and what is decided with it."""

    objective: str = ""
    decision: str = ""
    """The decision that the output improves, and who takes it."""
    consumption: str = ""
    """Who uses the output, in which process."""
    out_of_scope: str = ""
    risks: list[Risk] = []


class Features(Part):
    """Columns of `gold.features` that the model may use; both lists empty means all but key, time, target and leaks."""

    numeric: list[str] = []
    categorical: list[str] = []


class Problem(Part):
    """What is predicted, when, and from what."""

    type: Literal["classification", "regression", "forecasting", "anomaly_detection", "segmentation", "recommendation"]
    target: str | None = None
    """Column of `gold.features` to predict; some types of problem have none."""
    positive: str = "1"
    """The value of the target that counts as positive, as text."""
    classes: list[str] = []
    """The values of the target that are told apart, as text, the most frequent first; where there are more than two."""
    key: list[str] = []
    """Columns of `gold.features` that identify a row."""
    event_time: str | None = None
    """Column of `gold.features` with the moment at which the prediction is needed; none where there is no time."""
    series: list[str] = []
    """Columns that tell series apart; empty means that there is one. Forecasting only, as are the next three."""
    step: str | None = Field(default=None, pattern=r"^(\d+ )?(minute|hour|day|week|month|quarter|year)s?$")
    """How far apart the values of a series are: `30 minutes`, `hour`, `day`, `month`."""
    seasons: list[int] = []
    """After how many steps the course repeats itself; empty means as is usual for the step, `[1]` never."""
    horizon: int | None = Field(default=None, ge=1)
    """How many steps ahead are forecast; none means the shortest season."""
    user: str | None = None
    """Column that says who: the customer, reader, user. Recommendation only, as is the next."""
    item: str | None = None
    """Column that says what: the product, film, article."""
    features: Features = Features()
    leaks: dict[str, str] = {}
    """Columns that are not known when the prediction is needed, each with the reason; the leak guard refuses them."""
    unused: dict[str, str] = {}
    """Columns that the model does not get, each with the reason."""

    @field_validator("classes")
    @classmethod
    def _told_apart(cls, classes: list[str]) -> list[str]:
        if len(classes) == 1 or len(set(classes)) < len(classes):
            raise ValueError(f"has to have two or more different classes; has {', '.join(classes)}")
        return classes

    @model_validator(mode="after")
    def _no_declared_leak(self) -> Problem:
        used = {*self.features.numeric, *self.features.categorical}
        leaking = sorted(used & {*self.leaks, self.target})
        if leaking:
            raise ValueError(f"features {', '.join(leaking)} are not known in time (target or declared under leaks)")
        idle = sorted(used & {*self.unused})
        if idle:
            raise ValueError(f"features {', '.join(idle)} are declared under unused; keep them in one of the two")
        return self


class StageTables(Part):
    """Logical tables of a stage; replaces what `stages/stages.yml` says."""

    reads: list[str] | None = None
    writes: list[str] | None = None

    @field_validator("reads", "writes")
    @classmethod
    def _logical_names(cls, names: list[str] | None) -> list[str] | None:
        for name in names or []:
            if not re.match(TableName, name):
                raise ValueError(f"'{name}' is not a logical table name (layer.name, such as gold.features)")
        return names


class StageOwnership(Part):
    """Replaces, list by list, what `config/ownership.yml` says of a stage."""

    accountable: str | list[str] | None = None
    responsible: list[str] | None = None
    consulted: list[str] | None = None
    informed: list[str] | None = None


class Expectation(Part):
    """What a good row of a table meets."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    condition: str
    """A SQL condition that a good row meets; null counts as not met."""
    action: Literal["warn", "quarantine", "fail"] = "warn"
    description: str = ""


class Kpi(Part):
    """How success is measured, against which target."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    description: str = ""
    unit: str = ""
    direction: Literal["up", "down"] = "up"
    target: float
    owner: str
    due: dt.date | None = None
    baseline_query: str | None = None
    """Query on sources that gives today's value as column `value`."""
    query: str
    """Query that gives the actual value as column `value`; `{layer.table}` stands for a logical table."""


class Parameter(Part):
    """What a run may set, by type."""

    type: Literal["string", "integer", "number", "boolean", "date", "choice", "list"]
    default: Any = None
    description: str = ""
    choices: list[str] = []
    stages: list[StageName] = []
    """Stages that take it; empty means all."""

    @model_validator(mode="after")
    def _default_fits(self) -> Parameter:
        if self.type == "choice" and not self.choices:
            raise ValueError("a choice needs `choices`")
        parse_value("default", self.model_dump(), self.default)
        return self


class Environment(Part):
    """Where a project runs."""

    spark: Literal["connect", "classic"] | None = None
    master: str | None = None
    warehouse: str | None = None
    mlflow: str | None = None
    catalog: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    gates: Literal["record", "warn", "stop"] | None = None
    """What a gate without a valid decision does to a run: noted, said, or the run waits."""
    settings: dict[str, str] = {}
    """Spark settings on top of `config/spark.yml`."""


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


class Target(Part):
    """Where a target of the bundle puts its tables."""

    catalog: str | None = None
    """Catalog of the tables; none means the target's name."""
    schema_: str | None = Field(default=None, alias="schema")
    """Schema of the tables; none means the project's package, in dev one for each developer."""
    host: str | None = Field(default=None, pattern=r"^https://[^/\s]+$")
    """Address of the workspace; none means that of the profile which deploys."""


class Databricks(Part):
    """How the project runs as a job on Databricks."""

    compute: Literal["serverless", "job_cluster"] = "serverless"
    runtime: str = Field(default="17.3.x-cpu-ml-scala2.13", pattern=r"^\d+\.\d+\.x-[a-z0-9.-]+$")
    """Runtime of a job cluster."""
    node_type: str = "i3.xlarge"
    """Machine type of a job cluster, as the workspace's cloud names it."""
    workers: int = Field(default=1, ge=0)
    """Workers of a job cluster; none means that the driver does the work."""
    service_principal: str | None = None
    """Application id of the service principal that runs the job in prod; none means the variable of that name."""
    targets: dict[Literal["dev", "staging", "prod"], Target] = {}


class Maturity(Part):
    """How far a team's foundations are: 1 starting, 2 established, 3 leading."""

    data_foundation: int = Field(default=2, ge=1, le=3)
    platform: int = Field(default=2, ge=1, le=3)
    mlops: int = Field(default=2, ge=1, le=3)


assert set(Parameter.model_fields["type"].annotation.__args__) == set(TYPES)  # type: ignore[union-attr]
