"""How good lists are: hit rate, precision, recall, NDCG, novelty, coverage, each with an interval over users.

What is collected is bounded by blocks of users, places of a list and groups of items, never by rows, users or items.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from .cuts import BLOCKS
from .interactions import ITEM, USER

LENGTHS = (1, 3, 5, 10, 20)
"""Lengths of a list that are measured."""
K = 10
"""The length that counts."""
MEASURES = ("hit_rate", "precision", "recall", "ndcg", "novelty", "coverage", "users")
"""Share of users with a hit among K; hits over K; hits over all that the user then took; the same with more weight for
the first places (Jarvelin and Kekalainen 2002); mean of -log2 of the share of users who have an item (Zhou et al.
2010); share of items that are in some list; users."""
_PER_USER = ("hit_rate", "precision", "recall", "ndcg", "novelty")
DECILES = 10


def item_groups(pairs: DataFrame) -> DataFrame:
    """Return `item`, `rarity` (-log2 of its share of users) and `decile`: 1 for the tenth of items that most have."""
    users = pairs.select(USER).distinct().agg(F.count(F.lit(1)).cast("double").alias("all"))
    counts = pairs.groupBy(ITEM).agg(F.count_distinct(USER).alias("users")).crossJoin(F.broadcast(users))
    decile = F.ntile(DECILES).over(Window.orderBy(F.desc("users"), ITEM))
    return counts.select(ITEM, (-F.log2(F.col("users") / F.col("all"))).alias("rarity"), decile.alias("decile"))


def judged(lists: Mapping[str, DataFrame]) -> DataFrame:
    """Return the lists of all models below each other with `model`; those of a model are of `recommenders.recommend`
    for `cuts.cases`.
    """
    kept = [USER, "wanted", "history", "block", "list", "own"]
    parts = [rows.select(F.lit(name).alias("model"), *kept) for name, rows in lists.items()]
    found = parts[0]
    for one in parts[1:]:
        found = found.unionByName(one)
    return found


def sums(rows: DataFrame, groups: DataFrame) -> pd.DataFrame:
    """Return by `model`, `block` and `history` the number of `users` and, for each length, the sums of the measures
    per user, such as `ndcg@10`; in one pass.
    """
    long = rows.withColumn("count", F.size("wanted"))
    long = long.select(
        "model", USER, "block", "history", "count", "wanted", F.posexplode_outer("list").alias("place", "one")
    )
    long = long.withColumn(ITEM, F.col(f"one.{ITEM}")).join(F.broadcast(groups.select(ITEM, "rarity")), ITEM, "left")
    hit = F.coalesce(F.expr(f"array_contains(wanted, {ITEM})"), F.expr("false")).cast("double")
    long = long.select("model", USER, "block", "history", "count", "place", "rarity", hit.alias("hit"))
    keys, totals = ["model", USER, "block", "history", "count"], _totals()
    each = long.groupBy(*keys).agg(*[one.alias(name) for name, one in totals.items()])
    cells = {f"{name}@{k}": F.sum(cell) for k in LENGTHS for name, cell in _of_user(k).items()}
    cells |= {"users": F.count(F.lit(1))}
    return each.groupBy("model", "block", "history").agg(*[one.alias(name) for name, one in cells.items()]).toPandas()


def catalogue(rows: DataFrame, groups: DataFrame) -> pd.DataFrame:
    """Return by `model`, `within` (of LENGTHS: the shortest list an item is in), `alone` (the block of users all of
    whose lists of K hold it, -1 where others have it too) and `decile` (0 for an unknown item): `items`, `places`
    (times that it is among K), in one pass.
    """
    long = rows.select("model", "block", F.posexplode("list").alias("place", "one"))
    long = long.select("model", "block", F.col(f"one.{ITEM}").alias(ITEM), (F.col("place") + 1).alias("place"))
    near = F.when(F.col("place") <= K, F.col("block"))
    of_item = long.groupBy("model", ITEM).agg(
        F.min("place").alias("best"), F.min(near).alias("low"), F.max(near).alias("high"), F.count(near).alias("places")
    )
    within = F.expr(f"element_at(filter(array({', '.join(map(str, LENGTHS))}), x -> x >= best), 1)")
    alone = F.coalesce(F.when(F.col("low") == F.col("high"), F.col("low")), F.lit(-1))
    found = of_item.join(groups, ITEM, "left").withColumns({"within": within, "alone": alone})
    keys = ["model", "within", "alone", F.coalesce("decile", F.lit(0)).alias("decile")]
    counted = found.groupBy(*keys).agg(F.count(F.lit(1)).alias("items"), F.sum("places").alias("places"))
    return counted.toPandas()


def comparison(found: pd.DataFrame, lists: pd.DataFrame, items: int, models: Sequence[str]) -> pd.DataFrame:
    """Return the MEASURES of the models in their order, each with the ends of its 95 % interval (`ndcg_low`), and
    `lead`, `lead_low`: by how much the hit rate is above that of the last model, over the same users.

    Blocks of users are drawn with replacement. The interval of coverage is a jackknife over the blocks, since a draw
    with repetitions covers less by itself.
    """
    rows, draws = {}, _draws()
    last = _drawn(found, models[-1], draws)[f"hit_rate@{K}"]
    for model in models:
        part = found[found["model"] == model]
        row, drawn = {"users": int(part["users"].sum())}, _drawn(found, model, draws)
        for name in _PER_USER:
            row |= _with_ends(name, part[f"{name}@{K}"].sum() / row["users"], drawn[f"{name}@{K}"])
        row |= _coverage(lists[lists["model"] == model], items)
        ahead = drawn[f"hit_rate@{K}"] - last
        row |= {"lead": row["hit_rate"] - _rate(found, models[-1]), "lead_low": float(np.quantile(ahead, 0.025))}
        rows[model] = row
    table = pd.DataFrame.from_dict(rows, orient="index")
    ends = [f"{name}_{end}" for name in MEASURES[:-1] for end in ("low", "high")]
    return table[[*MEASURES, "lead", "lead_low", *ends]].astype({"users": int})


def by_length(found: pd.DataFrame, lists: pd.DataFrame, items: int) -> pd.DataFrame:
    """Return by `model` and length `k` the measures, and the ends of the interval of those per user."""
    rows, draws = [], _draws()
    for model, part in found.groupby("model"):
        users, seen = part["users"].sum(), lists[lists["model"] == model]
        drawn = _drawn(found, str(model), draws)
        for k in LENGTHS:
            row = {"model": model, "k": k, "coverage": seen.loc[seen["within"] <= k, "items"].sum() / max(items, 1)}
            for name in _PER_USER:
                row |= _with_ends(name, part[f"{name}@{k}"].sum() / users, drawn[f"{name}@{k}"])
            rows.append(row)
    return pd.DataFrame(rows)


def by_history(found: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """Return by `model` and `value` (of `order`, how many items a user had): `users`, `hit_rate`, `ndcg`, `low`, `high`
    (the interval of the hit rate by Wilson 1927).
    """
    total = found.groupby(["model", "history"], as_index=False)[["users", f"hit_rate@{K}", f"ndcg@{K}"]].sum()
    users, rate = total["users"], total[f"hit_rate@{K}"] / total["users"]
    middle = (rate + 1.92 / users) / (1 + 3.84 / users)
    half = 1.96 / (1 + 3.84 / users) * np.sqrt(rate * (1 - rate) / users + 0.96 / users**2)
    table = total.rename(columns={"history": "value"})[["model", "value", "users"]]
    table = table.assign(hit_rate=rate, ndcg=total[f"ndcg@{K}"] / users, low=middle - half, high=middle + half)
    places = {name: place for place, name in enumerate(order)}
    return table.sort_values(["value", "model"], key=lambda one: one.map(places).fillna(0), ignore_index=True)


def by_decile(lists: pd.DataFrame) -> pd.DataFrame:
    """Return by `model` and `decile` of items by their users (1 the most popular) the `share` of recommended places."""
    total = lists.groupby(["model", "decile"], as_index=False)["places"].sum()
    return total.assign(share=total["places"] / total.groupby("model")["places"].transform("sum"))


def shown(measured: pd.DataFrame) -> pd.DataFrame:
    """Return `comparison` as texts for a reader: each measure with its interval."""
    table = {"users": measured["users"].map("{:,}".format)}
    for name in MEASURES[:-1]:
        cells = zip(measured[name], measured[f"{name}_low"], measured[f"{name}_high"], strict=True)
        table[name] = [f"{value:.3f} ({low:.3f} to {high:.3f})" for value, low, high in cells]
    lead = zip(measured["lead"], measured["lead_low"], strict=True)
    return pd.DataFrame(
        {**table, "lead": [f"{value:+.3f}, at least {low:+.3f}" for value, low in lead]}, measured.index
    )


def verdict(measured: pd.DataFrame, is_trained: bool = True) -> tuple[str, str]:
    """Return the recommendation at the gate and why; `measured` of `comparison`: first the chosen model, last what is
    popular.

    Rework where what is popular is as good or the lead may be chance; then that is what is served.
    """
    model, rule = measured.iloc[0], measured.iloc[-1]
    both = f"{_said(model)} of {measured.index[0]} against {_said(rule)} of what is popular"
    both += f", on {model['users']:,.0f} users"
    then = (
        "What is popular is registered and served." if is_trained else "The champion stays; train again to replace it."
    )
    if model["lead"] <= 0:
        return "rework", f"The simple rule wins: a hit rate of {both}. {then}"
    if model["lead_low"] <= 0:
        said = f"The lead may be chance: a hit rate of {both}, a lead of at least {model['lead_low']:+.3f}"
        return "rework", f"{said}. {then}"
    return "accept", f"A hit rate of {both}: ahead by {model['lead']:.3f}, at least {model['lead_low']:.3f}."


def table(measured: pd.DataFrame, history: pd.DataFrame, **same: object) -> pd.DataFrame:
    """Return the rows of `modeling.evaluation`: `model`, `slice`, `value`, measures, and the columns `same`."""
    whole = measured[list(MEASURES)].rename_axis("model").reset_index().assign(slice="all", value="all")
    parts = history[["model", "value", "users", "hit_rate", "ndcg"]].assign(slice="history")
    found = pd.concat([whole, parts], ignore_index=True)[["model", "slice", "value", *MEASURES]]
    return found.astype(dict.fromkeys(MEASURES, float)).assign(**same)


def _totals() -> dict[str, Column]:
    """Return what is summed over the first k places of one user's list: hits, gain, rarity, places."""
    gain = F.col("hit") / F.log2(F.col("place") + 2)
    found = {}
    for k in LENGTHS:
        near = F.col("place") < k
        cells = {"hits": F.col("hit"), "gain": gain, "rare": F.coalesce("rarity", F.lit(0.0)), "places": F.lit(1.0)}
        found |= {f"{name}{k}": F.coalesce(F.sum(F.when(near, one)), F.lit(0.0)) for name, one in cells.items()}
    return found


def _of_user(k: int) -> dict[str, Column]:
    """Return the measures of one user's list of length k from `_totals` and `count`, the items that they took."""
    best = [sum(1 / math.log2(place + 2) for place in range(length)) for length in range(1, k + 1)]
    ideal = F.element_at(F.array(*[F.lit(one) for one in best]), F.least(F.col("count"), F.lit(k)))
    hits = F.col(f"hits{k}")
    return {
        "hit_rate": F.least(hits, F.lit(1.0)),
        "precision": hits / k,
        "recall": hits / F.col("count"),
        "ndcg": F.col(f"gain{k}") / ideal,
        "novelty": F.col(f"rare{k}") / F.greatest(F.col(f"places{k}"), F.lit(1.0)),
    }


def _draws(count: int = 1000, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(BLOCKS, np.full(BLOCKS, 1 / BLOCKS), size=count).astype(float)


def _drawn(found: pd.DataFrame, model: str, draws: np.ndarray) -> dict[str, np.ndarray]:
    """Return each measure at each length, such as `ndcg@10`, in each draw of blocks."""
    part = found[found["model"] == model].drop(columns=["model", "history"]).groupby("block").sum()
    part = part.reindex(range(BLOCKS)).fillna(0.0)
    users = np.maximum(draws @ part["users"].to_numpy(float), 1.0)
    total = draws @ part.drop(columns="users").to_numpy(float)
    return {name: total[:, place] / users for place, name in enumerate(part.columns.drop("users"))}


def _with_ends(name: str, value: float, drawn: np.ndarray) -> dict[str, float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {name: float(value), f"{name}_low": float(low), f"{name}_high": float(high)}


def _coverage(lists: pd.DataFrame, items: int) -> dict[str, float]:
    near = lists[lists["within"] <= K]
    alone = near[near["alone"] >= 0].groupby("alone")["items"].sum().reindex(range(BLOCKS)).fillna(0.0).to_numpy(float)
    error = math.sqrt((BLOCKS - 1) / BLOCKS * float(((alone - alone.mean()) ** 2).sum())) / max(items, 1)
    share = float(near["items"].sum()) / max(items, 1)
    ends = {"coverage_low": max(0.0, share - 1.96 * error), "coverage_high": min(1.0, share + 1.96 * error)}
    return {"coverage": share, **ends}


def _rate(found: pd.DataFrame, model: str) -> float:
    part = found[found["model"] == model]
    return float(part[f"hit_rate@{K}"].sum() / part["users"].sum())


def _said(row: pd.Series) -> str:
    return f"{row['hit_rate']:.3f} ({row['hit_rate_low']:.3f} to {row['hit_rate_high']:.3f})"
