"""Chart of modeling: the hold-out seen whole. `modeling` calls it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .charts import BLUE, GREY, ORANGE, RED, canvas
from .evaluation import TOP, calibration
from .features import RULE, SCORE


def quality_chart(counts: pd.DataFrame, by_month: pd.DataFrame) -> Figure:
    """Panels: positives caught by share of cases warned, observed rate by score, and, where `by_month` has rows, mean
    score beside rate by month.
    """
    figure, (gains, reliability, *over_time) = canvas(3 if len(by_month) else 2, height=3.8)
    for model, name, colour in ((SCORE, "model", BLUE), (RULE, "simple rule", ORANGE)):
        bins = counts[counts["model"] == model].groupby("bin")[["rows", "positives"]].sum().sort_index(ascending=False)
        shares = np.vstack([[0.0, 0.0], (bins.cumsum() / bins.sum()).to_numpy()])
        caught = float(np.interp(TOP, shares[:, 0], shares[:, 1]))
        gains.plot(shares[:, 0], shares[:, 1], color=colour, label=f"{name}: {caught:.0%} in the first tenth")
    gains.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="by chance")
    gains.axvline(TOP, color=GREY, linewidth=0.8)
    gains.set(title="Positives caught", xlabel="share of cases, highest scores first", ylabel="share of positives")
    gains.legend(frameon=False, fontsize=8, loc="lower right")
    for model, name, colour in ((SCORE, "model", BLUE), (RULE, "simple rule", ORANGE)):
        groups = calibration(counts[counts["model"] == model])
        reliability.plot(groups["predicted"], groups["observed"], marker="o", color=colour, label=name)
    most = max(line.get_xdata().max() for line in reliability.lines) * 1.05
    reliability.plot([0, most], [0, most], color=GREY, linestyle=":", label="as it should be")
    reliability.set(title="Is 30% really 30%?", xlabel="mean score of a tenth of the cases", ylabel="observed rate")
    reliability.legend(frameon=False, fontsize=8)
    for drift in over_time:
        months = pd.to_datetime(by_month["value"])
        drift.plot(months, by_month["mean_score"], marker="o", color=BLUE, label="mean score")
        drift.plot(months, by_month["rate"], marker="s", color=RED, label="observed rate")
        drift.fill_between(months, by_month["mean_score"], by_month["rate"], color=GREY, alpha=0.2)
        drift.set(title="Calibration by month", ylabel="share of cases", ylim=(0, None))
        drift.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator(maxticks=8)))
        drift.legend(frameon=False, fontsize=8)
    for axes in (gains, reliability, *over_time):
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axes in (gains, reliability):
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure
