"""The models that compete, how their settings are chosen, and the one pipeline that comes out.

`modeling` calls it. Settings are chosen on the last part of the learning days; the hold-out is not touched here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer
from pyspark.ml.regression import GBTRegressor, LinearRegression, LinearRegressionModel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .bins import Cut
from .evaluation import error_sums, measures
from .features import LABEL, RULE, SCORE, Columns
from .importance import SHUFFLED, shuffled
from .preparation import LINEAR, TREES, preparation
from .results import learning
from .scales import GOAL, LOG, PLAIN, Range, Scale, look
from .side_by_side import side_by_side
from .split import Split

SEED = 7
CLEARLY = 0.02
"""By which share the error has to be lower for the logarithm to be taken: what it predicts leans to one side."""
_LINEAR = "linear regression"


@dataclass(frozen=True)
class Candidate:
    """A kind of model with one choice of its settings, and the scale on which it learns the outcome."""

    kind: str
    settings: Mapping[str, Any]
    scale: Scale = PLAIN

    @property
    def features(self) -> str:
        """The prepared vector that it learns from."""
        return LINEAR if self.kind == _LINEAR else TREES

    def fit(self, prepared: DataFrame) -> Any:
        """Return the model, trained on prepared rows with `goal`."""
        common = {"featuresCol": self.features, "labelCol": GOAL}
        if self.kind == _LINEAR:
            return LinearRegression(**common, maxIter=50, **self.settings).fit(prepared)
        return GBTRegressor(**common, seed=SEED, stepSize=0.2, subsamplingRate=0.7, **self.settings).fit(prepared)

    def scoring(self, held: Range) -> SQLTransformer:
        """Return the last step of a pipeline: `score`, the prediction on the scale of the target, held to a range."""
        back = held.held(self.scale.link.back.format("prediction"))
        return SQLTransformer(statement=f"SELECT *, {back} AS {SCORE} FROM __THIS__")


QUICK = (
    Candidate(_LINEAR, {"regParam": 0.0}),
    Candidate(_LINEAR, {"regParam": 0.1}),
    Candidate("gradient boosting", {"maxIter": 20, "maxDepth": 3}),
)
"""Tried on every scale that suits the outcomes."""
THOROUGH = (Candidate("gradient boosting", {"maxIter": 40, "maxDepth": 5}),)
"""Tried on the scale on which the best of the quick ones has learnt."""


def tune(
    early: DataFrame,
    late: DataFrame,
    columns: Columns,
    pairs: Sequence[Cut],
    quick: Sequence[Candidate] = QUICK,
    thorough: Sequence[Candidate] = THOROUGH,
) -> pd.DataFrame:
    """Return how each candidate, learnt on `early`, does on `late`: `model`, `settings`, `mae`, `rmse`; best first.

    The row `simple rule` is the smoothed mean of the strongest pair, on the scale of the best quick candidate.
    Both tables need a label in every row.
    """
    held, scales = look(early)
    ready = {scale: _prepared(early, late, columns, pairs, scale) for scale in scales}
    on_scales = [replace(one, scale=scale) for scale in scales for one in quick]
    rows = side_by_side(lambda one: _trial(one, *ready[one.scale], held), on_scales, early)
    best = scale_of([(row["candidate"], float(row["mae"])) for row in rows])
    rows += [_trial(replace(one, scale=best), *ready[best], held) for one in thorough]
    rows.append(
        {"model": "simple rule", "settings": pairs[0].column, "candidate": None, **_measured(ready[best][1], RULE)}
    )
    for part in (part for both in ready.values() for part in both):
        part.unpersist()
    return pd.DataFrame(rows).sort_values("mae", ignore_index=True)


def best_of(trials: pd.DataFrame) -> Candidate:
    """Return the candidate with the lowest error of `tune` on the scale that is taken, the simple rule aside."""
    models = _models(trials)
    taken = scale_of(models)
    return next(one for one, _ in models if one.scale is taken)


def scale_of(models: Sequence[tuple[Candidate, float]]) -> Scale:
    """Return LOG where candidates with the same settings have there an error that is lower by CLEARLY, else PLAIN."""
    plain, log = _errors_by_scale(models)
    return LOG if plain is not None and log is not None and log < (1 - CLEARLY) * plain else PLAIN


def train(known: DataFrame, columns: Columns, pairs: Sequence[Cut], chosen: Candidate) -> PipelineModel:
    """Return the pipeline from raw columns to a score on the scale of the target, fitted on rows with a label."""
    held, _ = look(known)
    prepared = preparation(known, columns, pairs, chosen.scale.link)
    rows = _goals(prepared.transform(known), chosen.scale).select(GOAL, chosen.features).cache()
    model = chosen.fit(rows)
    rows.unpersist()
    return PipelineModel(stages=[*prepared.stages, model, chosen.scoring(held)])


def score(pipeline: PipelineModel, cases: DataFrame, keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each case with `score` and `rule_score`, both on the scale of the target."""
    return pipeline.transform(cases).select(*[F.col(f"`{name}`") for name in keep], SCORE, RULE)


def described(pipeline: PipelineModel) -> str:
    """Return the model of a pipeline in a few words."""
    model, last = pipeline.stages[-2:]
    scale = ", which learnt the logarithm of the outcome" if "expm1(prediction)" in last.getStatement() else ""
    if isinstance(model, LinearRegressionModel):
        return f"linear regression on {model.numFeatures} prepared columns{scale}"
    depth = model.getOrDefault("maxDepth")
    return f"{model.getNumTrees} boosted trees of depth {depth} on {model.numFeatures} prepared columns{scale}"


def scale_said(trials: pd.DataFrame) -> str:
    """Return in words on which scales the outcome was tried and which is taken."""
    models = _models(trials)
    plain, log = _errors_by_scale(models)
    if plain is None or log is None:
        return "The outcome is learnt as it is: it is not skewed, or some of it is negative."
    said = f"The outcome is skewed. The quick candidates are off by {plain:,.4g}, by logarithm by {log:,.4g}."
    if scale_of(models) is LOG:
        return f"{said} The logarithm is taken, by the rule too. It says what is typical, not the mean: mind the bias."
    return f"{said} That is not clearly less, and a logarithm leans to one side, so the outcome is learnt as it is."


def params(chosen: Candidate, split: Split, columns: Columns, pairs: Sequence[Cut]) -> dict[str, Any]:
    """Return what a run records as its parameters."""
    told = {"model": chosen.kind, **chosen.settings, "scale": chosen.scale.name}
    return {**told, **learning(split, columns, pairs)}


def importance(pipeline: PipelineModel, cases: DataFrame, columns: Columns) -> pd.DataFrame:
    """Return by how much the mean absolute error grows when a column is shuffled: `column`, `lost`, largest first.

    All is scored in one pass; give a few thousand labelled cases.
    """
    scored = score(pipeline, shuffled(cases, columns.all), [LABEL, SHUFFLED])
    sums = error_sums(scored, [SCORE], {SHUFFLED: SHUFFLED})
    errors = {int(value): measures(part)["mae"] for value, part in sums.groupby("value")}
    lost = [{"column": name, "lost": errors[place] - errors[-1]} for place, name in enumerate(columns.all)]
    return pd.DataFrame(lost).sort_values("lost", ascending=False, ignore_index=True)


def _models(trials: pd.DataFrame) -> list[tuple[Candidate, float]]:
    """Return the candidates of `tune` with their errors, best first."""
    return [(one.candidate, float(one.mae)) for one in trials.itertuples() if isinstance(one.candidate, Candidate)]


def _errors_by_scale(models: Sequence[tuple[Candidate, float]]) -> tuple[float | None, float | None]:
    """Return the lowest error as it is and by logarithm, among candidates that were tried on both."""
    on_log = [(one.kind, one.settings) for one, _ in models if one.scale is LOG]
    on_both = [(one.kind, one.settings) for one, _ in models if one.scale is PLAIN]
    both = [(one.scale, mae) for one, mae in models if (one.kind, one.settings) in on_log
            and (one.kind, one.settings) in on_both]  # fmt: skip
    plain, log = (min((mae for scale, mae in both if scale is wanted), default=None) for wanted in (PLAIN, LOG))
    return plain, log


def _prepared(
    early: DataFrame, late: DataFrame, columns: Columns, pairs: Sequence[Cut], scale: Scale
) -> tuple[DataFrame, DataFrame]:
    prepared = preparation(early, columns, pairs, scale.link)
    learnt, judged = (_goals(prepared.transform(part), scale).cache() for part in (early, late))
    return learnt, judged


def _trial(one: Candidate, learnt: DataFrame, judged: DataFrame, held: Range) -> dict[str, Any]:
    scored = one.scoring(held).transform(one.fit(learnt).transform(judged))
    said = ", ".join(f"{name} {value}" for name, value in one.settings.items())
    said += "" if one.scale is PLAIN else f", {one.scale.name}"
    return {"model": one.kind, "settings": said, "candidate": one, **_measured(scored, SCORE)}


def _goals(prepared: DataFrame, scale: Scale) -> DataFrame:
    return prepared.select(LABEL, F.expr(scale.to.format(LABEL)).alias(GOAL), RULE, LINEAR, TREES)


def _measured(judged: DataFrame, column: str) -> dict[str, float]:
    found = measures(error_sums(judged, [column], {"all": "'all'"}))
    return {name: found[name] for name in ("mae", "rmse")}
