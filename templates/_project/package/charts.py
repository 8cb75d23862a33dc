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
from matplotlib.ticker import FuncFormatter, PercentFormatter

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#6E6E6E",
)


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
    """Rows by day as stacked areas: `days` has `event_date` and a column of counts for each kind of row.

    Bars by kind where no row has a day.
    """
    kinds = [name for name in days.columns if name != "event_date"]
    if days["event_date"].isna().all():
        return kinds_chart({name: int(days[name].sum()) for name in kinds}, unit)
    figure, (axes,) = canvas()
    colours = [BLUE, ORANGE, RED, PURPLE, GREY][: len(kinds)]
    axes.stackplot(
        pd.to_datetime(days["event_date"]), [days[name] for name in kinds], labels=kinds, colors=colours, lw=0
    )
    axes.set(title=f"{unit.capitalize()} by day", ylabel=f"{unit} a day")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.legend(loc="lower left", frameon=True, framealpha=0.9, ncols=len(kinds))
    axes.margins(x=0)
    return figure


def kinds_chart(counts: Mapping[str, int], unit: str) -> Figure:
    """Bars of how many there are of each kind, with their shares."""
    total = max(sum(counts.values()), 1)
    figure, (axes,) = canvas(height=1.2 + 0.35 * len(counts))
    bars = axes.barh(list(counts)[::-1], list(counts.values())[::-1], color=BLUE)
    axes.bar_label(
        bars, [f"{count:,} ({count / total:.1%})" for count in [*counts.values()][::-1]], padding=4, fontsize=9
    )
    axes.set(title=f"{unit.capitalize()} by kind", xlabel=unit)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.margins(x=0.15)
    axes.grid(axis="y", visible=False)
    return figure


def gaps_by_month_chart(gaps: pd.DataFrame) -> Figure:
    """A heat map of the share of empty values; `gaps` has `month` (date) and a share for each column."""
    months = pd.to_datetime(gaps["month"]).dt.strftime("%b %y").fillna("all rows")
    wide = gaps.set_index(months).drop(columns="month").T
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
    axes.set(title="Gaps in the features" + (" by month" if wide.shape[1] > 1 else ""))
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            dark = share > 0.6 * image.get_clim()[1]
            axes.text(
                column, row, f"{share:.0%}", ha="center", va="center", fontsize=7, color="white" if dark else "black"
            )
    return figure


def expectations_chart(results: Mapping[str, Sequence[Any]]) -> Figure:
    """Bars of the rows that break an expectation, by table, on a log scale; `results` are those of `stage.check`."""
    every = [(f"{table}: {one.name}", one) for table, found in results.items() for one in found]
    rows = [(label, one) for label, one in every if one.failed][::-1]
    if not rows:
        figure, (axes,) = canvas(height=0.6)
        axes.set(title=f"Each of {len(every)} expectations is met by every row", xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        return figure
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
