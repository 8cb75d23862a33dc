"""Segments: trained by Spark on every row, named by what is special about them, with their profile and movement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.clustering import GaussianMixture, KMeans
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .rfm import FREQUENCY, NEXT_AMOUNT, NEXT_FREQUENCY, RECENCY, SNAPSHOT, TENURE
from .shape import PLACE, SHAPE, Scale, scales, stages
from .stability import silhouette

SEGMENT, NAME, PROBABILITY = "segment_no", "segment_name", "segment_probability"
METHODS = {"k-means": KMeans, "Gaussian mixture": GaussianMixture}
"""What competes (Lloyd 1982; Dempster, Laird and Rubin 1977)."""
CLEAR = 0.4
"""From so many standard deviations from the whole on a column is worth naming."""
_WORDS = {
    RECENCY: ("recent", "long ago"),
    FREQUENCY: ("rare", "frequent"),
    TENURE: ("new", "long-standing"),
}


@dataclass(frozen=True)
class Columns:
    """The columns that drift is told of: segments rest on numbers alone."""

    numeric: tuple[str, ...]
    categorical: tuple[str, ...] = ()


def train(learn: DataFrame, columns: Sequence[str], k: int) -> dict[str, PipelineModel]:
    """Return a pipeline for each method, trained on all rows of `learn`, whose scaled columns are computed once."""
    learnt = scales(learn, columns)
    before = Pipeline(stages=stages(learnt)).fit(learn)
    shaped = before.transform(learn.select(*quoted(columns))).select(SHAPE).cache()
    made = {}
    for name, method in METHODS.items():
        options = {} if method is KMeans else {"probabilityCol": PROBABILITY}
        model = method(k=k, seed=7, featuresCol=SHAPE, predictionCol=SEGMENT, **options).fit(shaped)
        made[name] = PipelineModel(stages=[*before.stages, model])
    shaped.unpersist()
    return made


def assigned(model: PipelineModel, rows: DataFrame, columns: Sequence[str], keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each row, the scaled columns, and `segment_no`."""
    wanted = list(dict.fromkeys([*keep, *columns]))
    width = len(model.stages[-2].getInputCols())
    found = model.transform(rows.select(*quoted(wanted)))
    return found.select(*quoted(keep), *[PLACE.format(place) for place in range(width)], SEGMENT)


def shaped(rows: DataFrame, learnt: Sequence[Scale]) -> DataFrame:
    """Return the scaled columns alone, before there is a model."""
    return rows.selectExpr(*[f"{one.sql} as {PLACE.format(place)}" for place, one in enumerate(learnt)])


def compactness(model: PipelineModel, few: DataFrame, columns: Sequence[str]) -> float:
    """Return the mean silhouette of a bounded number of rows."""
    found = assigned(model, few, columns, []).toPandas()
    return float(silhouette(points_of(found), found[SEGMENT]).mean())


def middles(rows: DataFrame, count: int) -> tuple[npt.NDArray[np.float64], list[float]]:
    """Return of each of `count` segments the mean on the scale of comparison, a row each, and its share of the rows."""
    places = [name for name in rows.columns if name.startswith(PLACE.format(""))]
    means = rows.groupBy(SEGMENT).agg(F.count(F.lit(1)).alias("rows"), *[F.avg(name).alias(name) for name in places])
    found = means.toPandas().set_index(SEGMENT).reindex(range(count)).fillna(0.0)
    return found[places].to_numpy(float), list(found["rows"] / max(found["rows"].sum(), 1))


def count_of(model: PipelineModel) -> int:
    """Return the number of segments."""
    return int(model.stages[-1].getK())


def described(model: PipelineModel) -> str:
    """Return the kind and number of the segments in words."""
    kind = "Gaussian mixture" if type(model.stages[-1]).__name__.startswith("Gaussian") else "k-means"
    return f"{count_of(model)} segments by {kind}"


def side_by_side(
    pipelines: Mapping[str, PipelineModel], few: DataFrame, columns: Sequence[str], key: Sequence[str]
) -> pd.DataFrame:
    """Return the scaled columns of the first pipeline and the segment by each, under its name, of a bounded sample."""
    first, *others = pipelines.items()
    found = assigned(first[1], few, columns, key).withColumnRenamed(SEGMENT, first[0])
    for name, one in others:
        said = assigned(one, few, columns, key).select(*quoted(key), F.col(SEGMENT).alias(name))
        found = found.join(said, list(key))
    return found.drop(*key).toPandas()


def points_of(sample: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the scaled columns of a sample as points."""
    names = [name for name in sample.columns if name.startswith(PLACE.format(""))]
    return sample[sorted(names, key=lambda name: int(name.rsplit("_", 1)[1]))].to_numpy(float)


def names(centres: npt.NDArray[np.float64], columns: Sequence[str], shares: Sequence[float]) -> list[str]:
    """Return a name for each segment: the two columns in which it stands farthest from the whole.

    `centres` are on the scale of comparison, `shares` weigh them. A name that is there twice gets the third column, or
    a number.
    """
    apart = centres - np.average(centres, axis=0, weights=np.maximum(shares, 1e-9))
    short = [_name(row, columns, 2) for row in apart]
    longer = [
        name if short.count(name) == 1 else _name(row, columns, 3) for name, row in zip(short, apart, strict=True)
    ]
    return [name if longer.count(name) == 1 else f"{name} ({place + 1})" for place, name in enumerate(longer)]


def profile(rows: DataFrame, columns: Sequence[str], named: Sequence[str]) -> pd.DataFrame:
    """Return a row per segment, the largest first: `segment_no`, `segment_name`, `rows`, `share`, the median of each of
    `columns`; where the next period is known, `next_active` (share) and `next_amount` (mean).
    """
    medians = [F.expr(f"percentile_approx(cast(`{name}` as double), 0.5D)").alias(name) for name in columns]
    later = []
    if NEXT_FREQUENCY in rows.columns:
        active = F.avg(F.when(F.col(NEXT_FREQUENCY).isNotNull(), (F.col(NEXT_FREQUENCY) > 0).cast("double")))
        later = [active.alias("next_active"), F.avg(NEXT_AMOUNT).alias("next_amount")]
    found = rows.groupBy(SEGMENT).agg(F.count(F.lit(1)).alias("rows"), *medians, *later).toPandas()
    found.insert(1, NAME, [named[number] for number in found[SEGMENT]])
    found.insert(3, "share", found["rows"] / found["rows"].sum())
    return found.sort_values("rows", ascending=False, ignore_index=True)


def movement(before: DataFrame, now: DataFrame, key: Sequence[str], named: Sequence[str]) -> pd.DataFrame:
    """Return how many went from each segment (index) to each (columns); `new` came, `gone` is no longer there."""
    both = [one.select(*quoted(key), F.col(SEGMENT).alias(name)) for one, name in ((before, "before"), (now, "now"))]
    pairs = both[0].join(both[1], list(key), "full").groupBy("before", "now").count().toPandas()
    said = dict(enumerate(named))
    pairs = pairs.assign(before=pairs["before"].map(said).fillna("new"), now=pairs["now"].map(said).fillna("gone"))
    wide = pairs.pivot_table(index="before", columns="now", values="count", aggfunc="sum", fill_value=0)
    return wide.reindex(index=[*named, "new"], columns=[*named, "gone"], fill_value=0)


def names_of(told: DataFrame) -> list[str]:
    """Return the names of the segments of a version, by their number; `told` are its rows of `modeling.segments`.

    Of several dates the newest counts.
    """
    newest = told.groupBy(SEGMENT).agg(F.max_by(NAME, "run_date").alias(NAME)).orderBy(SEGMENT)
    return [row[NAME] for row in newest.collect()]


def learnt_sizes(told: DataFrame) -> pd.DataFrame:
    """Return `segment_name` and `rows`, with which each segment was learnt, of the newest date."""
    newest = F.struct(*[F.max_by(name, "run_date").alias(name) for name in (NAME, "rows")])
    return told.groupBy(SEGMENT).agg(newest.alias("newest")).select("newest.*").toPandas()


def quoted(names: Sequence[str]) -> list[str]:
    """Return names of columns for Spark, whatever they contain."""
    return [f"`{name}`" for name in names]


def at(snapshots: Sequence[dt.date]) -> str:
    """Return the SQL condition that a row is of one of the snapshots."""
    return f"{SNAPSHOT} in ({', '.join(f'DATE{one.isoformat()!r}' for one in snapshots)})"


def predictions(found: DataFrame, key: Sequence[str], named: Sequence[str]) -> DataFrame:
    """Return the key, `snapshot`, `segment_no` and `segment_name` of rows in segments."""
    name = F.element_at(F.array(*[F.lit(one) for one in named]), F.col(SEGMENT) + 1)
    return found.select(*quoted(key), SNAPSHOT, SEGMENT, name.alias(NAME))


def params(model: PipelineModel, columns: Sequence[str], k: int, learnt: Sequence[Scale]) -> Mapping[str, Any]:
    """Return what MLflow records of how the segments were made."""
    logs = [one.column for one in learnt if one.is_log]
    return {"segments": k, "method": described(model), "columns": ", ".join(columns), "logarithm of": ", ".join(logs)}


def _name(apart: npt.NDArray[np.float64], columns: Sequence[str], most: int) -> str:
    order = np.argsort(-np.abs(apart), kind="stable")
    special = [place for place in order[:most] if abs(apart[place]) >= CLEAR]
    words = [_word(columns[place], is_high=apart[place] > 0) for place in special]
    return ", ".join(words) or "average"


def _word(column: str, *, is_high: bool) -> str:
    low, high = _WORDS.get(column, (f"low {column}", f"high {column}"))
    return high if is_high else low
