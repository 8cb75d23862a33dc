"""Whether a model has to be trained at all: only when there is none, when its inputs changed, or when monitoring
asks.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .registry import Version

CONTRACT = "contract"
"""Tag of a run and of a version that holds the hash of what the model was made from."""


def contract_of(
    cases: DataFrame,
    columns: Sequence[str],
    problem: Mapping[str, Any],
    days: Sequence[Any],
    method: Sequence[ModuleType],
) -> str:
    """Return a hash of what a model was made from, rows aside: columns with types, target, learning window and method.

    `days` are the first and last day of the window, `method` the modules whose code decides how the model is made.
    """
    types = dict(cases.dtypes)
    parts = [
        [[name, types[name]] for name in sorted(columns)],
        [problem["target"], str(problem["positive"]), problem["event_time"], *problem.get("classes", [])],
        [str(day) for day in days],
        [inspect.getsource(module) for module in method],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def must_train(
    wish: str, champion: Version | None, contract: str, feedback: Mapping[str, Any] | None
) -> tuple[bool, str]:
    """Return whether to train, and why. `wish` is `auto`, `always` or `never`; `feedback` the latest row of
    monitoring.feedback.

    A request of monitoring counts for the version that it was made about, so a newer champion is not trained again for
    it.
    """
    if champion is None:
        return True, "There is no champion yet."
    if wish == "always":
        return True, "The parameter retrain says always."
    if wish == "never":
        return False, f"The parameter retrain says never; version {champion.number} stays."
    if champion.tags.get(CONTRACT) != contract:
        return True, f"Columns, learning window or method have changed since version {champion.number} was trained."
    if feedback and feedback["decision"] == "retrain" and feedback["model_version"] == champion.number:
        return True, f"Monitoring asked for it on {feedback['run_date']}: {feedback['reason']}"
    return (
        False,
        f"Version {champion.number} was made from the same columns, window and method, and monitoring did not ask.",
    )


def latest(rows: DataFrame, as_of: dt.date | None) -> dict[str, Any] | None:
    """Return the row with the newest `run_date` up to a day (None: of all), None where there is none."""
    seen = rows if as_of is None else rows.where(F.col("run_date") <= F.lit(as_of))
    row = seen.orderBy(F.desc("run_date")).first()
    return row.asDict() if row else None
