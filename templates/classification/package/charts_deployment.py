"""Charts of deployment: the scores that were stored."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from .charts import BLUE, RED, canvas


def score_chart(bins: pd.DataFrame) -> Figure:
    """Bars of the scores: `low` (lower end of a bin of width 0.02), `warned` and `others` (counts)."""
    figure, (axes,) = canvas(height=2.8)
    axes.bar(bins["low"], bins["others"], width=0.02, align="edge", color=BLUE, label="others")
    axes.bar(bins["low"], bins["warned"], width=0.02, align="edge", bottom=bins["others"], color=RED, label="warned")
    axes.set(title="Scores that were stored", xlabel="score", ylabel="predictions", xlim=(0, 1))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.legend(frameon=False)
    return figure
