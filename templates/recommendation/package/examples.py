"""Lists as a person reads them: names instead of codes, what was taken later marked. For a few users only."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .interactions import ITEM, USER

TAKEN = "✓"


def names_of(items: DataFrame, codes: set[str]) -> dict[str, str]:
    """Return the names of a few items; `items` has `item` and `name`."""
    found = items.where(F.col(ITEM).isin(sorted(codes))).select(ITEM, "name").toPandas()
    return dict(zip(found[ITEM], found["name"].fillna(found[ITEM]), strict=True))


def judged_examples(
    lists: DataFrame, histories: DataFrame, items: DataFrame, model: str, count: int = 5, most: int = 5
) -> pd.DataFrame:
    """Return for a few users, drawn by a hash and not by success: `user`, `had last`, `recommended`, `took then`.

    A recommended item that was taken has TAKEN before its name.
    """
    few = lists.where(F.col("model") == model).orderBy(F.xxhash64(USER, F.lit(count))).limit(count)
    codes = F.transform(F.slice("list", 1, 2 * most), lambda one: one[ITEM])
    rows = few.select(USER, "wanted", codes.alias("codes")).join(histories.select(USER, "had"), USER).toPandas()
    every = {one for name in ("wanted", "codes", "had") for codes in rows[name] for one in list(codes)[: 4 * most]}
    names = names_of(items, every)
    table = [
        {
            "user": row.user,
            "had last": _said(list(row.had)[:most], names),
            "recommended": _said(list(row.codes), names, set(row.wanted)),
            "took then": f"{len(row.wanted)} new: {_said(sorted(set(row.wanted) & every)[:most], names)}",
        }
        for row in rows.itertuples()
    ]
    return pd.DataFrame(table)


def served_examples(stored: DataFrame, items: DataFrame, users: int = 3) -> pd.DataFrame:
    """Return the stored lists of a few users by the names of the items: a column for each user, a row for each rank."""
    few = stored.select(USER).distinct().orderBy(F.xxhash64(USER)).limit(users)
    rows = stored.join(few, USER).select(USER, "rank", ITEM).toPandas()
    names = names_of(items, set(rows[ITEM]))
    named = rows.assign(name=[names.get(one, one) for one in rows[ITEM]])
    return named.pivot_table(index="rank", columns=USER, values="name", aggfunc="first").fillna("")


def most_recommended(stored: DataFrame, items: DataFrame, count: int = 15) -> pd.DataFrame:
    """Return the items that are on most of the stored lists: `name`, `lists`, `share` of the lists."""
    users = stored.select(USER).distinct().count()
    top = (
        stored.groupBy(ITEM)
        .agg(F.count(F.lit(1)).alias("lists"))
        .orderBy(F.desc("lists"), ITEM)
        .limit(count)
        .toPandas()
    )
    names = names_of(items, set(top[ITEM]))
    return top.assign(name=[names.get(one, one) for one in top[ITEM]], share=top["lists"] / max(users, 1))


def _said(codes: list[str], names: dict[str, str], taken: set[str] | None = None) -> str:
    return "; ".join(f"{f'{TAKEN} ' if taken and one in taken else ''}{names.get(one, one)}" for one in codes)
