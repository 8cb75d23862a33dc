"""From transactions to one row per entity and snapshot: how recent, how frequent, how much (Bult and Wansbeek 1995).

A snapshot is a day: what is known of an entity ends with the day before it, and what is to be foreseen begins on it.
`definition` and `data_engineering` call it. Tables of entities, without transactions, pass through `entities`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.runtime.errors import KitError
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

RECENCY, FREQUENCY, AMOUNT, TENURE = "recency_days", "frequency", "amount", "tenure_days"
RECENT_AMOUNT = "recent_amount"
NEXT_FREQUENCY, NEXT_AMOUNT = "next_frequency", "next_amount"
SNAPSHOT, PART = "snapshot", "part"
LEARN, JUDGE, SERVE, EARLIER = "learn", "judge", "serve", "earlier"
"""What rows are for: to learn from, to judge by (a later snapshot, or other entities), to serve (the newest), older."""
MEANINGS = {
    SNAPSHOT: "day on which the entity is looked at; nothing of this day or later is known",
    PART: "what the row is for: learn, judge, serve, or earlier",
    RECENCY: "days since the last day with a transaction",
    FREQUENCY: "days with a transaction in the window",
    AMOUNT: "sum of the amounts in the window",
    TENURE: "days since the first transaction in the window",
    RECENT_AMOUNT: "sum of the amounts in the last days of the window, as many as lie between two snapshots",
    NEXT_FREQUENCY: "days with a transaction from the snapshot to the next one; empty while that is not over",
    NEXT_AMOUNT: "sum of the amounts from the snapshot to the next one; empty while that is not over",
}
_NUMERIC = ("tinyint", "smallint", "int", "bigint", "float", "double")


@dataclass(frozen=True)
class Plan:
    """The snapshots, oldest first, the days before one that count for it, and the days to the next one."""

    snapshots: tuple[dt.date, ...]
    window: int
    horizon: int

    def part(self, snapshot: dt.date) -> str:
        """Return what the rows of a snapshot are for."""
        return dict(zip(self.snapshots[-3:], (LEARN, JUDGE, SERVE), strict=True)).get(snapshot, EARLIER)


def plan(first: dt.date, last: dt.date, window: int, horizon: int) -> Plan:
    """Return the plan for a record from `first` to `last`: the newest snapshot is the day after it, the others lie back
    by `horizon` days each, as far as a whole window is there, at least three.

    A record that is too short for that gets a shorter window, then a shorter horizon. Raises KitError under 12 days.
    """
    length = (last - first).days + 1
    if length < 12:
        raise KitError(
            f"the record has {length} days, {first} to {last}; three snapshots need 12",
            "Leave event_time out of the problem in kit.yml, or wait for more.",
        )
    if length < 3 * horizon:
        horizon = length // 4
    window = max(horizon, min(window, length - 2 * horizon))
    back = max(2, (length - window) // horizon)
    newest = last + dt.timedelta(days=1)
    return Plan(tuple(newest - dt.timedelta(days=horizon * one) for one in range(back, -1, -1)), window, horizon)


def has_transactions(problem: Mapping[str, Any], rows: int, entities: int) -> bool:
    """Return whether rows are transactions: they have a time, and most entities have several."""
    return bool(problem["event_time"]) and rows > 1.2 * entities


def days_of(rows: DataFrame, problem: Mapping[str, Any]) -> DataFrame:
    """Return one row per entity and day of typed transactions: key, `day`, `amount` (null without target), `active`.

    A row without key or time is no transaction of anyone.
    """
    key = [F.col(f"`{name}`") for name in problem["key"]]
    amount = (
        F.coalesce(F.col(f"`{problem['target']}`").cast("double"), F.lit(0.0))
        if problem["target"]
        else F.lit(None).cast("double")
    )
    day = F.to_date(F.col(f"`{problem['event_time']}`").cast("timestamp"))
    known = " and ".join([*(f"`{name}` is not null" for name in problem["key"]), "day is not null"])
    rows = rows.select(*key, day.alias("day"), amount.alias(AMOUNT)).where(known)
    return rows.groupBy(*key, "day").agg(F.sum(AMOUNT).alias(AMOUNT), F.lit(1).alias("active"))


def features(days: DataFrame, key: Sequence[str], plan: Plan) -> DataFrame:
    """Return the columns of MEANINGS for each entity and snapshot with an active day in the window before it.

    `days` as `days_of` returns them; a day that is not `active` (only returns, say) counts for the amounts alone.
    """
    pairs = ", ".join(f"struct(DATE'{one}' as snapshot, '{plan.part(one)}' as part)" for one in plan.snapshots)
    near = days.select("*", F.expr(f"inline(array({pairs}))")).withColumn("ago", F.date_diff(SNAPSHOT, "day"))
    near = near.where(F.col("ago").between(1 - plan.horizon, plan.window))
    past, active = F.col("ago") > 0, F.col("active") > 0
    is_over = F.col(SNAPSHOT) < F.lit(plan.snapshots[-1])
    found = near.groupBy(*[F.col(f"`{name}`") for name in key], SNAPSHOT, PART).agg(
        F.min(F.when(past & active, F.col("ago"))).alias(RECENCY),
        F.count_if(past & active).alias(FREQUENCY),
        F.sum(F.when(past, F.col(AMOUNT)).otherwise(0.0)).alias(AMOUNT),
        F.max(F.when(past & active, F.col("ago"))).alias(TENURE),
        F.sum(F.when(F.col("ago").between(1, plan.horizon), F.col(AMOUNT)).otherwise(0.0)).alias(RECENT_AMOUNT),
        F.count_if(~past & active).alias(NEXT_FREQUENCY),
        F.sum(F.when(~past, F.col(AMOUNT)).otherwise(0.0)).alias(NEXT_AMOUNT),
        F.count(AMOUNT).alias("amounts"),
    )
    later = {
        NEXT_FREQUENCY: F.when(is_over, F.col(NEXT_FREQUENCY)),
        NEXT_AMOUNT: F.when(is_over & (F.col("amounts") > 0), F.col(NEXT_AMOUNT)),
    }
    return found.where(F.col(RECENCY).isNotNull()).withColumns(later).drop("amounts")


def entities(rows: DataFrame, problem: Mapping[str, Any], day: dt.date) -> DataFrame:
    """Return a table of entities as one snapshot of `day`; three quarters, by a hash of the key, are to learn from."""
    dealt = F.pmod(F.xxhash64(*[F.col(f"`{name}`") for name in problem["key"]]), F.lit(4))
    kept = rows.drop(*problem["unused"], *problem["leaks"])
    return kept.withColumns({SNAPSHOT: F.lit(day), PART: F.when(dealt < 3, F.lit(LEARN)).otherwise(F.lit(JUDGE))})


def columns_of(gold: DataFrame, problem: Mapping[str, Any], most: int = 30) -> list[str]:
    """Return the numeric columns that segments are made from: the declared ones; of transactions recency, frequency and
    amount (or, without amounts, tenure); of entities all numbers that are not key, target, time, leak or unused.

    Raises KitError where there are none, or more than `most`: distances say little among so many columns.
    """
    closed = {*problem["key"], problem["target"], problem["event_time"], *problem["unused"], *problem["leaks"]}
    numeric = [name for name, kind in gold.dtypes if kind.startswith(("decimal", *_NUMERIC)) and name not in closed]
    if problem["features"]["numeric"]:
        numeric = [name for name in problem["features"]["numeric"] if name in gold.columns]
    elif {RECENCY, FREQUENCY, NEXT_FREQUENCY} <= set(gold.columns):
        numeric = [RECENCY, FREQUENCY, AMOUNT if problem["target"] else TENURE]
    if not 0 < len(numeric) <= most:
        raise KitError(
            f"segments rest on 1 to {most} numeric columns, and there are {len(numeric)}",
            "Name them under problem.features.numeric in kit.yml.",
        )
    return numeric


def roles(gold: DataFrame, problem: Mapping[str, Any]) -> dict[str, str]:
    """Return the role of each column: key, feature (what segments rest on), to judge by, or nothing."""
    found = dict.fromkeys(problem["key"], "key") | dict.fromkeys(columns_of(gold, problem), "feature")
    found |= {SNAPSHOT: "snapshot", PART: "part", NEXT_FREQUENCY: "to judge by", NEXT_AMOUNT: "to judge by"}
    return {name: role for name, role in found.items() if name in gold.columns}
