"""Work on Spark that does not need each other's results, two at a time.

Training is many short jobs, between which the cores wait for the next order; a second training fills these waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pyspark import inheritable_thread_target
from pyspark.sql import DataFrame

AT_ONCE = 2
"""More gain nothing on a laptop, and each keeps its own state in memory."""

One = TypeVar("One")
Result = TypeVar("Result")


def side_by_side(work: Callable[[One], Result], on: Sequence[One], rows: DataFrame) -> list[Result]:
    """Return what `work` returns for each of `on`, in their order; the threads share the session of `rows`.

    The first error ends it.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(inheritable_thread_target(rows.sparkSession)(work), on))
