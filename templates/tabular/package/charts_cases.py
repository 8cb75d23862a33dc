"""Charts of the cases before any model: their mean outcome over months, weekdays and hours, what columns tell alone.

`definition` and `modeling` call it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .charts import BLUE, GREY, RED, canvas, kinds_chart
from .charts_outcome import MEAN, UNIT, kinds, number_format
from .exploration import sums_by
from .strength import MEASURE, NOTHING, SAID

_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def case_charts(counts: pd.DataFrame, outcome: str, test_start: Any) -> list[Figure]:
    """Return the charts of `exploration.counts_by_day` over months, weekdays and hours.

    Counts alone where cases have no time.
    """
    if "month" not in counts:
        return [kinds_chart(kinds(counts, outcome), "cases")]
    if counts["hour"].nunique() < 2:
        by_month, by_weekday = sums_by(counts, "month", "weekday")
        return [mean_chart(by_month, by_weekday, outcome, test_start)]
    by_month, by_hour = sums_by(counts, "month", "hour")
    charts = [mean_chart(by_month, by_hour, outcome, test_start)]
    return [*charts, week_chart(sums_by(counts, ["weekday", "hour"])[0], outcome)]


def mean_chart(by_month: pd.DataFrame, by_part: pd.DataFrame, outcome: str, test_start: Any) -> Figure:
    """Two panels: the mean outcome by month, with the first day of the hold-out, and by hour or weekday.

    Both frames have `rows`, `total` and `month` (first day), `hour` or `weekday` (0 Monday).
    """
    figure, (left, right) = canvas(2, sharey=True)
    left.bar(pd.to_datetime(by_month["month"]), by_month["total"] / by_month["rows"], 25, color=BLUE, align="edge")
    left.axvline(pd.Timestamp(test_start), color=RED, linestyle="--", linewidth=1.2)
    left.text(pd.Timestamp(test_start), left.get_ylim()[1], " hold-out", color=RED, fontsize=9, va="top")
    left.set(title=f"{MEAN} {outcome} by month", ylabel=UNIT or outcome)
    left.tick_params(axis="x", rotation=45)
    part = "hour" if "hour" in by_part else "weekday"
    right.bar(by_part[part], by_part["total"] / by_part["rows"], color=BLUE, width=0.85)
    right.set(title=f"{MEAN} {outcome} by {part}", xlabel="hour of the day" if part == "hour" else "")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    if part == "weekday":
        right.set_xticks(range(7), _DAYS)
    for axes in (left, right):
        axes.yaxis.set_major_formatter(number_format())
    return figure


def week_chart(cells: pd.DataFrame, outcome: str) -> Figure:
    """A heat map of the mean outcome by weekday and hour: `weekday` (0 Monday), `hour`, `rows`, `total`."""
    wide = cells.assign(mean=cells["total"] / cells["rows"]).pivot(index="weekday", columns="hour", values="mean")
    wide = wide.reindex(index=range(7))
    figure, (axes,) = canvas(height=3.0)
    image = axes.imshow(wide, aspect="auto", cmap="cividis")
    axes.set(title=f"{MEAN} {outcome} by weekday and hour", xlabel="hour of the day")
    axes.set_xticks(range(len(wide.columns)), [str(int(hour)) for hour in wide.columns])
    axes.set_yticks(range(7), _DAYS)
    axes.grid(visible=False)
    figure.colorbar(image, ax=axes, format=number_format(), label=UNIT or outcome)
    return figure


def columns_alone_chart(found: pd.DataFrame, limit: float, most: int = 20) -> Figure:
    """Bars of what each column tells alone: `column`, its strength, `state` (usable, declared as leak, suspicious)."""
    shown = found.head(most).iloc[::-1]
    colours = {"usable": BLUE, "declared as leak": GREY, "suspicious": RED}
    figure, (axes,) = canvas(height=1.2 + 0.24 * len(shown))
    bars = shown[MEASURE].clip(lower=NOTHING) - NOTHING
    axes.barh(shown["column"], bars, left=NOTHING, color=[colours[state] for state in shown["state"]])
    for state in [one for one in colours if (shown["state"] == one).any()]:
        axes.bar(NOTHING, 0, color=colours[state], label=state)
    axes.axvline(limit, color=RED, linestyle="--", linewidth=1, label=f"suspicious beyond {limit:g}")
    axes.set(title="What each column can do alone", xlabel=f"{SAID} on rows that it has not seen")
    axes.set_xlim(NOTHING - 0.02, 1.0)
    axes.grid(axis="y", visible=False)
    axes.legend(loc="lower right", frameon=False)
    return figure
