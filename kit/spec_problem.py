"""The problem of `kit.yml`: what is predicted, when, and from what."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from kit.spec_parts import Part


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
