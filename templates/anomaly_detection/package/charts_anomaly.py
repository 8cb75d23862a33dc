"""Charts of an anomaly detection: deviations, detectors side by side, what is flagged over time and why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, RED, canvas


def cases_chart(days: pd.DataFrame, outcome: str, test_start: Any) -> Figure:
    """Cases by month (or block) with the start of the hold-out, and the share of anomalies where there are labels.

    `days` has `day`, `cases`, `known` (with a label) and `total` (anomalies among them).
    """
    is_timed = not pd.api.types.is_numeric_dtype(days["day"])
    part = pd.to_datetime(days["day"]).dt.to_period("M").dt.to_timestamp() if is_timed else days["day"] // 20 * 20
    sums = days.groupby(part)[["cases", "known", "total"]].sum()
    has_labels, width, start = sums["known"].sum() > 0, 25 if is_timed else 18, test_start
    figure, panels = canvas(2 if has_labels else 1, height=3.0)
    panels[0].bar(sums.index, sums["cases"], width, color=BLUE, align="edge")
    panels[0].set(title=f"Cases by {'month' if is_timed else 'twenty blocks of the key'}", ylabel="cases")
    if has_labels:
        panels[1].bar(sums.index, sums["total"] / sums["known"].clip(lower=1), width, color=ORANGE, align="edge")
        panels[1].set(title=f"Share of {outcome}", ylabel="share of labelled cases")
        panels[1].yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    for axes in panels:
        axes.axvline(
            pd.Timestamp(start) if is_timed else start, color=RED, linestyle="--", label="hold-out from here on"
        )
        axes.set_ylim(0, 1.2 * max(axes.get_ylim()[1], 1e-9))
        axes.legend(frameon=False, fontsize=8, loc="upper left")
        if is_timed:
            axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator(maxticks=8)))
    return figure


def deviation_chart(found: pd.DataFrame) -> Figure:
    """How far cases lie off in their worst column: `cases.histogram`, anomalies apart where they are labelled."""
    figure, (axes,) = canvas(height=3.0)
    sums = found.groupby("low")[["rows", "positives"]].sum()
    axes.bar(sums.index, sums["rows"] - sums["positives"], 0.25, align="edge", color=BLUE, label="cases")
    if sums["positives"].sum():
        axes.bar(sums.index, sums["positives"], 0.25, align="edge", color=RED, label="labelled anomalies")
    axes.set(title="How far the worst column of a case is off", xlabel="robust sigmas (the last bar: 30 and more)")
    axes.set(ylabel="cases, log scale", yscale="log")
    axes.legend(frameon=False)
    return figure


def trials_chart(trials: pd.DataFrame) -> Figure:
    """Bars of what each detector achieves on the cases to choose by; orange is the rule, green the chosen one."""
    shown = trials.iloc[::-1]
    has_labels = "average_precision" in trials
    measures = (
        {"average_precision": "average precision", "auc": "AUC"}
        if has_labels
        else {"planted": "planted anomalies flagged", "stability": "stability", "agreement": "agreement"}
    )
    first = trials.loc[~trials["is_rule"], "detector"].iloc[0]
    colours = [ORANGE if one.is_rule else GREEN if one.detector == first else BLUE for one in shown.itertuples()]
    figure, panels = canvas(len(measures), height=1.4 + 0.35 * len(shown), sharey=True)
    for axes, (name, said) in zip(panels, measures.items(), strict=True):
        bars = axes.barh(shown["detector"], shown[name], color=colours)
        axes.bar_label(bars, [f"{value:.3f}" for value in shown[name]], padding=3, fontsize=9)
        axes.set(title=said[:1].upper() + said[1:])
        axes.set_xlim(min(0.5, float(shown[name].min())) if name == "auc" else min(0.0, float(shown[name].min())), 1.1)
        axes.grid(axis="y", visible=False)
    figure.suptitle("Detectors on the cases to choose by (orange: the simple rule, green: chosen)", fontsize=10)
    return figure


def months_chart(by_month: pd.DataFrame, share: float) -> Figure:
    """By month or part: the share flagged with the capacity, and precision and recall where labels are there."""
    has_labels = bool(by_month["known"].sum() > 0)
    figure, panels = canvas(2 if has_labels else 1, height=3.2)
    names = [str(value)[:7] for value in by_month["value"]]
    panels[0].bar(names, by_month["flagged"], color=BLUE)
    panels[0].axhline(share, color=RED, linestyle="--", linewidth=1.2, label=f"capacity {share:.1%}")
    panels[0].set(title="Share flagged")
    panels[0].legend(frameon=False)
    if has_labels:
        panels[1].plot(names, by_month["recall"], marker="o", color=BLUE, label="anomalies that were flagged")
        panels[1].plot(names, by_month["precision"], marker="s", color=ORANGE, label="flagged that were anomalies")
        panels[1].set(title="Of labelled cases", ylim=(0, 1.05))
        panels[1].legend(frameon=False, fontsize=8)
    for axes in panels:
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0 if axes is not panels[0] else 1))
        axes.tick_params(axis="x", rotation=90 if len(names) > 8 else 0)
    return figure


def curves_chart(counts: pd.DataFrame, names: dict[str, str], share: float) -> Figure:
    """Anomalies caught by share of cases flagged, and precision by what is caught; `counts` of `score_counts`."""
    figure, (caught, right) = canvas(2, height=3.6)
    for (name, said), colour in zip(
        names.items(), (BLUE, GREEN, ORANGE) if len(names) > 2 else (BLUE, ORANGE), strict=False
    ):
        bins = counts[counts["model"] == name].groupby("bin")[["rows", "positives"]].sum().sort_index(ascending=False)
        sums = bins.cumsum().query("rows > 0")
        flagged = np.asarray(sums["rows"] / sums["rows"].iloc[-1])
        found = np.asarray(sums["positives"] / max(sums["positives"].iloc[-1], 1))
        caught.plot(flagged, found, color=colour, label=said)
        right.plot(found, sums["positives"] / sums["rows"], color=colour, label=said)
    caught.axvline(share, color=GREY, linestyle="--", linewidth=1, label=f"capacity {share:.1%}")
    caught.set(title="Anomalies caught", xlabel="share of cases flagged, log scale", xscale="log", xlim=(1e-3, 1))
    right.set(title="How often a flag is right", xlabel="share of anomalies caught", ylim=(0, 1.02))
    for axes in (caught, right):
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        axes.legend(frameon=False, fontsize=8)
    return figure


def reasons_chart(found: pd.DataFrame) -> Figure:
    """Bars of the column that is the first reason of flagged cases; `evaluation.reasons`."""
    shown = found.iloc[::-1]
    figure, (axes,) = canvas(height=1.2 + 0.26 * max(len(shown), 1))
    axes.bar_label(axes.barh(shown["column"], shown["cases"], color=BLUE), padding=3, fontsize=8)
    axes.set(title="Why cases are flagged: the column that is furthest off", xlabel="flagged cases")
    axes.grid(axis="y", visible=False)
    return figure
