"""The detectors that compete, how one is chosen, and the one pipeline that comes out. `modeling` calls it.

Labels judge and choose; only the logistic regression learns from them, and only where there are enough.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.clustering import KMeans
from pyspark.ml.functions import array_to_vector
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import bounded_sample
from .detector_stage import FLAGGED, REASON, Detectors, cells_of
from .detectors import (
    CLUSTERS,
    COLUMN,
    FOREST,
    LARGEST,
    LOGISTIC,
    MAHALANOBIS,
    UNSUPERVISED,
    Detector,
    Floats,
    forest,
    mahalanobis,
    shares_of,
    to_json,
    with_grid,
)
from .deviations import CONTEXT, DEVIATIONS, LEVELS, Usual, usual_of
from .features import LABEL, RULE, SCORE, Columns, apart_from_calendar
from .split import Split

SEED = 7
UNTAUGHT = "untaught_score"
"""What the best detector says that learns from no label, where the chosen one does."""
CENTRES = 8
FEWEST_POSITIVES = 30
"""Labelled anomalies that the logistic regression needs to learn from."""
_MOST_CELLS = 2_000_000
"""Numbers at most that come to the driver, where the forest is grown."""


@dataclass(frozen=True)
class Fitted:
    """What was learnt from some cases: what is usual, and detectors by their kind."""

    usual: Usual
    detectors: Mapping[str, Detector]

    def pipeline(self, named: Mapping[str, str], share: float) -> PipelineModel:
        """Return the pipeline from raw columns to a score for each detector: `named` are kinds by name of column."""
        chosen = {name: self.detectors[kind] for name, kind in named.items()}
        return PipelineModel(stages=[self.usual.stage(), Detectors.of(chosen, self.usual, share)])


def fit(cases: DataFrame, columns: Columns, kinds: Sequence[str], rule: str | None = None) -> Fitted:
    """Return the detectors of `kinds` and the simple rule, fitted on `cases`; what needs labels, if there are enough.

    `rule` is the column that is the simple rule alone; without one it is the largest deviation.
    """
    usual = usual_of(cases, apart_from_calendar(columns).numeric, columns.numeric)
    prepared = usual.stage().transform(cases).select(LABEL, DEVIATIONS, LEVELS, CONTEXT).cache()
    rows, positives = prepared.agg(F.count(F.lit(1)), F.count_if(F.col(LABEL) == 1)).first()
    made: dict[str, Detector] = {kind: Detector(kind) for kind in kinds if kind in UNSUPERVISED[:2]}
    made[rule_kind(rule)] = _rule(rule, usual)
    if {MAHALANOBIS, FOREST} & {*kinds}:
        sample = sample_of(prepared, rows, len(usual.scales))
        made |= {kind: how(sample) for kind, how in ((MAHALANOBIS, mahalanobis), (FOREST, forest)) if kind in kinds}
    if CLUSTERS in kinds:
        made[CLUSTERS] = _clusters(prepared)
    if LOGISTIC in kinds and positives >= FEWEST_POSITIVES:
        made[LOGISTIC] = _logistic(prepared, usual)
    graded = _with_grids(prepared, made, rows)
    prepared.unpersist()
    return Fitted(usual, graded)


def rule_kind(rule: str | None) -> str:
    """Return the kind of the simple rule."""
    return COLUMN if rule else LARGEST


def kinds_of(has_labels: bool) -> list[str]:
    """Return the kinds that compete."""
    return [*UNSUPERVISED, *([LOGISTIC] if has_labels else [])]


def train(
    cases: DataFrame, columns: Columns, kinds: Sequence[str], share: float, rule: str | None = None
) -> PipelineModel:
    """Return the pipeline of the chosen kind, fitted on `cases`; beside it the simple rule, and the best kind that
    learns from no label where the chosen one does: `kinds` as `best_of` returns them.
    """
    fitted = fit(cases, columns, kinds, rule)
    named = dict(zip((SCORE, UNTAUGHT), kinds, strict=False))
    return fitted.pipeline({**named, RULE: rule_kind(rule)}, share)


def best_of(trials: pd.DataFrame) -> list[str]:
    """Return the kind that comes first in the trials, the simple rule aside; if it learns from labels, then the first
    that does not.
    """
    kinds = list(trials.loc[~trials["is_rule"], "detector"])
    untaught = [kind for kind in kinds if kind != LOGISTIC]
    return kinds[:1] if kinds[0] != LOGISTIC else [LOGISTIC, *untaught[:1]]


def names_of(pipeline: PipelineModel) -> dict[str, str]:
    """Return the columns of a pipeline's scores, the model first and the rule last, each with its name for a reader."""
    said = {SCORE: "model", UNTAUGHT: "without labels", RULE: "simple rule"}
    there = pipeline.stages[-1].detectors()
    return {name: text for name, text in said.items() if name in there}


def score(pipeline: PipelineModel, cases: DataFrame, keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each case with its scores, `flagged`, and the `reason` where it is."""
    kept = [F.col(f"`{name}`") for name in keep]
    return pipeline.transform(cases).select(*kept, *names_of(pipeline), FLAGGED, REASON)


def described(pipeline: PipelineModel) -> str:
    """Return the detector of a pipeline in a few words."""
    stage = pipeline.stages[-1]
    count = len(stage.facts()["names"])
    found = stage.detectors()
    beside = f"; beside it {found[UNTAUGHT].said}, which knows no label" if UNTAUGHT in found else ""
    return f"{found[SCORE].said}, on the deviations of {count} columns from what is usual{beside}"


def params(pipeline: PipelineModel, split: Split) -> dict[str, Any]:
    """Return what a run records as its parameters."""
    facts, found = pipeline.stages[-1].facts(), pipeline.stages[-1].detectors()
    told = {"model": found[SCORE].kind, "simple_rule": found[RULE].said, "share_flagged": facts["share"]}
    return {**told, "features": len(facts["names"]), "learnt_from": split.learnt_from, "held_out": split.held_out}


def sample_of(prepared: DataFrame, rows: int, columns: int) -> Floats:
    """Return the deviations of a bounded sample of prepared rows, a row each."""
    limit = max(2_000, min(20_000, _MOST_CELLS // max(columns, 1)))
    few = bounded_sample(prepared.select(DEVIATIONS), rows, limit, by=[DEVIATIONS]).toPandas()
    return np.stack(list(few[DEVIATIONS])).astype(float)


def _rule(rule: str | None, usual: Usual) -> Detector:
    return Detector(COLUMN, {"name": rule, "place": usual.names.index(rule)}) if rule else Detector(LARGEST)


def _clusters(prepared: DataFrame) -> Detector:
    squashed = F.transform(DEVIATIONS, F.asinh)
    model = KMeans(k=CENTRES, seed=SEED, maxIter=15).fit(prepared.select(array_to_vector(squashed).alias("features")))
    centres = [centre.tolist() for centre in model.clusterCenters()]
    del model
    gc.collect()  # a model of Spark Connect that is collected within a later call makes that call wait for itself
    return Detector(CLUSTERS, {"centres": centres})


def _logistic(prepared: DataFrame, usual: Usual) -> Detector:
    """Return the supervised candidate: it sees what `detectors.told_of` says."""
    parts = [f"transform({name}, one -> asinh(one))" for name in (DEVIATIONS, LEVELS)]
    if usual.contexts > 1:
        parts.append(f"transform(sequence(0, {usual.contexts - 1}), one -> if(one = {CONTEXT}, 1D, 0D))")
    known = prepared.where(F.col(LABEL).isNotNull())
    rows = known.select(LABEL, array_to_vector(F.expr(f"concat({', '.join(parts)})")).alias("features"))
    model = LogisticRegression(labelCol=LABEL, regParam=0.0003, maxIter=100).fit(rows)
    numbers = {"weights": model.coefficients.toArray().tolist(), "intercept": float(model.intercept)}
    del model
    gc.collect()  # as above
    return Detector(LOGISTIC, {**numbers, "contexts": usual.contexts})


def _with_grids(prepared: DataFrame, made: Mapping[str, Detector], rows: int) -> dict[str, Detector]:
    """Return the detectors with their grids, taken in one pass over the cases that they learnt from."""
    shares = shares_of(rows)
    wanted = ", ".join(f"{share!r}D" for share in shares)
    values = prepared.select(cells_of(to_json(made), is_ranked=False)(DEVIATIONS, LEVELS, CONTEXT).alias("raw"))
    cells = [F.expr(f"percentile_approx(raw.`{kind}`, array({wanted}), 100000)").alias(kind) for kind in made]
    row = values.agg(*cells).first()
    return {kind: with_grid(one, row[kind], shares) for kind, one in made.items()}
