"""Chart of monitoring: how far predictions were off, month by month, and to which side."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from .charts import BLUE, GREEN, GREY, ORANGE, canvas
from .charts_outcome import number_format


def performance_chart(by_month: pd.DataFrame, expected: Mapping[str, float], outcome: str) -> Figure:
    """Two panels by month: the mean absolute error beside that of the acceptance; mean predicted beside observed.

    `by_month` has `value` (day) and the measures; `expected` has `mae`, or nothing.
    """
    figure, (left, right) = canvas(2)
    months = pd.to_datetime(by_month["value"]).dt.strftime("%b %y")
    left.plot(months, by_month["mae"], marker="o", color=BLUE)
    for month, value in zip(months, by_month["mae"], strict=True):
        left.annotate(
            f"{value:,.4g}", (month, value), textcoords="offset points", xytext=(0, 7), ha="center", fontsize=8
        )
    if expected:
        left.axhline(expected["mae"], color=GREEN, linestyle="--", linewidth=1.2, label="at the acceptance")
        left.legend(frameon=False)
    left.set(title="How far predictions were off", ylabel="mean absolute error")
    left.set_ylim(0, 1.2 * max(float(by_month["mae"].max()), expected.get("mae", 0.0)))
    right.plot(months, by_month["mean_score"], marker="o", color=BLUE, label="mean predicted")
    right.plot(months, by_month["mean"], marker="s", color=ORANGE, label="mean observed")
    right.fill_between(months, by_month["mean_score"], by_month["mean"], color=GREY, alpha=0.2)
    right.set(title="To which side", ylabel=outcome)
    right.legend(frameon=False)
    for axes in (left, right):
        axes.yaxis.set_major_formatter(number_format())
        axes.tick_params(axis="x", rotation=45)
    return figure
