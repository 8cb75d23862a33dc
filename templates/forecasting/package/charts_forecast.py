"""Charts of forecasts: series with interval, errors by step ahead and by series, seasons, residuals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, canvas

_COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY)


def series_chart(values: pd.DataFrame, marks: Sequence[pd.Timestamp] = (), unit: str = "value") -> Figure:
    """The course of a few series: `series`, `time`, `value`; gaps stay open. `marks` are first and last origins."""
    names = list(dict.fromkeys(values["series"]))[:6]
    figure, axes = _stack(len(names), 1.5)
    for one, name in zip(axes, names, strict=True):
        part = values[values["series"] == name]
        one.plot(part["time"], part["value"], color=BLUE, linewidth=0.9)
        one.set_title(name, loc="left", fontsize=9)
        for mark in marks:
            one.axvline(mark, color=RED, linestyle="--", linewidth=1)
        one.set_ylabel(unit, fontsize=8)
    return figure


def season_chart(places: pd.DataFrame, season: int, of: str) -> Figure:
    """How values move within a season, relative to their series' mean; the band holds the middle half."""
    figure, (axes,) = canvas(height=2.8)
    axes.fill_between(places["place"], places["low"], places["high"], color=SKY, alpha=0.35, linewidth=0, step="mid")
    axes.step(places["place"], places["value"], where="mid", color=BLUE)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set(title=f"A season of {season} steps of {of}: mean over all series, the band holds the middle half")
    axes.set(xlabel="step in the season", ylabel="above or below the mean")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(x=0.01)
    return figure


def gaps_chart(gaps: pd.DataFrame, step: str) -> Figure:
    """Bars of the distances between successive values: `seconds` and `share`."""
    shown = gaps.head(10).iloc[::-1]
    figure, (axes,) = canvas(height=1.2 + 0.24 * max(len(shown), 1))
    bars = axes.barh([_duration(one) for one in shown["seconds"]], shown["share"], color=BLUE)
    axes.bar_label(bars, [f"{share:.1%}" for share in shown["share"]], padding=3, fontsize=8)
    axes.set(title=f"From one value to the next (declared step: {step})", xlabel="share of the distances")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.12)
    return figure


def series_gaps_chart(table: pd.DataFrame, most: int = 30) -> Figure:
    """Bars of the share of steps without a value, for the series with the most: `series`, `gaps`, `is_silent`."""
    shown = table.sort_values("gaps").tail(most)
    figure, (axes,) = canvas(height=1.2 + 0.22 * max(len(shown), 1))
    axes.barh(shown["series"], shown["gaps"], color=[RED if one else BLUE for one in shown["is_silent"]])
    axes.bar(0, 0, color=BLUE, label="goes on")
    axes.bar(0, 0, color=RED, label="silent at the end")
    axes.set(title="Steps without a value, by series", xlabel="share of its steps", xlim=(0, 1))
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.grid(axis="y", visible=False)
    axes.legend(frameon=True, framealpha=0.9, loc="lower right")
    return figure


def trials_chart(tried: pd.DataFrame, rules: Sequence[str]) -> Figure:
    """Bars of the error of each candidate on the origins to choose by, the simple rules in grey."""
    shown = tried.iloc[::-1]
    figure, (axes,) = canvas(height=1.2 + 0.32 * len(shown))
    bars = axes.barh(shown.index, shown["mae"], color=[GREY if name in rules else BLUE for name in shown.index])
    axes.bar_label(bars, [f"{one.mae:.4g}  (MASE {one.mase:.3f})" for one in shown.itertuples()], padding=4, fontsize=9)
    axes.set(title="Origins to choose by: models in blue, simple rules in grey", xlabel="mean absolute error")
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.2)
    return figure


def forecast_chart(actual: pd.DataFrame, made: pd.DataFrame, unit: str = "value") -> Figure:
    """A few series with their forecasts and 80 % intervals: `series`, `time`, `value`; `forecast`, `low`, `high`."""
    names = list(dict.fromkeys(made["series"]))[:4]
    figure, axes = _stack(len(names), 1.9)
    for one, name in zip(axes, names, strict=True):
        part, ahead = actual[actual["series"] == name], made[made["series"] == name]
        one.plot(part["time"], part["value"], color="black", linewidth=1, label="actual")
        one.fill_between(
            ahead["time"], ahead["low"], ahead["high"], color=SKY, alpha=0.4, linewidth=0, label="80% interval"
        )
        one.plot(ahead["time"], ahead["forecast"], color=BLUE, linewidth=1.4, label="forecast")
        one.set_title(name, loc="left", fontsize=9)
        one.set_ylabel(unit, fontsize=8)
    if names:
        axes[0].legend(frameon=False, ncols=3, loc="upper left", bbox_to_anchor=(0.35, 1.25), fontsize=9)
    return figure


def steps_chart(by_step: pd.DataFrame, by_origin: pd.DataFrame) -> Figure:
    """Two panels: the error by step ahead, and by origin, of each model: `model`, `step` or `time`, `mae`."""
    figure, (left, right) = canvas(2, sharey=True)
    for place, name in enumerate(dict.fromkeys(by_step["model"])):
        part, origins = by_step[by_step["model"] == name], by_origin[by_origin["model"] == name]
        left.plot(part["step"], part["mae"], color=_COLOURS[place % 7], label=name, linewidth=1.4)
        right.plot(origins["time"], origins["mae"], color=_COLOURS[place % 7], marker="o", linewidth=1.2)
    left.set(title="Error by step ahead", xlabel="steps ahead", ylabel="mean absolute error", ylim=(0, None))
    right.set(title="Error by origin", xlabel="forecast made at")
    right.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    right.xaxis.set_major_formatter(ConciseDateFormatter(right.xaxis.get_major_locator()))
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    left.legend(frameon=False, fontsize=9)
    return figure


def series_errors_chart(by_series: pd.DataFrame, most: int = 30) -> Figure:
    """The scaled error of each series, model against rule: `series`, `model`, `mase`; the largest first."""
    wide = by_series.pivot_table(index="series", columns="model", values="mase", sort=False)
    shown = wide.loc[wide.max(axis=1).sort_values().tail(most).index]
    figure, (axes,) = canvas(height=1.4 + 0.22 * len(shown))
    for place, name in enumerate(dict.fromkeys(by_series["model"])):
        axes.plot(shown[name], shown.index, "o", color=_COLOURS[place % 7], label=name, markersize=6, alpha=0.85)
    axes.hlines(shown.index, shown.min(axis=1), shown.max(axis=1), color=GREY, linewidth=1, zorder=0)
    axes.axvline(1, color=GREY, linestyle="--", linewidth=1)
    axes.set(title="Error by series in parts of its usual seasonal naive error (MASE)", xlabel="MASE", xlim=(0, None))
    axes.legend(frameon=True, framealpha=0.9, loc="lower right", fontsize=9)
    return figure


def residual_chart(errors: pd.DataFrame, by_place: pd.DataFrame, of: str) -> Figure:
    """Two panels of the errors (forecast less actual, in parts of `scale`): their spread, and by place in the season.

    `errors` has `low` (lower end of a bin), `rows`; `by_place` has `place`, `bias`, `mae`.
    """
    figure, (left, right) = canvas(2)
    width = float(np.diff(errors["low"]).min()) if len(errors) > 1 else 1.0
    left.bar(errors["low"], errors["rows"] / errors["rows"].sum(), width=width, align="edge", color=BLUE)
    left.axvline(0, color="black", linewidth=1)
    left.set(title="Errors: forecast less actual", xlabel="parts of the usual error", ylabel="share of values")
    left.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.plot(by_place["place"], by_place["mae"], color=BLUE, label="mean absolute error")
    right.plot(by_place["place"], by_place["bias"], color=ORANGE, label="bias")
    right.axhline(0, color="black", linewidth=1)
    right.set(title=f"Errors by place in the season (steps of {of})", xlabel="step in the season")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.legend(frameon=False, fontsize=9)
    return figure


def actual_chart(by_day: pd.DataFrame, expected: float) -> Figure:
    """Two panels by day of the forecast step: error beside what was measured at modeling, and the share inside.

    `by_day` has `value` (day), `mae`, `bias`, `coverage`.
    """
    figure, (left, right) = canvas(2, height=3.0)
    days = pd.to_datetime(by_day["value"])
    mark = {"marker": "o" if len(by_day) <= 60 else "", "markersize": 3}
    left.plot(days, by_day["mae"], color=BLUE, label="mean absolute error", **mark)
    left.plot(days, by_day["bias"], color=ORANGE, label="bias", **mark)
    left.axhline(expected, color=GREY, linestyle="--", linewidth=1.2, label="error at modeling")
    left.axhline(0, color="black", linewidth=0.8)
    left.set(title="Forecasts against what came")
    left.legend(frameon=False, fontsize=8)
    right.plot(days, by_day["coverage"], color=BLUE, **mark)
    right.axhline(0.8, color=GREY, linestyle="--", linewidth=1.2)
    right.set(title="Share of values inside of the 80% interval", ylim=(0, 1.02))
    right.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axes in (left, right):
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
        axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
    return figure


def values_chart(days: pd.DataFrame) -> Figure:
    """Two panels: values a day over all series, and how many series had one: `event_date`, `rows`, `series`."""
    figure, (left, right) = canvas(2, height=2.8)
    at = pd.to_datetime(days["event_date"])
    for axes, name, title in ((left, "rows", "Values by day"), (right, "series", "Series with a value by day")):
        axes.step(at, days[name], where="mid", color=BLUE, linewidth=1.1)
        axes.set(title=title, ylim=(0, None))
        axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
        axes.xaxis.set_major_formatter(ConciseDateFormatter(axes.xaxis.get_major_locator()))
    return figure


def _stack(count: int, height: float) -> tuple[Figure, list]:  # type: ignore[type-arg]
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(max(count, 1), 1, figsize=(11, 0.6 + height * max(count, 1)), layout="constrained",
                                squeeze=False, sharex=True)  # fmt: skip
    plt.close(figure)
    for one in axes[:, 0]:
        one.spines[["top", "right"]].set_visible(False)
        one.grid(axis="y", color="#E5E5E5", linewidth=0.8)
        one.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=8))
        one.xaxis.set_major_formatter(ConciseDateFormatter(one.xaxis.get_major_locator()))
    return figure, list(axes[:, 0])


def _duration(seconds: int) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return f"{seconds / length:.4g} {unit}{'' if seconds == length else 's'}"
    return f"{seconds} seconds"
