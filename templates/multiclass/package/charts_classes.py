"""Charts of the classes before any model: their shares over months and weekdays, and in the parts of the split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, canvas, kinds_chart
from .split import Split

MOST = 7
"""Classes beyond the most frequent ones are drawn as one."""
COLOURS = (BLUE, ORANGE, GREEN, RED, SKY, PURPLE, "#F0E442")
_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def case_charts(counts: pd.DataFrame, classes: Sequence[str], outcome: str, test_start: Any) -> list[Figure]:
    """Return the charts of `exploration.counts_by_day` by label: class shares by month and weekday.

    Counts alone where cases have no time.
    """
    if "month" not in counts:
        known = counts[counts["label"].notna()].groupby("label")["rows"].sum()
        rows = {name: int(known.get(place, 0)) for place, name in enumerate(classes)}
        unknown = int(counts["cases"].sum() - counts["rows"].sum())
        return [kinds_chart(rows | ({"outcome unknown": unknown} if unknown else {}), "cases")]
    figure, (left, right) = canvas(2, sharey=True, height=3.8)
    by_month = shares_by(counts, "month", classes)
    stacked(left, by_month, pd.to_datetime(by_month.index) + pd.Timedelta(days=14), width=26.0)
    left.axvline(pd.Timestamp(test_start), color="black", linestyle="--", linewidth=1.2)
    left.text(pd.Timestamp(test_start), 1.01, "hold-out", fontsize=9, va="bottom")
    left.set_title(f"Shares of {outcome} by month", pad=18)
    left.set(ylabel="share of known outcomes")
    left.tick_params(axis="x", rotation=45)
    by_weekday = shares_by(counts, "weekday", classes)
    stacked(right, by_weekday, by_weekday.index, width=0.85)
    right.set_title(f"Shares of {outcome} by weekday", pad=18)
    right.set_xticks(range(7), _DAYS)
    _legend(figure, right, by_month)
    return [figure]


def split_chart(counts: pd.DataFrame, split: Split, classes: Sequence[str], outcome: str) -> Figure:
    """Class shares by week over the three parts of the split, or, where it is by blocks, in each part."""
    inside = counts[(counts["day"] >= split.first) & (counts["day"] <= split.last)]
    bounds = {"to learn from": split.first, "to choose by": split.validation, "hold-out": split.test}
    if not split.is_timed:
        part = pd.cut(inside["day"], [*bounds.values(), split.last + 1], right=False, labels=list(bounds))
        shares = shares_by(inside.assign(part=part.astype(str)), "part", classes).loc[list(bounds)]
        figure, (axes,) = canvas(height=3.4)
        stacked(axes, shares, range(len(bounds)), width=0.6)
        axes.set_xticks(range(len(bounds)), list(bounds))
        axes.set(title=f"Shares of {outcome} in each part of the split")
    else:
        week = pd.to_datetime(inside["day"]).dt.to_period("W").dt.start_time
        shares = shares_by(inside.assign(week=week), "week", classes)
        figure, (axes,) = canvas(height=3.4)
        stacked(axes, shares, pd.to_datetime(shares.index) + pd.Timedelta(days=3.5), width=7.0)
        for name, start in bounds.items():
            axes.axvline(pd.Timestamp(start), color="black", linestyle="--", linewidth=1.2)
            axes.text(pd.Timestamp(start), 1.01, f" {name}", fontsize=9, va="bottom")
        axes.set_title(f"Shares of {outcome} by week, and what each part is for", pad=18)
    _legend(figure, axes, shares)
    return figure


def shares_by(counts: pd.DataFrame, by: str, classes: Sequence[str]) -> pd.DataFrame:
    """Return the share of each class (column) by value of `by` (index); of the least frequent ones together."""
    known = counts[counts["label"].notna()]
    rows = known.groupby([by, known["label"].astype(int)])["rows"].sum().unstack(fill_value=0)
    rows = rows.reindex(columns=range(len(classes)), fill_value=0).set_axis(list(classes), axis=1)
    if len(classes) > MOST:
        first = list(classes[: MOST - 1])
        rows = rows[first].assign(**{f"{len(classes) - len(first)} others": rows.drop(columns=first).sum(axis=1)})
    return rows.div(rows.sum(axis=1).clip(lower=1), axis=0)


def stacked(axes: Axes, shares: pd.DataFrame, places: Any, width: float) -> None:
    """Draw stacked bars of shares."""
    below = pd.Series(0.0, shares.index)
    for colour, name in zip([*COLOURS[: shares.shape[1] - 1], COLOURS[min(shares.shape[1], MOST) - 1]], shares,
                            strict=True):  # fmt: skip
        drawn = GREY if name.endswith(" others") and shares.shape[1] == MOST else colour
        axes.bar(places, shares[name], width, bottom=below, color=drawn, label=name)
        below = below + shares[name]
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _legend(figure: Figure, axes: Axes, shares: pd.DataFrame) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(shares.shape[1], MOST), frameon=False)
