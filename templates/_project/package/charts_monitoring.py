"""Charts of monitoring: drift by feature, KPIs against target, usage by day."""

from __future__ import annotations

import datetime as dt
import textwrap

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, RED, canvas


def drift_chart(moved: pd.DataFrame, watch: float, act: float, most: int = 25) -> Figure:
    """Bars of the stability index of each column with both bounds; `moved` as `drift.stability` returns it."""
    shown = moved.head(most).iloc[::-1]
    colours = {"steady": BLUE, "watch": ORANGE, "moved": RED}
    figure, (axes,) = canvas(height=1.3 + 0.24 * len(shown))
    bars = axes.barh(shown["column"], shown["psi"], color=[colours[state] for state in shown["state"]])
    axes.bar_label(bars, [f"{psi:.2f}" for psi in shown["psi"]], padding=3, fontsize=8)
    for bound, colour, said in ((watch, ORANGE, "watch"), (act, RED, "act")):
        axes.axvline(bound, color=colour, linestyle="--", linewidth=1.2, label=f"{said} from {bound:g}")
    axes.set(
        title="Drift of each feature: recent days against the days learnt from", xlabel="population stability index"
    )
    axes.set_xlim(0, max(act * 1.3, float(shown["psi"].max()) * 1.12))
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right", frameon=False)
    return figure


BACKGROUND = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
"""Behind a text that may lie on a bar."""


def kpi_chart(results: pd.DataFrame) -> Figure:
    """A row for each KPI: the way from its baseline to its actual value, and its target; values as parts of the
    target.
    """
    colours = {"met": GREEN, "missed": RED, "unknown": GREY}
    figure, (axes,) = canvas(height=1.3 + 0.6 * len(results))
    for place, row in enumerate(results.iloc[::-1].itertuples()):
        scale = abs(row.target) or 1.0
        shown = row.baseline / scale if pd.isna(row.actual) else row.actual / scale
        axes.barh(place, shown, color=colours[row.state], height=0.45)
        axes.plot(row.baseline / scale, place, marker="|", markersize=22, markeredgewidth=3, color="black")
        said = "no value yet" if pd.isna(row.actual) else f"{row.actual:.3g} {row.unit}"
        end = max([0.0, *(one for one in (shown, row.baseline / scale) if not pd.isna(one))])
        told = f"{said}, target {row.target:.3g}, was {row.baseline:.3g}"
        # A text outside of the axes would take their place.
        axes.text(min(end, 1.0) + 0.03, place, told, va="center", fontsize=9, bbox=BACKGROUND)
    axes.axvline(1.0, color=GREY, linestyle="--", linewidth=1.2)
    axes.set_yticks(range(len(results)), [textwrap.fill(title, 40) for title in results["title"].iloc[::-1]])
    axes.set(title="KPIs against their target (bar: actual, mark: before)", xlabel="share of the target", xlim=(0, 1.9))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(axis="y", visible=False)
    return figure


def usage_chart(usage: pd.DataFrame, recent_start: dt.date) -> Figure:
    """Predictions by day, with the start of the recent period; `usage` has a day in its first column and
    `predictions`.
    """
    figure, (axes,) = canvas(height=2.6)
    days = pd.to_datetime(usage.iloc[:, 0])
    axes.bar(days, usage["predictions"], width=1.0, color=BLUE)
    axes.axvline(pd.Timestamp(recent_start), color=RED, linestyle="--", linewidth=1.2)
    axes.text(pd.Timestamp(recent_start), axes.get_ylim()[1], " recent", color=RED, fontsize=9, va="top")
    axes.set(title="Predictions by day", ylabel="predictions a day")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.margins(x=0)
    return figure
