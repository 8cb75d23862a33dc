"""Expectations: named SQL conditions that good rows meet, each with what happens to a row that does not.

`warn` counts, `quarantine` sets the row aside, `fail` stops the stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from kit.runtime.errors import KitError

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

REASONS = "failed_expectations"
"""Column of a quarantined row: the names of the expectations that it does not meet."""


class ExpectationsFailed(KitError):
    """Raised when rows break an expectation whose action is `fail`; nothing has been written."""


@dataclass(frozen=True)
class Result:
    """How many of `total` rows do not meet one expectation."""

    name: str
    action: str
    description: str
    failed: int
    total: int


@dataclass(frozen=True)
class Checked:
    """Rows that pass on, rows set aside (with their reasons), and the count per expectation."""

    passed: DataFrame
    quarantined: DataFrame
    results: list[Result]

    @property
    def total(self) -> int:
        """Rows that were checked."""
        return self.results[0].total if self.results else self.passed.count()

    def _repr_html_(self) -> str:
        head = "<tr><th>expectation</th><th>action</th><th>not met</th><th>share</th><th>meaning</th></tr>"
        return f"<table>{head}{''.join(_row(one) for one in self.results)}</table>"


def check_rows(df: DataFrame, expectations: Sequence[Mapping[str, Any]], table: str) -> Checked:
    """Count in one pass the rows that break each expectation and split `df`; cache `df` first where it is costly.

    Raises ExpectationsFailed when an expectation with the action `fail` is not met by every row.
    """
    from pyspark.sql import functions as F

    broken = {one["name"]: ~F.coalesce(F.expr(one["condition"]), F.expr("false")) for one in expectations}
    total, *failed = df.agg(F.count(F.lit(1)), *[F.count_if(bad) for bad in broken.values()]).collect()[0]
    results = [
        Result(e["name"], e.get("action", "warn"), e.get("description") or e["condition"], count, total)
        for e, count in zip(expectations, failed, strict=True)
    ]
    _refuse_failures(results, table)
    reasons = _reasons({n: bad for n, bad in broken.items() if _action(expectations, n) == "quarantine"})
    flagged = df.withColumn(REASONS, reasons)
    return Checked(
        passed=flagged.where(F.size(REASONS) == 0).drop(REASONS),
        quarantined=flagged.where(F.size(REASONS) > 0),
        results=results,
    )


def _reasons(broken: Mapping[str, Column]) -> Column:
    from pyspark.sql import functions as F

    if not broken:
        return F.array().cast("array<string>")
    return F.filter(F.array(*[F.when(bad, F.lit(name)) for name, bad in broken.items()]), lambda name: name.isNotNull())


def _action(expectations: Sequence[Mapping[str, Any]], name: str) -> str:
    return next(str(one.get("action", "warn")) for one in expectations if one["name"] == name)


def _refuse_failures(results: Sequence[Result], table: str) -> None:
    failures = [one for one in results if one.action == "fail" and one.failed]
    if failures:
        said = "; ".join(f"{one.name}: {one.failed:,} of {one.total:,} rows ({one.description})" for one in failures)
        raise ExpectationsFailed(
            f"{table}: expectations not met: {said}",
            "Correct the source with its owner, or change the expectation's action in kit.yml.",
        )


def _row(one: Result) -> str:
    share = f"{one.failed / one.total:.2%}" if one.total else "-"
    cells = [one.name, one.action, f"{one.failed:,}", share, one.description]
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
