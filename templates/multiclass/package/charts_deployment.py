"""What was stored by deployment: how often each class was predicted, and how surely."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .charts import canvas
from .features import SCORE
from .labels import PREDICTION

SURENESS = ((0.0, "under 50%", "#BFD9EC"), (0.5, "50% to 80%", "#5DA5D3"), (0.8, "80% and more", "#0072B2"))
"""From which probability on, its name, its colour."""


def stored_counts(stored: DataFrame) -> pd.DataFrame:
    """Return predictions by class and sureness: `prediction`, `sureness` (place in SURENESS), `rows`."""
    sureness = F.when(F.col(SCORE) >= SURENESS[2][0], 2).when(F.col(SCORE) >= SURENESS[1][0], 1).otherwise(0)
    return stored.groupBy(PREDICTION, sureness.alias("sureness")).agg(F.count(F.lit(1)).alias("rows")).toPandas()


def stored_chart(counts: pd.DataFrame, classes: Sequence[str], outcome: str) -> Figure:
    """Bars of the predictions of each class by how probable it was."""
    wide = counts.pivot_table(index=PREDICTION, columns="sureness", values="rows", aggfunc="sum", fill_value=0)
    gone = [name for name in wide.index if name not in classes]
    wide = wide.reindex(index=[*classes, *gone], columns=range(len(SURENESS)), fill_value=0).iloc[::-1]
    figure, (axes,) = canvas(height=1.6 + 0.3 * len(wide))
    left = pd.Series(0.0, wide.index)
    for place, (_, name, colour) in enumerate(SURENESS):
        bars = axes.barh(wide.index, wide[place], left=left, color=colour, label=name)
        left = left + wide[place]
    axes.bar_label(bars, [f"{total:,.0f}" for total in left], padding=4, fontsize=8)
    axes.set(title=f"Predicted {outcome}, by how probable it is", xlabel="predictions")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.1)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    return figure
