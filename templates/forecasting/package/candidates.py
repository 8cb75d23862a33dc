"""What competes: simple rules, exponential smoothing, and models that learn from all series at once.

Each is a pipeline that turns the rows of `origins.backtest_rows` into a `forecast`; so each can be registered and
served, also a rule that no model has beaten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer, VectorAssembler
from pyspark.ml.regression import GBTRegressor, LinearRegression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .origins import Plan
from .past import MOST, SIZE, backs, feature_sql, mean_sql

FORECAST, LOW, HIGH = "forecast", "low", "high"
SEED = 7
MOST_ROWS = 400_000
"""Rows that a model learns from at most."""
_HELD = f"if(lowest >= 0, greatest({FORECAST}, 0D), {FORECAST})"
"""What has never been negative is not forecast to be."""


@dataclass(frozen=True)
class Candidate:
    """A way to forecast: a rule by its `sql`, or a `kind` of model with its settings."""

    name: str
    sql: str = ""
    kind: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def fit(self, past: DataFrame, plan: Plan, until: int) -> PipelineModel:
        """Return the pipeline; a model learns from the steps up to the slot `until`, a rule from nothing."""
        if self.sql:
            return PipelineModel(stages=[SQLTransformer(statement=f"SELECT *, {self.sql} AS {FORECAST} FROM __THIS__")])
        features = feature_sql(plan.seasons, plan.horizon, plan.step)
        cells = ", ".join(f"{sql} AS {name}" for name, sql in features.items())
        ready = SQLTransformer(statement=f"SELECT *, {cells} FROM __THIS__")
        vector = VectorAssembler(inputCols=list(features), outputCol="features")
        model = self._estimator().fit(vector.transform(ready.transform(_to_learn(past, until))).cache())
        forecast = f"base + {SIZE} * prediction"
        last = SQLTransformer(statement=f"SELECT *, {forecast} AS {FORECAST} FROM __THIS__")
        return PipelineModel(stages=[ready, vector, model, last])

    def _estimator(self) -> Any:
        common = {"featuresCol": "features", "labelCol": "label", **self.settings}
        return LinearRegression(**common) if self.kind == "linear" else GBTRegressor(**common, seed=SEED)


def rules(plan: Plan) -> list[Candidate]:
    """Return the simple rules, the benchmark to be among them: the last value, and the value of a season ago."""
    found = [Candidate("naive: the last value", "naive")]
    for season in plan.seasons:
        if season > 1:
            fallback = ", ".join(f"seasonal_{one}" for one in plan.seasons if one != season)
            sql = f"coalesce(seasonal_{season}, {fallback + ', ' if fallback else ''}naive)"
            found.append(Candidate(f"seasonal naive: {season} steps ago", sql))
    return found


def models(plan: Plan) -> list[Candidate]:
    """Return what competes with the rules."""
    usual = rules(plan)[-1].sql
    slice_ = [f"back_{back}" for back in backs(plan.season, plan.horizon)][-MOST:]
    return [
        Candidate(f"mean of the last {MOST} seasons", f"coalesce({mean_sql(slice_)}, {usual})"),
        Candidate("exponential smoothing", f"coalesce(smoothed, {usual})"),
        Candidate("linear regression", kind="linear", settings={"regParam": 0.01, "maxIter": 30}),
        Candidate(
            "gradient boosting", kind="trees", settings={"maxIter": 25, "maxDepth": 5, "stepSize": 0.15,
                                                         "subsamplingRate": 0.7, "minInstancesPerNode": 20},
        ),
    ]  # fmt: skip


def finished(pipeline: PipelineModel, bands: pd.DataFrame) -> PipelineModel:
    """Return a pipeline that holds its forecasts to what can be and adds `low` and `high`: the interval of `bands`."""
    ends = [",".join(repr(float(one)) + "D" for one in bands[name]) for name in ("low", "high")]
    spans = ", ".join(str(int(one)) for one in bands["until"])
    place = f"size(filter(array({spans}), one -> one < step)) + 1"
    cells = [f"{FORECAST} + scale * element_at(array({values}), {place})" for values in ends]
    low, high = (f"if(lowest >= 0, greatest({cell}, 0D), {cell})" for cell in cells)
    held = SQLTransformer(statement=f"SELECT * EXCEPT ({FORECAST}), {_HELD} AS {FORECAST} FROM __THIS__")
    added = SQLTransformer(statement=f"SELECT *, {low} AS {LOW}, {high} AS {HIGH} FROM __THIS__")
    return PipelineModel(stages=[*pipeline.stages, held, added])


def side_by_side(pipelines: Mapping[str, PipelineModel], rows: DataFrame, keep: Sequence[str]) -> DataFrame:
    """Return the columns `keep` of each row with `forecasts`: an array of `model`, `forecast`, `low`, `high`.

    `low` and `high` are empty where a pipeline has none.
    """
    found, names = rows, list(rows.columns)
    for place, (name, pipeline) in enumerate(pipelines.items()):
        made = pipeline.transform(found)
        ends = [F.col(end) if end in made.columns else F.lit(None).cast("double") for end in (LOW, HIGH)]
        cell = F.struct(
            F.lit(name).alias("model"), F.col(FORECAST).alias(FORECAST), ends[0].alias(LOW), ends[1].alias(HIGH)
        )
        found = made.select(*names, cell.alias(f"_cell_{place}"))
        names = [*names, f"_cell_{place}"]
    cells = [F.col(name) for name in names if name.startswith("_cell_")]
    return found.select(*keep, F.array(*cells).alias("forecasts"))


def described(pipeline: PipelineModel, plan: Plan) -> str:
    """Return what a pipeline forecasts by, in a few words."""
    for stage in pipeline.stages:
        if hasattr(stage, "getNumTrees"):
            return f"gradient boosting of {stage.getNumTrees} trees over all series"
        if hasattr(stage, "coefficients"):
            return "linear regression over all series"
    statement = pipeline.stages[0].getStatement()
    named = {f"SELECT *, {one.sql} AS {FORECAST} FROM __THIS__": one.name for one in [*rules(plan), *models(plan)]}
    return named.get(statement, "a rule")


def example(rows: DataFrame, count: int = 5) -> pd.DataFrame:
    """Return a few rows of a pipeline's input: numbers as float, the name of the series as text."""
    few = rows.drop("value", "origin").limit(count).toPandas()
    return few.astype({name: float for name in few.columns if name != "series"})


def shown(pipeline: PipelineModel, rows: DataFrame, names: Sequence[str], origin: int, plan: Plan) -> pd.DataFrame:
    """Return the forecasts of a few series from one origin: `series`, `time`, `forecast`, `low`, `high`."""
    few = rows.where((F.col("origin") == origin) & F.col("series").isin(list(names)))
    cells = ["series", F.expr(plan.step.time_sql()).alias("time"), FORECAST, LOW, HIGH]
    return pipeline.transform(few).select(*cells).toPandas().sort_values(["series", "time"], ignore_index=True)


def params(chosen: str, rule: str, served: str, plan: Plan) -> dict[str, Any]:
    """Return what a run records as its parameters."""
    seasons = ", ".join(map(str, plan.seasons))
    told = {"model": chosen, "simple_rule": rule, "served": served, "step": str(plan.step), "seasons": seasons}
    return {**told, "horizon": plan.horizon, "origins_to_choose": len(plan.choose), "origins_to_judge": len(plan.judge)}


def _to_learn(past: DataFrame, until: int) -> DataFrame:
    """Return the steps with a value up to a slot, with the `label`: the difference to `base` in parts of `size`."""
    known = past.where(f"slot <= {until} and value is not null and base is not null and size > 0")
    label = F.greatest(F.least(F.expr(f"(value - base) / {SIZE}"), F.lit(10.0)), F.lit(-10.0))
    rows = known.count()
    few = known if rows <= MOST_ROWS else known.where(
        F.pmod(F.xxhash64("series", "slot"), F.lit(1_000_003)) < int(1_000_003 * MOST_ROWS / rows)
    )  # fmt: skip
    return few.withColumn("label", label)
