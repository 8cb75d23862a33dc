"""Rows on their way from source to gold: days to load, one row per key, counts that must add up, a data dictionary.

`data_engineering` calls it; reading and writing stay in the notebook.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from kit.runtime.columns import value_sql
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

EPOCH, END = dt.date(1, 1, 1), dt.date(9999, 12, 31)
NO_DAY = dt.date(1, 1, 1)
"""`event_date` of a row without a readable time; such rows are loaded each time, whatever the days."""
NO_DAY_SQL = f"DATE'{NO_DAY}'"
NOT_DESCRIBED = "not described yet"
_KINDS = ("negative", "positive", "outcome known", "no class of kit.yml", "outcome unknown")


def days_to_load(
    loaded: tuple[dt.date, dt.date] | None, start: dt.date | None, end: dt.date | None, lookback: int
) -> tuple[dt.date, dt.date]:
    """Return the first and the last day to load, both included.

    `loaded` are the first and last day that bronze holds (None where there is none), `start` and `end` the wanted days
    (None means unbounded). Days that are there are left alone but for the last `lookback`, whose rows may have been
    corrected. All days are loaded where the wanted first day is not there yet.
    """
    first, last = start or EPOCH, end or END
    if loaded is None or loaded[0] > first or last < loaded[0]:
        return first, last
    return max(first, min(loaded[1], last) - dt.timedelta(days=lookback - 1)), last


def days_said(days: tuple[dt.date, dt.date]) -> str:
    """Return the days of `days_to_load` in words."""
    return "all days" if days == (EPOCH, END) else f"days {days[0]} to {days[1]}"


def ingested(df: DataFrame, source: str, fingerprint: str | None, run_id: str, run_date: dt.date | None) -> DataFrame:
    """Add where a row comes from: `_source`, `_fingerprint` (of the source's state), `_run_id`, `_run_date`."""
    said = {"_source": source, "_fingerprint": fingerprint, "_run_id": run_id}
    return df.withColumns(
        {name: F.lit(value).cast("string") for name, value in said.items()}
        | {"_run_date": F.lit(run_date).cast("date")}
    )


def day_condition(first: dt.date | None, last: dt.date | None, column: str = "event_date") -> str:
    """Return the SQL condition that a row lies in the days from `first` to `last`, both included; None is unbounded.

    A row without a day meets it, so that it is not lost unnoticed.
    """
    inside = f"`{column}` >= DATE'{first or EPOCH}' AND `{column}` <= DATE'{last or END}'"
    return f"({inside}) OR `{column}` = {NO_DAY_SQL}"


def day_range(df: DataFrame) -> tuple[dt.date, dt.date] | None:
    """Return the first and last `event_date` of a table, None where no row has one."""
    days = df.where(F.col("event_date") != F.expr(NO_DAY_SQL))
    row = days.agg(F.min("event_date").alias("first"), F.max("event_date").alias("last")).first()
    return (row["first"], row["last"]) if row and row["first"] is not None else None


def with_event_date(
    df: DataFrame, event_time: str | None, columns: Mapping[str, Mapping[str, Any]] | None = None
) -> DataFrame:
    """Add `event_date`, the day of the column `event_time`, which may be a text; NO_DAY where there is none."""
    if event_time is None:
        return df.withColumn("event_date", F.expr(NO_DAY_SQL))
    declared = (columns or {}).get(event_time)
    moment = value_sql(event_time, declared) if declared else f"try_cast(`{event_time}` as timestamp)"
    return df.withColumn("event_date", F.coalesce(F.expr(f"to_date({moment})"), F.expr(NO_DAY_SQL)))


def time_expectations(event_time: str | None) -> list[dict[str, str]]:
    """Return the expectation that a case has a time, for a problem with time: without one it belongs to no day."""
    if event_time is None:
        return []
    said = "Without a time it cannot be told whether a case belongs to what is learnt from."
    return [
        {"name": "time_known", "condition": f"`{event_time}` is not null", "action": "quarantine", "description": said}
    ]


def without_duplicates(df: DataFrame, key: Sequence[str], repeated: int) -> DataFrame:
    """Return one row per key, the same one at every run: the last loaded, then the one with the largest hash.

    `repeated` is the number of rows to drop, from `count_rows`; where it is 0 nothing needs to be sorted.
    """
    if not repeated:
        return df
    plain = [F.col(f"`{name}`") for name, kind in df.dtypes if not kind.startswith("map") and not name.startswith("_")]
    loaded = [F.desc(name) for name in ("_run_date",) if name in df.columns]
    ranked = Window.partitionBy(*[F.col(f"`{name}`") for name in key]).orderBy(*loaded, F.desc(F.xxhash64(*plain)))
    return df.withColumn("_rank", F.row_number().over(ranked)).where("_rank = 1").drop("_rank")


def count_rows(df: DataFrame, key: Sequence[str]) -> tuple[int, int]:
    """Return the rows and how many of them repeat a key, counted apart from whatever the pipeline does with them."""
    keys = df.groupBy(*[F.col(f"`{name}`") for name in key]).agg(F.count(F.lit(1)).alias("rows"))
    row = keys.agg(F.coalesce(F.sum("rows"), F.lit(0)).alias("rows"), F.count(F.lit(1)).alias("keys")).first()
    assert row is not None
    return row["rows"], row["rows"] - row["keys"]


def by_day(df: DataFrame, problem: Mapping[str, Any]) -> pd.DataFrame:
    """Return counts by day of the event time, in order and in one pass; one row without a day where there is no time.

    Columns: `event_date`, `rows`, a count of rows for each kind of outcome, and `gaps <column>` for each column.
    """
    kinds = _outcomes(problem)
    kinds |= {f"gaps {name}": F.col(f"`{name}`").isNull() for name in df.columns}
    time = F.col(f"`{problem['event_time']}`") if problem["event_time"] else F.lit(None)
    days = df.groupBy(F.to_date(time.cast("timestamp")).alias("event_date"))
    counts = [F.count(F.lit(1)).alias("rows"), *[F.count_if(kind).alias(name) for name, kind in kinds.items()]]
    return days.agg(*counts).toPandas().sort_values("event_date", ignore_index=True)


def rows_by_kind(days: pd.DataFrame) -> pd.DataFrame:
    """Return `event_date` and the rows of each kind of outcome, of `by_day`; all rows where there is no outcome."""
    kinds = [name for name in _KINDS if name in days]
    return days[["event_date", *(kinds or ["rows"])]]


def gaps_by_month(days: pd.DataFrame) -> pd.DataFrame:
    """Return the share of empty values of each column by month (the index, its first day), of `by_day`."""
    gaps = [name for name in days.columns if name.startswith("gaps ")]
    month = pd.to_datetime(days["event_date"]).dt.to_period("M").dt.to_timestamp().rename("month")
    sums = days.groupby(month, dropna=False)[["rows", *gaps]].sum()
    shares = sums[gaps].div(sums["rows"], axis=0)
    return shares.rename(columns=lambda name: name.removeprefix("gaps "))


def silent_days(days: pd.DataFrame) -> list[dt.date]:
    """Return the days between the first and the last of `by_day` on which there is no row at all."""
    known = pd.to_datetime(days["event_date"]).dropna()
    wanted = pd.date_range(known.min(), known.max()) if len(known) else []
    return sorted({day.date() for day in wanted} - set(known.dt.date))


def recommendation(breaches: Sequence[str], dictionary: pd.DataFrame, days: pd.DataFrame) -> tuple[str, str]:
    """Return the outcome at the gate and why: abandon without rows, collect more if a key or feature is broken."""
    if days.empty:
        return "abandon", "gold.features has no rows"
    empty = list(dictionary.loc[(dictionary["gaps"] == 1) & (dictionary["role"] == "feature"), "column"])
    if breaches or empty:
        return "collect more", "; ".join([*breaches, *[f"feature {name} is empty" for name in empty]])
    when = (
        f" on {len(days)} days, {len(silent_days(days))} days without rows" if days["event_date"].notna().any() else ""
    )
    return "proceed", f"{days['rows'].sum():,} rows{when}, keys unique, no feature empty"


def open_points(checked: Mapping[str, Any], dictionary: pd.DataFrame, most: float = 0.05) -> list[str]:
    """Return what the next stage should know: expectations not met, gaps over `most` in features, undescribed
    columns.
    """
    broken = [
        f"{table}: {one.name} is not met by {one.failed:,} of {one.total:,} rows ({one.action}). {one.description}"
        for table, found in checked.items()
        for one in found.results
        if one.failed
    ]
    gappy = dictionary[(dictionary["gaps"] > most) & (dictionary["role"] == "feature")]
    gaps = [f"feature {row.column} is empty in {row.gaps:.1%} of rows" for row in gappy.itertuples()]
    unsaid = list(dictionary.loc[dictionary["meaning"].str.startswith(NOT_DESCRIBED), "column"])
    return [*broken, *gaps, *([f"not described in the dictionary: {', '.join(unsaid)}"] if unsaid else [])]


def dictionary(columns: pd.DataFrame, meanings: Mapping[str, str], roles: Mapping[str, str]) -> pd.DataFrame:
    """Return the data dictionary of a profiled table.

    Columns: `column`, `type`, `role`, `meaning` (NOT_DESCRIBED where `meanings` has none), `gaps` (share), `distinct`
    (estimate), `smallest`, `largest`.
    """
    names = columns["column"]
    return pd.DataFrame(
        {
            "column": names,
            "type": columns["type"],
            "role": [roles.get(name, "") for name in names],
            "meaning": [meanings.get(name, NOT_DESCRIBED) for name in names],
            "gaps": columns["nulls"] / columns["rows"].clip(lower=1),
            "distinct": columns["distinct"],
            "smallest": columns["smallest"],
            "largest": columns["largest"],
        }
    )


def declared_meanings(columns: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what kit.yml says of each column that it describes or that has another name in its source."""
    said = {}
    for name, one in columns.items():
        original = one.get("original")
        parts = [one.get("description") or NOT_DESCRIBED, f"in the source: {original}" if original else ""]
        said[name] = "; ".join(part for part in parts if part)
    return said


def column_roles(problem: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
    """Return the role of each column in the problem: key, event time, target, feature, leak, unused; or nothing.

    Where no features are declared, all that is left is one.
    """
    roles = dict.fromkeys(problem["unused"], "unused") | dict.fromkeys(problem["leaks"], "leak")
    roles |= dict.fromkeys(problem["key"], "key")
    features = [*problem["features"]["numeric"], *problem["features"]["categorical"]]
    roles |= dict.fromkeys(features, "feature")
    roles |= {problem["event_time"]: "event time", problem["target"]: "target"}
    rest = {} if features else dict.fromkeys(columns, "feature")
    return {name: role for name, role in (rest | roles).items() if name in columns}


def _outcomes(problem: Mapping[str, Any]) -> dict[str, Column]:
    """Return the conditions of the kinds of outcome that a row may have."""
    if problem["target"] is None:
        return {}
    target = F.col(f"`{problem['target']}`")
    if problem.get("classes"):
        is_class = target.cast("string").isin(list(problem["classes"]))
        return {"outcome known": is_class, "no class of kit.yml": ~is_class, "outcome unknown": target.isNull()}
    if problem["type"] not in ("classification", "anomaly_detection"):
        return {"outcome known": target.isNotNull(), "outcome unknown": target.isNull()}
    positive = target.cast("string") == str(problem["positive"])
    return {"negative": ~positive, "positive": positive, "outcome unknown": target.isNull()}
