"""Ways to recommend: what is popular, what goes with what one had, what users with like tastes have.

Each is a `Recommender`: its kind, its settings and its tables. `modeling` fits them, `deployment` serves one.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.ml.recommendation import ALS, ALSModel
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from .cuts import MOST_ITEMS, numbered, until
from .interactions import DAY, ITEM, USER, WEIGHT

POPULARITY, SIMILAR, FACTORS = "popularity", "item-to-item", "matrix factors"
SAID = {
    POPULARITY: "what most users took in the last {days} days",
    SIMILAR: "items that users of one's own items have too, the {neighbours} nearest of each, shrunk by {shrink:g}",
    FACTORS: "{rank} factors of users and items (ALS, confidence {alpha:g}, regularization {reg:g})",
}
LONGEST = 20
"""Places of a list that are computed."""
POPULAR = 500
"""Popular items that are kept: so many a user may have had already, and still gets a full list."""
LIGHT = 200
"""A user with more items than this is asked for more candidates, since those they had are taken out."""
SEED = 7
_LIST = "array<struct<item: string, score: double>>"


@dataclass(frozen=True)
class Recommender:
    """A fitted way to recommend; its `tables` are by item, or by user: small against the interactions."""

    kind: str
    settings: Mapping[str, Any]
    tables: Mapping[str, DataFrame] = field(default_factory=dict)
    model: ALSModel | None = None

    @property
    def said(self) -> str:
        """What it does, in a few words."""
        return f"{self.kind}: {SAID[self.kind].format(**self.settings)}"

    def own_lists(self, users: DataFrame) -> DataFrame:
        """Return `user` and `list`, the best LONGEST items that the user has not had, for users that it knows."""
        return _by_factors(self, users) if self.kind == FACTORS else _by_neighbours(self, users)


def recommend(recommender: Recommender, users: DataFrame, popular: DataFrame) -> DataFrame:
    """Return for each of `cuts.histories` the `list` of LONGEST items with scores, and `own`: how many of them are the
    recommender's own; what it does not know to fill is filled with what is popular.
    """
    common = users.crossJoin(F.broadcast(popular.select(F.col("list").alias("popular"))))
    had = F.col("had")
    open_ = F.filter("popular", lambda one: ~F.array_contains(had, one[ITEM]))
    if recommender.kind == POPULARITY:
        filled = F.slice(open_, 1, LONGEST)
        return common.withColumns({"list": filled, "own": F.size(filled)}).drop("popular")
    joined = common.join(recommender.own_lists(users), USER, "left")
    mine = F.coalesce("list", F.expr(f"cast(array() as {_LIST})"))
    taken = F.transform(mine, lambda one: one[ITEM])
    rest = F.filter(open_, lambda one: ~F.array_contains(taken, one[ITEM]))
    rest = F.transform(rest, lambda one: F.struct(one[ITEM].alias(ITEM), F.lit(0.0).alias("score")))
    return joined.withColumns({"own": F.size(mine), "list": F.slice(F.concat(mine, rest), 1, LONGEST)}).drop("popular")


def fit(kind: str, rows: DataFrame, cut: dt.date, settings: Mapping[str, Any]) -> Recommender:
    """Return a recommender that has learnt from the events before the day `cut`."""
    learnt = until(rows, cut)
    fallback = {"popular": popular(rows, cut, settings["days"]).cache()} if "days" in settings else {}
    if kind == SIMILAR:
        said = {name: settings[name] for name in ("neighbours", "shrink", "least_users")}
        return Recommender(kind, settings, {"neighbours": neighbours(learnt, **said).cache(), **fallback})
    return _fit_factors(learnt, settings, fallback) if kind == FACTORS else Recommender(kind, settings, fallback)


def popular(rows: DataFrame, cut: dt.date, days: int) -> DataFrame:
    """Return one row: `list`, the POPULAR items that most users took in `days` days before `cut`, scored by users."""
    recent = until(rows, cut).where(F.col(DAY) >= F.lit(cut - dt.timedelta(days=days)))
    counts = recent.groupBy(ITEM).agg(F.count_distinct(USER).cast("double").alias("score"))
    best = counts.orderBy(F.desc("score"), ITEM).limit(POPULAR)
    ordered = F.array_sort(F.collect_list(F.struct((-F.col("score")).alias("less"), ITEM)))
    cells = F.transform(ordered, lambda one: F.struct(one[ITEM].alias(ITEM), (-one["less"]).alias("score")))
    return best.agg(cells.alias("list"))


def neighbours(rows: DataFrame, *, neighbours: int, shrink: float, least_users: int) -> DataFrame:
    """Return the `neighbours` most similar items of each item: `item`, `near` (array of `other`, `similarity`).

    The cosine over users (Sarwar et al. 2001), shrunk towards 0 where few have both, of items with `least_users` or
    more. Of each user the latest MOST_ITEMS count (Linden et al. 2003), so a pair table never grows with the square
    of a history.
    """
    had = rows.groupBy(USER, ITEM).agg(F.max(DAY).alias("at"))
    ranked = had.withColumn("_place", F.row_number().over(Window.partitionBy(USER).orderBy(F.desc("at"), ITEM)))
    kept = ranked.where(F.col("_place") <= MOST_ITEMS).select(USER, ITEM)
    sizes = kept.groupBy(ITEM).agg(F.count(F.lit(1)).alias("users")).where(F.col("users") >= least_users)
    items = sizes.withColumn("id", F.row_number().over(Window.orderBy(ITEM)).cast("long")).cache()
    baskets = kept.join(F.broadcast(items), ITEM).groupBy(USER).agg(F.array_sort(F.collect_list("id")).alias("ids"))
    first = baskets.select("ids", F.posexplode("ids").alias("place", "a"))
    both = first.select("a", F.explode(F.expr("slice(ids, place + 2, size(ids))")).alias("b"))
    packed = both.select((F.col("a") * F.lit(2**31) + F.col("b")).alias("pair"))
    together = packed.groupBy("pair").agg(F.count(F.lit(1)).alias("both")).where("both > 1")
    ids = together.select(F.expr("pair div 2147483648").alias("a"), F.expr("pair % 2147483648").alias("b"), "both")
    named = [
        F.broadcast(items.select(*[F.col(name).alias(f"{side}_{name}") for name in items.columns])) for side in "ab"
    ]
    near = ids.join(named[0], F.col("a") == F.col("a_id")).join(named[1], F.col("b") == F.col("b_id"))
    near = near.withColumn("similarity", F.col("both") / (F.sqrt(F.col("a_users") * F.col("b_users")) + F.lit(shrink)))
    sides = [F.struct(F.col(f"{one}_item").alias(ITEM), F.col(f"{two}_item").alias("other"), "similarity")
             for one, two in ("ab", "ba")]  # fmt: skip
    long = near.select(F.explode(F.array(*sides)).alias("side")).select("side.*")
    best = Window.partitionBy(ITEM).orderBy(F.desc("similarity"), "other")
    nearest = long.withColumn("_place", F.row_number().over(best)).where(F.col("_place") <= neighbours)
    return nearest.groupBy(ITEM).agg(F.collect_list(F.struct("other", "similarity")).alias("near"))


def save(recommender: Recommender, folder: Path) -> None:
    """Write a recommender into a folder: `recommender.json`, tables as Parquet, factors in Spark's own format."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {"kind": recommender.kind, "settings": dict(recommender.settings), "tables": sorted(recommender.tables)}
    (folder / "recommender.json").write_text(json.dumps(said), encoding="utf-8")
    for name, table in recommender.tables.items():
        table.coalesce(1).write.format("parquet").mode("overwrite").save((folder / name).as_uri())
    if recommender.model is not None:
        recommender.model.write().overwrite().save((folder / "factors").as_uri())


def load(spark: SparkSession, folder: Path) -> Recommender:
    """Return the recommender that `save` wrote into a folder."""
    said = json.loads((folder / "recommender.json").read_text(encoding="utf-8"))
    tables = {name: spark.read.format("parquet").load((folder / name).as_uri()) for name in said["tables"]}
    model = ALSModel.load((folder / "factors").as_uri()) if said["kind"] == FACTORS else None
    return Recommender(said["kind"], said["settings"], tables, model)


def _by_neighbours(recommender: Recommender, users: DataFrame) -> DataFrame:
    """A user's score for an item is the sum of its similarities to the items of theirs."""
    recent = users.select(USER, F.explode("recent").alias(ITEM))
    near = recent.join(recommender.tables["neighbours"], ITEM).select(USER, F.explode("near").alias("one"))
    near = near.select(USER, F.col("one.other").alias(ITEM), "one.similarity")
    old = users.select(USER, F.explode("had").alias(ITEM), F.lit(None).cast("double").alias("similarity"))
    sums = near.unionByName(old).groupBy(USER, ITEM)
    scored = sums.agg(F.sum("similarity").alias("score"), F.count_if(F.col("similarity").isNull()).alias("old"))
    best = Window.partitionBy(USER).orderBy(F.desc("score"), ITEM)
    places = scored.where("old = 0").withColumn("_place", F.row_number().over(best)).where(F.col("_place") <= LONGEST)
    cells = F.array_sort(F.collect_list(F.struct("_place", ITEM, "score")))
    found = places.groupBy(USER).agg(cells.alias("cells"))
    return found.select(USER, F.expr(f"cast(transform(cells, x -> struct(x.item, x.score)) as {_LIST})").alias("list"))


def _fit_factors(rows: DataFrame, settings: Mapping[str, Any], more: Mapping[str, DataFrame]) -> Recommender:
    """Alternating least squares on implicit feedback (Hu, Koren, Volinsky 2008); a weight counts by its logarithm."""
    users, items = numbered(rows, USER).cache(), numbered(rows, ITEM).cache()
    sums = rows.groupBy(USER, ITEM).agg(F.sum(WEIGHT).alias(WEIGHT))
    rated = sums.join(users.withColumnRenamed("id", "user_id"), USER).join(
        items.withColumnRenamed("id", "item_id"), ITEM
    )
    rated = rated.select("user_id", "item_id", F.log2(1 + F.col(WEIGHT)).cast("float").alias("rating")).cache()
    blocks = max(2, min(10, math.ceil(rated.count() / 200_000)))
    columns = {"userCol": "user_id", "itemCol": "item_id", "ratingCol": "rating"}
    parts = {"numUserBlocks": blocks, "numItemBlocks": blocks, "maxIter": 8, "seed": SEED}
    said = {"rank": settings["rank"], "alpha": settings["alpha"], "regParam": settings["reg"]}
    als = ALS(**columns, **parts, **said, implicitPrefs=True)
    return Recommender(FACTORS, settings, {"users": users, "items": items, **more}, als.fit(rated))


def _by_factors(recommender: Recommender, users: DataFrame) -> DataFrame:
    """Light users are asked for fewer candidates than those who had many items, which are taken out afterwards."""
    assert recommender.model is not None
    known = users.select(USER, "had", "size").join(recommender.tables["users"].withColumnRenamed("id", "user_id"), USER)
    most = known.where(F.col("size") > LIGHT).agg(F.max("size")).first()[0]
    groups = [(F.col("size") <= LIGHT, LIGHT), *([(F.col("size") > LIGHT, most)] if most else [])]
    names = recommender.tables["items"].withColumnRenamed("id", "item_id")
    parts = []
    for group, size in groups:
        few = known.where(group)
        made = recommender.model.recommendForUserSubset(few.select("user_id"), LONGEST + int(size))
        cells = made.select("user_id", F.posexplode("recommendations").alias("place", "one"))
        cells = cells.select(
            "user_id", "place", F.col("one.item_id").alias("item_id"), F.col("one.rating").alias("score")
        )
        parts.append(cells)
    long = parts[0] if len(parts) == 1 else parts[0].unionByName(parts[1])
    named = long.join(F.broadcast(names), "item_id").groupBy("user_id")
    ordered = F.array_sort(F.collect_list(F.struct("place", ITEM, F.col("score").cast("double").alias("score"))))
    lists = named.agg(ordered.alias("cells")).join(known.select("user_id", USER, "had"), "user_id")
    new = F.expr(
        f"cast(transform(filter(cells, x -> not array_contains(had, x.item)), x -> struct(x.item, x.score)) as {_LIST})"
    )
    return lists.select(USER, F.slice(new, 1, LONGEST).alias("list"))
