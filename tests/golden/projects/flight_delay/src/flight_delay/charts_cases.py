"""Charts of the cases before any model: how often they are positive, and when. `definition` calls it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .cases import rate_by
from .charts import BLUE, RED, canvas, kinds_chart

_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def case_charts(rates: pd.DataFrame, positive: str, test_start: Any) -> list[Figure]:
    """Return the charts of `cases.rates`: over months, weekdays and hours; counts alone where cases have no time."""
    if "month" not in rates:
        known, positives = int(rates["rows"].sum()), int(rates["positives"].sum())
        kinds = {positive: positives, f"not {positive}": known - positives}
        return [kinds_chart({**kinds, "outcome unknown": int(rates["cases"].sum()) - known}, "cases")]
    if rates["hour"].nunique() < 2:
        by_month, by_weekday = rate_by(rates, "month", "weekday")
        return [rate_chart(by_month, by_weekday, positive, test_start)]
    by_month, by_hour = rate_by(rates, "month", "hour")
    charts = [rate_chart(by_month, by_hour, positive, test_start)]
    return [*charts, week_chart(rate_by(rates, ["weekday", "hour"])[0], positive)]


def rate_chart(by_month: pd.DataFrame, by_part: pd.DataFrame, positive: str, test_start: Any) -> Figure:
    """Two panels: the rate of positives by month, with the first day of the hold-out, and by hour or weekday.

    Both frames have `rows`, `positives` and `month` (first day), `hour` or `weekday` (0 Monday).
    """
    figure, (left, right) = canvas(2, sharey=True)
    left.bar(pd.to_datetime(by_month["month"]), by_month["positives"] / by_month["rows"], 25, color=BLUE, align="edge")
    left.axvline(pd.Timestamp(test_start), color=RED, linestyle="--", linewidth=1.2)
    left.text(pd.Timestamp(test_start), left.get_ylim()[1], " hold-out", color=RED, fontsize=9, va="top")
    left.set(title=f"Rate of {positive} by month", ylabel=f"share of rows that are {positive}")
    left.tick_params(axis="x", rotation=45)
    part = "hour" if "hour" in by_part else "weekday"
    right.bar(by_part[part], by_part["positives"] / by_part["rows"], color=BLUE, width=0.85)
    right.set(title=f"Rate of {positive} by {part}", xlabel="hour of the day" if part == "hour" else "")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    if part == "weekday":
        right.set_xticks(range(7), _DAYS)
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
