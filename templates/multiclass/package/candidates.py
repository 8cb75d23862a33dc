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
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel, RandomForestClassifier
from pyspark.ml.feature import SQLTransformer
from pyspark.sql import DataFrame

from .bins import Cut
from .evaluation import class_counts, measures
from .features import LABEL, RULE, Columns, quoted
from .importance import SHUFFLED, shuffled
from .labels import CLASSES, PROBABILITIES, SAYS, classes_of, shares_sql, with_score
from .preparation import LINEAR, TREES, Link, preparation, text_sql
from .results import learning
from .side_by_side import side_by_side
from .split import Split
from .strength import SMOOTHING

SEED = 7
_LINEAR = "logistic regression"
_INDEX = "class_index"


def log_share(share: float) -> float:
    """Return the logarithm of a share, which is held off 0."""
    return math.log(max(share, 1e-6))


def link_of(classes: Sequence[str]) -> Link:
    """Return the scale on which groups are features: the logarithm of the share of each class."""
    indicators = tuple(f"cast({LABEL} = {place} as double)" for place in range(len(classes)))
    return Link(log_share, "exp({})", indicators, lambda _: SMOOTHING)


@dataclass(frozen=True)
class Candidate:
    """A kind of model with one choice of its settings."""

    kind: str
    settings: Mapping[str, Any]

    @property
    def features(self) -> str:
        """The prepared vector that it learns from."""
        return LINEAR if self.kind == _LINEAR else TREES

    def fit(self, prepared: DataFrame) -> Any:
        """Return the model, trained on prepared rows with a label."""
        common = {"featuresCol": self.features, "labelCol": LABEL, "predictionCol": _INDEX}
        if self.kind == _LINEAR:
            more = {"family": "multinomial", "maxIter": 40, "tol": 1e-5}
            return LogisticRegression(**common, **more, **self.settings).fit(prepared)
        return RandomForestClassifier(**common, seed=SEED, minInstancesPerNode=5, **self.settings).fit(prepared)


CANDIDATES = (
    Candidate(_LINEAR, {"regParam": 0.001}),
    Candidate(_LINEAR, {"regParam": 0.02}),
    Candidate("random forest", {"numTrees": 40, "maxDepth": 9}),
)
"""Boosted trees are not among them: Spark's know two classes."""


def tune(
    early: DataFrame,
    late: DataFrame,
    columns: Columns,
    pairs: Sequence[Cut],
    tried: Sequence[Candidate] = CANDIDATES,
) -> pd.DataFrame:
    """Return how each candidate, learnt on `early`, does on `late`: `model`, `settings`, `log_loss`, `accuracy`; best
    first.

    The row `simple rule` is the smoothed class shares of the strongest pair. Both tables need a label in every row.
    """
    classes = classes_of(early)
    prepared = preparation(early, columns, pairs, link_of(classes))
    kept = [LABEL, RULE, LINEAR, TREES]
    learnt = prepared.transform(early).select(*kept).cache()
    judged = prepared.transform(late).select(*kept).cache()
    rule = {"model": "simple rule", "settings": pairs[0].column, "candidate": None, **_measured(judged, RULE)}

    def trial(one: Candidate) -> dict[str, Any]:
        scored = with_score(_names(classes).transform(one.fit(learnt).transform(judged)))
        said = ", ".join(f"{name} {value}" for name, value in one.settings.items())
        return {"model": one.kind, "settings": said, "candidate": one,
                **_measured(scored, shares_sql(PROBABILITIES, classes))}  # fmt: skip

    rows = side_by_side(trial, tried, learnt)
    learnt.unpersist()
    judged.unpersist()
    return pd.DataFrame([rule, *rows]).sort_values("log_loss", ignore_index=True)


def best_of(trials: pd.DataFrame) -> Candidate:
    """Return the candidate with the lowest log loss of `tune`, the simple rule aside."""
    found: Candidate = trials.loc[trials["candidate"].notna(), "candidate"].iloc[0]
    return found


def train(known: DataFrame, columns: Columns, pairs: Sequence[Cut], chosen: Candidate) -> PipelineModel:
    """Return the pipeline from raw columns to the probability of each class, fitted on rows with a label."""
    classes = classes_of(known)
    prepared = preparation(known, columns, pairs, link_of(classes))
    rows = prepared.transform(known).select(LABEL, chosen.features).cache()
    model = chosen.fit(rows)
    rows.unpersist()
    return PipelineModel(stages=[*prepared.stages, model, _names(classes)])


def score(pipeline: PipelineModel, cases: DataFrame, keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each case with `prediction`, `score`, `probabilities`, and `rule_score`: the class
    shares that the simple rule says, in the order of the classes.
    """
    return with_score(pipeline.transform(cases)).select(*quoted(keep), *SAYS, RULE)


def described(pipeline: PipelineModel) -> str:
    """Return the model of a pipeline in a few words."""
    model = pipeline.stages[-2]
    if isinstance(model, LogisticRegressionModel):
        return f"multinomial logistic regression on {model.numFeatures} prepared columns"
    depth = model.getOrDefault("maxDepth")
    return f"a forest of {model.getNumTrees} trees of depth {depth} on {model.numFeatures} prepared columns"


def params(chosen: Candidate, split: Split, columns: Columns, pairs: Sequence[Cut]) -> dict[str, Any]:
    """Return what a run records as its parameters."""
    return {"model": chosen.kind, **chosen.settings, **learning(split, columns, pairs)}


def importance(pipeline: PipelineModel, cases: DataFrame, columns: Columns) -> pd.DataFrame:
    """Return by how much the log loss grows when a column is shuffled (Breiman 2001): `column`, `lost`, largest first.

    All is scored in one pass; give a few thousand labelled cases.
    """
    scored = score(pipeline, shuffled(cases, columns.all), [LABEL, SHUFFLED])
    told = {"model": shares_sql(PROBABILITIES, classes_of(cases))}
    counts = class_counts(scored, told, {SHUFFLED: SHUFFLED})
    losses = {int(value): measures(part)["log_loss"] for value, part in counts.groupby("value")}
    lost = [{"column": name, "lost": losses[place] - losses[-1]} for place, name in enumerate(columns.all)]
    return pd.DataFrame(lost).sort_values("lost", ascending=False, ignore_index=True)


def _names(classes: Sequence[str]) -> SQLTransformer:
    """Return the last step of a pipeline: the names of the classes that its probabilities are of."""
    names = ", ".join(text_sql(one) for one in classes)
    return SQLTransformer(statement=f"SELECT *, array({names}) AS {CLASSES} FROM __THIS__")


def _measured(judged: DataFrame, shares: str) -> dict[str, float]:
    found = measures(class_counts(judged, {"model": shares}, {"all": "'all'"}))
    return {name: found[name] for name in ("log_loss", "accuracy")}
