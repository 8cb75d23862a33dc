"""How the charts of this project look, and those of the data: gaps, rates, rows by day, rows set aside.

Colours are told apart by people with any colour vision (Okabe and Ito 2008). Every function takes small pandas results
that Spark has aggregated, and returns the figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#6E6E6E",
)
_HOURS, _DAYS = range(24), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def canvas(columns: int = 1, height: float = 3.4, width: float = 11.0, **options: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many axes side by side, without frames, and with a light grid."""
    figure, axes = plt.subplots(1, columns, figsize=(width, height), layout="constrained", squeeze=False, **options)
    for one in axes[0]:
        one.spines[["top", "right"]].set_visible(False)
        one.grid(axis="y", color="#E5E5E5", linewidth=0.8)
        one.set_axisbelow(True)
        one.title.set_fontsize(11)
    plt.close(figure)
    return figure, list(axes[0])


def gaps_chart(columns: pd.DataFrame, most: int = 25) -> Figure:
    """Bars of the share of rows in which a column is empty; `columns` as a profile table, only columns with gaps."""
    shares = columns.assign(share=columns["nulls"] / columns["rows"].clip(lower=1)).query("share > 0")
    shares = shares.sort_values("share").tail(most)
    figure, (axes,) = canvas(height=1.2 + 0.24 * max(len(shares), 1))
    bars = axes.barh(shares["source"] + "." + shares["column"], shares["share"], color=BLUE)
    labels = [f"{share:.1%}" if share >= 0.001 else "< 0.1%" for share in shares["share"]]
    axes.bar_label(bars, labels, padding=3, fontsize=8)
    axes.set(title="Columns with gaps", xlabel="share of rows that are empty", xlim=(0, 1.08))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", visible=False)
    return figure


def rate_chart(by_month: pd.DataFrame, by_hour: pd.DataFrame, positive: str, boundary: Any = None) -> Figure:
    """Two panels: the rate of positives by month (`boundary` is the first day of the hold-out) and by hour of the day.

    Both frames have `rows`, `positives` and `month` (first day) or `hour`.
    """
    figure, (left, right) = canvas(2, sharey=True)
    months = pd.to_datetime(by_month["month"])
    left.bar(months.dt.strftime("%b %y"), by_month["positives"] / by_month["rows"], color=BLUE)
    if boundary is not None and (months >= pd.Timestamp(boundary)).any():
        position = int((months < pd.Timestamp(boundary)).sum()) - 0.5
        left.axvline(position, color=RED, linestyle="--", linewidth=1.2)
        left.text(position, left.get_ylim()[1], " hold-out", color=RED, fontsize=9, va="top")
    left.set(title=f"Rate of {positive} by month", ylabel=f"share of rows that are {positive}")
    left.tick_params(axis="x", rotation=45)
    right.bar(by_hour["hour"], by_hour["positives"] / by_hour["rows"], color=BLUE, width=0.85)
    right.set(title=f"Rate of {positive} by hour", xlabel="hour of the day")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    for axes in (left, right):
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def week_chart(cells: pd.DataFrame, positive: str) -> Figure:
    """A heat map of the rate of positives by weekday and hour: `weekday` (0 Monday), `hour`, `rows`, `positives`."""
    wide = cells.assign(rate=cells["positives"] / cells["rows"]).pivot(index="weekday", columns="hour", values="rate")
    wide = wide.reindex(index=range(7))
    figure, (axes,) = canvas(height=3.0)
    image = axes.imshow(wide, aspect="auto", cmap="cividis")
    axes.set(title=f"Rate of {positive} by weekday and hour", xlabel="hour of the day")
    axes.set_xticks(range(len(wide.columns)), [str(int(hour)) for hour in wide.columns])
    axes.set_yticks(range(7), _DAYS)
    axes.grid(visible=False)
    figure.colorbar(image, ax=axes, format=PercentFormatter(1, decimals=0), label=f"share that is {positive}")
    return figure


def columns_alone_chart(found: pd.DataFrame, limit: float, most: int = 20) -> Figure:
    """Bars of what each column can do alone: `column`, `auc`, and `state` (usable, declared as leak, suspicious)."""
    shown = found.head(most).iloc[::-1]
    colours = {"usable": BLUE, "declared as leak": GREY, "suspicious": RED}
    figure, (axes,) = canvas(height=1.2 + 0.24 * len(shown))
    axes.barh(shown["column"], shown["auc"] - 0.5, left=0.5, color=[colours[state] for state in shown["state"]])
    for state in [one for one in colours if (shown["state"] == one).any()]:
        axes.bar(0.5, 0, color=colours[state], label=state)
    axes.axvline(limit, color=RED, linestyle="--", linewidth=1, label=f"suspicious beyond {limit:g}")
    axes.set(title="What each column can do alone", xlabel="AUC on rows that it has not seen", xlim=(0.45, 1.0))
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right", frameon=False)
    return figure


def days_chart(days: pd.DataFrame, unit: str) -> Figure:
    """Rows by day as stacked areas: `days` has `event_date` and a column of counts for each kind of row."""
    figure, (axes,) = canvas()
    kinds = [name for name in days.columns if name != "event_date"]
    colours = [BLUE, ORANGE, RED, PURPLE, GREY][: len(kinds)]
    axes.stackplot(
        pd.to_datetime(days["event_date"]), [days[name] for name in kinds], labels=kinds, colors=colours, lw=0
    )
    axes.set(title=f"{unit.capitalize()} by day", ylabel=f"{unit} a day")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.legend(loc="lower left", frameon=True, framealpha=0.9, ncols=len(kinds))
    axes.margins(x=0)
    return figure


def gaps_by_month_chart(gaps: pd.DataFrame) -> Figure:
    """A heat map of the share of empty values; `gaps` has `month` (date) and a share for each column."""
    wide = gaps.set_index(pd.to_datetime(gaps["month"]).dt.strftime("%b %y")).drop(columns="month").T
    wide = wide[wide.max(axis=1) > 0]
    figure, (axes,) = canvas(height=1.4 + 0.26 * max(len(wide), 1))
    if wide.empty:
        axes.set(title="No column has gaps", xticks=[], yticks=[])
        return figure
    shares = wide.to_numpy(dtype=float)
    image = axes.imshow(shares, aspect="auto", cmap="Blues", vmin=0, vmax=max(0.05, shares.max()))
    axes.set_xticks(range(wide.shape[1]), wide.columns)
    axes.set_yticks(range(len(wide)), wide.index)
    axes.grid(visible=False)
    axes.set(title="Gaps in the features by month")
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            dark = share > 0.6 * image.get_clim()[1]
            axes.text(
                column, row, f"{share:.0%}", ha="center", va="center", fontsize=7, color="white" if dark else "black"
            )
    return figure


def expectations_chart(results: Mapping[str, Sequence[Any]]) -> Figure:
    """Bars of the rows that break each expectation, by table, on a log scale; `results` are those of `stage.check`."""
    rows = [(f"{table}: {one.name}", one) for table, found in results.items() for one in found][::-1]
    colours = {"warn": ORANGE, "quarantine": RED, "fail": GREY}
    figure, (axes,) = canvas(height=1.2 + 0.28 * len(rows))
    counts = [one.failed for _, one in rows]
    bars = axes.barh(
        [label for label, _ in rows],
        [max(count, 0) for count in counts],
        color=[colours[one.action] for _, one in rows],
    )
    labels = [f"{one.failed:,} of {one.total:,}, {one.action}" for _, one in rows]
    axes.bar_label(bars, labels, padding=4, fontsize=8)
    axes.set_xscale("symlog", linthresh=1)
    axes.set_xlim(0, max([10, *counts]) * 60)
    axes.set(title="Rows that break an expectation", xlabel="rows (log scale)")
    axes.grid(axis="y", visible=False)
    return figure
