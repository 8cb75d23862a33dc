"""Charts of monitoring: how good the probabilities were by month, and whether each class came as often as predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, canvas


def performance_chart(by_month: pd.DataFrame, expected: Mapping[str, float]) -> Figure:
    """Two panels by month: the log loss and the share right beside those of the acceptance, if there are any.

    `by_month` has `value` (day) and the measures.
    """
    figure, panels = canvas(2)
    months = pd.to_datetime(by_month["value"]).dt.strftime("%b %y")
    for axes, name, form in zip(panels, ("log_loss", "accuracy"), (".3f", ".0%"), strict=True):
        axes.plot(months, by_month[name], marker="o", color=BLUE, label="log loss" if name == "log_loss" else "right")
        for month, value in zip(months, by_month[name], strict=True):
            axes.annotate(format(value, form), (month, value), textcoords="offset points", xytext=(0, 7), ha="center",
                          fontsize=8)  # fmt: skip
        if expected:
            axes.axhline(expected[name], color=GREEN, linestyle="--", linewidth=1.2, label="at the acceptance")
        axes.tick_params(axis="x", rotation=45)
    left, right = panels
    left.set(title="How far probabilities were off", ylabel="log loss (nats)")
    left.set_ylim(0, 1.25 * max(float(by_month["log_loss"].max()), expected.get("log_loss", 0.0), 0.1))
    right.plot(months, by_month["confidence"], marker="s", color=ORANGE, label="mean probability of what was said")
    right.fill_between(months, by_month["confidence"], by_month["accuracy"], color=GREY, alpha=0.2)
    right.set(title="How many were right, and how sure it was", ylabel="share of cases", ylim=(0, 1.15))
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axes in panels:
        axes.legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def shares_chart(shares: pd.DataFrame, classes: Sequence[str]) -> Figure:
    """Bars of each class in the recent period (all periods where none is recent): predicted beside observed share."""
    periods = shares[shares["slice"] == "period"]
    name = "recent" if (periods["value"] == "recent").any() else "before"
    shown = periods[periods["value"] == name].set_index("label").reindex(range(len(classes))).fillna(0.0)
    figure, (axes,) = canvas(height=3.2)
    places = np.arange(len(classes))
    for off, column, colour, said in ((-0.2, "predicted", BLUE, "mean probability"), (0.2, "observed", ORANGE, "came")):
        bars = axes.bar(places + off, shown[column], 0.38, color=colour, label=said)
        axes.bar_label(bars, [f"{value:.1%}" for value in shown[column]], fontsize=7, padding=2)
    axes.set_xticks(places, list(classes), rotation=0 if len(classes) <= 8 else 45)
    days = (
        "the recent days" if name == "recent" else "the days before the recent ones, whose outcomes are not there yet"
    )
    axes.set(title=f"Does each class come as often as predicted? {int(shown['rows'].max()):,} cases of {days}")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.margins(y=0.15)
    axes.legend(frameon=False)
    return figure
