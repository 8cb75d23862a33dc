"""Chart of monitoring: how well scores separate, and how far they lie from what happened, month by month."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .charts import BLUE, GREY, ORANGE, canvas


def performance_chart(by_month: pd.DataFrame) -> Figure:
    """Two panels by month: AUC, and mean score beside the observed rate; `by_month` has `value` (day) and the
    measures.
    """
    figure, (left, right) = canvas(2)
    months = pd.to_datetime(by_month["value"]).dt.strftime("%b %y")
    left.plot(months, by_month["auc"], marker="o", color=BLUE)
    left.axhline(0.5, color=GREY, linestyle=":", linewidth=1.2)
    for month, value in zip(months, by_month["auc"], strict=True):
        left.annotate(
            f"{value:.3f}", (month, value), textcoords="offset points", xytext=(0, 7), ha="center", fontsize=8
        )
    left.set(title="How well scores separate", ylabel="AUC", ylim=(0.48, max(0.8, float(by_month["auc"].max()) + 0.05)))
    right.plot(months, by_month["mean_score"], marker="o", color=BLUE, label="mean score")
    right.plot(months, by_month["rate"], marker="s", color=ORANGE, label="observed rate")
    right.fill_between(months, by_month["mean_score"], by_month["rate"], color=GREY, alpha=0.2)
    right.set(title="How far scores lie from what happened", ylabel="share of positives", ylim=(0, None))
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.legend(frameon=False)
    return figure
