"""The models that compete, how their settings are chosen, and the one pipeline that comes out.

`modeling` calls it. Settings are chosen on the last part of the learning days; the hold-out is not touched here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.ml.classification import GBTClassifier, LogisticRegression, LogisticRegressionModel
from pyspark.sql import DataFrame

from .bins import Crossed
from .evaluation import measures, score_counts
from .features import LABEL, RULE, SCORE, Columns
from .importance import SHUFFLED, shuffled
from .labels import with_score
from .preparation import LINEAR, TREES, Link, preparation
from .results import learning
from .side_by_side import side_by_side
from .split import Split

SEED = 7


def log_odds(rate: float) -> float:
    """Return the log odds of a rate, which is held off 0 and 1."""
    held = min(max(rate, 1e-9), 1 - 1e-9)
    return math.log(held / (1 - held))


ODDS = Link(log_odds, "1 / (1 + exp(-{}))")
"""Rates of groups are features as log odds."""


@dataclass(frozen=True)
class Candidate:
    """A kind of model with one choice of its settings."""

    kind: str
    settings: Mapping[str, Any]

    @property
    def features(self) -> str:
        """The prepared vector that it learns from."""
        return LINEAR if self.kind == "logistic regression" else TREES

    def fit(self, prepared: DataFrame) -> Any:
        """Return the model, trained on prepared rows with a label."""
        common = {"featuresCol": self.features, "labelCol": LABEL}
        if self.kind == "logistic regression":
            return LogisticRegression(**common, maxIter=30, tol=1e-5, **self.settings).fit(prepared)
        return GBTClassifier(**common, seed=SEED, stepSize=0.2, subsamplingRate=0.5, **self.settings).fit(prepared)


CANDIDATES = (
    Candidate("logistic regression", {"regParam": 0.0}),
    Candidate("logistic regression", {"regParam": 0.01}),
    Candidate("gradient boosting", {"maxIter": 20, "maxDepth": 4}),
)


def tune(
    early: DataFrame,
    late: DataFrame,
    columns: Columns,
    pairs: Sequence[Crossed],
    tried: Sequence[Candidate] = CANDIDATES,
) -> pd.DataFrame:
    """Return how each candidate, learnt on `early`, does on `late`: `model`, `settings`, `auc`, `log_loss`; best first.

    The row `simple rule` is the smoothed rate of the strongest pair. Both tables need a label in every row.
    """
    prepared = preparation(early, columns, pairs, ODDS)
    kept = [LABEL, RULE, LINEAR, TREES]
    learnt = prepared.transform(early).select(*kept).cache()
    judged = prepared.transform(late).select(*kept).cache()
    rule = {"model": "simple rule", "settings": pairs[0].column, "candidate": None, **_measured(judged, RULE)}

    def trial(one: Candidate) -> dict[str, Any]:
        scored = with_score(one.fit(learnt).transform(judged))
        said = ", ".join(f"{name} {value}" for name, value in one.settings.items())
        return {"model": one.kind, "settings": said, "candidate": one, **_measured(scored, SCORE)}

    rows = side_by_side(trial, tried, learnt)
    learnt.unpersist()
    judged.unpersist()
    return pd.DataFrame([rule, *rows]).sort_values("auc", ascending=False, ignore_index=True)


def best_of(trials: pd.DataFrame) -> Candidate:
    """Return the candidate with the highest AUC of `tune`, the simple rule aside."""
    found: Candidate = trials.loc[trials["candidate"].notna(), "candidate"].iloc[0]
    return found


def train(known: DataFrame, columns: Columns, pairs: Sequence[Crossed], chosen: Candidate) -> PipelineModel:
    """Return the pipeline from raw columns to a probability, fitted on rows with a label."""
    prepared = preparation(known, columns, pairs, ODDS)
    rows = prepared.transform(known).select(LABEL, chosen.features).cache()
    model = chosen.fit(rows)
    rows.unpersist()
    return PipelineModel(stages=[*prepared.stages, model])


def score(pipeline: PipelineModel, cases: DataFrame, keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each case with `score` and `rule_score`, both probabilities of the positive
    class.
    """
    return with_score(pipeline.transform(cases)).select(*keep, SCORE, RULE)


def described(pipeline: PipelineModel) -> str:
    """Return the model at the end of a pipeline in a few words."""
    model = pipeline.stages[-1]
    if isinstance(model, LogisticRegressionModel):
        return f"logistic regression on {model.numFeatures} prepared columns"
    depth = model.getOrDefault("maxDepth")
    return f"{model.getNumTrees} boosted trees of depth {depth} on {model.numFeatures} prepared columns"


def params(chosen: Candidate, split: Split, columns: Columns, pairs: Sequence[Crossed]) -> dict[str, Any]:
    """Return what a run records as its parameters."""
    return {"model": chosen.kind, **chosen.settings, **learning(split, columns, pairs)}


def importance(pipeline: PipelineModel, cases: DataFrame, columns: Columns) -> pd.DataFrame:
    """Return how much AUC is lost when a column is shuffled (Breiman 2001): `column`, `lost`, largest first.

    Every case is scored once as it is and once per column with that column taken from another case, in one pass; so
    give a few thousand labelled cases.
    """
    names = columns.all
    scored = score(pipeline, shuffled(cases, names), [LABEL, SHUFFLED])
    counts = score_counts(scored, [SCORE], {SHUFFLED: SHUFFLED})
    aucs = {int(value): measures(part)["auc"] for value, part in counts.groupby("value")}
    lost = [{"column": name, "lost": aucs[-1] - aucs[place]} for place, name in enumerate(names)]
    return pd.DataFrame(lost).sort_values("lost", ascending=False, ignore_index=True)


def _measured(judged: DataFrame, column: str) -> dict[str, float]:
    found = measures(score_counts(judged, [column], {"all": "'all'"}))
    return {name: found[name] for name in ("auc", "log_loss")}
