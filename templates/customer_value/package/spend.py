"""What customers of Online Retail II spend: their days with purchases and returns, and a forecast of the next quarter.

`data_engineering` and `definition` call `days_of`, `modeling` the rest.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyspark.ml import Pipeline
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import GBTRegressor
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from . import rfm

COLUMNS = (rfm.RECENCY, rfm.FREQUENCY, rfm.AMOUNT, rfm.TENURE, rfm.RECENT_AMOUNT)
FORECAST = "forecast"
RULES = {"spend of the quarter before": rfm.RECENT_AMOUNT, "spend of the year before": rfm.AMOUNT}
"""What anyone with a table of past spend would say comes next."""


def days_of(lines: DataFrame, returned: DataFrame) -> DataFrame:
    """Return one row per customer and day: `customer_id`, `day`, `amount` (pounds bought less pounds that came back on
    that day, whenever they were bought), `active` (1 where something was bought).
    """
    bought = lines.select("customer_id", F.col("event_date").alias("day"), "amount", F.lit(1).alias("active"))
    back = returned.select("customer_id", "event_date", -F.col("amount"), F.lit(0))
    every = bought.union(back).groupBy("customer_id", "day")
    return every.agg(F.sum("amount").alias(rfm.AMOUNT), F.max("active").alias("active"))


def with_forecast(learn: DataFrame, rows: DataFrame) -> DataFrame:
    """Return `rows` with `forecast`: boosted trees (Friedman 2001) say the logarithm of the next amount from COLUMNS.

    They learn from all rows of `learn`, whose next amount is known; what came after `rows` is not used.
    """
    known = learn.where(F.col(rfm.NEXT_AMOUNT).isNotNull())
    label = F.log1p(F.greatest(F.col(rfm.NEXT_AMOUNT), F.lit(0.0))).alias("label")
    trees = GBTRegressor(maxIter=40, maxDepth=3, stepSize=0.1, seed=7, labelCol="label", predictionCol=FORECAST)
    made = Pipeline(stages=[VectorAssembler(inputCols=list(COLUMNS), outputCol="features"), trees])
    return made.fit(known.select(*COLUMNS, label)).transform(rows).drop("features")


def compared(sample: pd.DataFrame, segment: str, means: pd.Series, draws: int = 200, seed: int = 7) -> pd.DataFrame:
    """Return the rank correlation with the actual next amount (Spearman 1904) by who says it: the trees, the segments
    (by `means`, learnt before), and RULES; `spearman`, `low`, `high` by bootstrap over customers.
    """
    said = {"boosted trees": sample[FORECAST], "mean of the segment": sample[segment].map(means).fillna(0.0)}
    said |= {name: sample[column] for name, column in RULES.items()}
    table = pd.DataFrame(said).assign(actual=sample[rfm.NEXT_AMOUNT].fillna(0.0)).reset_index(drop=True)
    draw = np.random.default_rng(seed)
    drawn = [_correlations(table.iloc[draw.integers(len(table), size=len(table))]) for _ in range(draws)]
    ends = pd.DataFrame(drawn).quantile([0.025, 0.975])
    found = pd.DataFrame({"spearman": _correlations(table), "low": ends.iloc[0], "high": ends.iloc[1]})
    return found.loc[list(said)]


def said(found: pd.DataFrame) -> str:
    """Return what `compared` found, in a sentence."""
    best, rule = found.loc["boosted trees"], found.loc[list(RULES)].nlargest(1, "spearman")
    both = f"{best['spearman']:.2f} ({best['low']:.2f} to {best['high']:.2f}) against {rule['spearman'].iloc[0]:.2f}"
    lead = "is ahead of" if best["low"] > rule["spearman"].iloc[0] else "is not surely ahead of"
    return f"The forecast {lead} the best rule, {rule.index[0]}: {both}."


def _correlations(table: pd.DataFrame) -> pd.Series:
    ranks = table.rank()
    return ranks.drop(columns="actual").corrwith(ranks["actual"])
