"""Charts of numbers as they lie: the outcomes before any model, the predictions that are stored."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from .charts import BLUE, GREY, ORANGE, RED, canvas
from .charts_outcome import number_format


def distribution_chart(bars: pd.DataFrame, found: Mapping[str, float], outcome: str) -> Figure:
    """Bars of the outcomes with their median and mean; `bars` and `found` as `cases.histogram` and `distribution`."""
    figure, (axes,) = canvas(height=3.0)
    width = bars["low"].diff().min() if len(bars) > 1 else 1.0
    axes.bar(bars["low"], bars["cases"], width=width, align="edge", color=BLUE)
    for name, said, colour in (("p50", "median", ORANGE), ("mean", "mean", RED)):
        if name in found:
            text = f"{said} {found[name]:,.4g}"
            axes.axvline(found[name], color=colour, linestyle="--", linewidth=1.4, label=text)
    ends = f"from {found['lowest']:,.4g} to {found['highest']:,.4g}, skewness {found['skewness']:.2g}"
    axes.set(title=f"How {outcome} lies ({ends}; a hundredth at either end in the last bars)", xlabel=outcome)
    axes.set_ylabel("cases")
    axes.xaxis.set_major_formatter(number_format())
    axes.yaxis.set_major_formatter(number_format())
    axes.legend(frameon=False)
    return figure


def stored_chart(bars: pd.DataFrame, outcome: str) -> Figure:
    """Steps of predictions beside known outcomes: `low`, `predictions` and `outcomes` (counts by bar)."""
    figure, (axes,) = canvas(height=2.8)
    axes.step(bars["low"], bars["predictions"], where="post", color=BLUE, linewidth=1.6, label="predictions stored")
    axes.fill_between(bars["low"], bars["outcomes"], step="post", color=GREY, alpha=0.3, label="outcomes already known")
    axes.set(title="Predictions that were stored", xlabel=outcome, ylabel="cases", ylim=(0, None))
    axes.xaxis.set_major_formatter(number_format())
    axes.yaxis.set_major_formatter(number_format())
    axes.legend(frameon=False)
    return figure
