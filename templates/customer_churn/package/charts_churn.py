"""Charts of churn at cuts: how many customers there are at each, and how many stayed away."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .charts import BLUE, GREY, ORANGE, RED, canvas


def by_cut(cases: DataFrame) -> pd.DataFrame:
    """Return by cut, in order: `cut`, `cases`, `known` (with an outcome), `churned`, `recency` (median days)."""
    counts = [F.count(F.lit(1)).alias("cases"), F.count("churned").alias("known"), F.sum("churned").alias("churned")]
    middle = F.expr("percentile_approx(recency_days, 0.5D)").alias("recency")
    return cases.groupBy("cut").agg(*counts, middle).toPandas().sort_values("cut", ignore_index=True)


def cuts_chart(found: pd.DataFrame, test: dt.date) -> Figure:
    """Customers at each cut by outcome, and beside it the share that stayed away, the hold-out marked."""
    figure, (people, rate) = canvas(2)
    names = [one.strftime("%b %y") for one in pd.to_datetime(found["cut"])]
    known, churned = found["known"].astype(float), found["churned"].fillna(0).astype(float)
    below = pd.Series(0.0, index=found.index)
    parts = {
        "came back": (known - churned, BLUE),
        "stayed away": (churned, ORANGE),
        "not known yet": (found["cases"] - known, GREY),
    }
    for said, (counts, colour) in parts.items():
        people.bar(names, counts, bottom=below, color=colour, label=said)
        below = below + counts
    people.set(title="Customers at each cut", ylabel="customers")
    people.legend(frameon=False, ncols=3, loc="upper left", fontsize=8)
    people.margins(y=0.18)
    colours = [RED if one >= test else BLUE for one in pd.to_datetime(found["cut"]).dt.date]
    share = (churned / known.where(known > 0)).astype(float)
    bars = rate.bar(names, share.fillna(0), color=colours)
    rate.bar_label(bars, ["" if pd.isna(one) else f"{one:.0%}" for one in share], padding=2, fontsize=8)
    rate.set(title="Share that stayed away for 90 days (red: hold-out)", ylim=(0, 1))
    rate.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axes in (people, rate):
        axes.tick_params(axis="x", labelrotation=45, labelsize=8)
    return figure
