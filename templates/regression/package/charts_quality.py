"""Chart of modeling: the hold-out seen whole. `modeling` calls it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure

from .charts import BLUE, GREY, ORANGE, RED, canvas
from .charts_outcome import number_format

MODEL, OF_RULE = "model", "simple rule"


def quality_chart(cells: pd.DataFrame, by_size: pd.DataFrame, by_month: pd.DataFrame, outcome: str) -> Figure:
    """Panels: observed against predicted, error and bias by size of the outcome, and error by month where there is any.

    `cells` as `scatter.cells`; `by_size` and `by_month` as `by_value`, with the column `model` (model, simple rule).
    """
    figure, (left, middle, *over_time) = canvas(3 if len(by_month) else 2, height=3.9)
    _observed(left, cells, outcome)
    _sizes(middle, by_size, outcome)
    for axes in over_time:
        for name, colour in ((MODEL, BLUE), (OF_RULE, ORANGE)):
            one = by_month[by_month["model"] == name]
            axes.plot(pd.to_datetime(one["value"]), one["mae"], marker="o", markersize=4, color=colour, label=name)
        axes.set(title="Error by month", ylabel="mean absolute error", ylim=(0, None))
        axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator(maxticks=8)))
        axes.yaxis.set_major_formatter(number_format())
        axes.legend(frameon=False, fontsize=8)
    return figure


def _observed(axes: Axes, cells: pd.DataFrame, outcome: str) -> None:
    """A map of how many cases lie where, predicted across, observed upwards, with the mean observed of each column."""
    drawn = axes.scatter(cells["predicted"], cells["observed"], c=cells["rows"], s=9, marker="s", cmap="Blues",
                         norm=LogNorm(vmin=0.5))  # fmt: skip
    weights = cells.assign(sum=cells["observed"] * cells["rows"]).groupby("predicted")[["sum", "rows"]].sum()
    means = weights["sum"] / weights["rows"]
    enough = weights["rows"] >= 0.002 * weights["rows"].sum()
    axes.plot(means.index[enough], means[enough], color=RED, linewidth=1.5, label="mean observed")
    ends = [
        min(cells["predicted"].min(), cells["observed"].min()),
        max(cells["predicted"].max(), cells["observed"].max()),
    ]
    axes.plot(ends, ends, color=GREY, linestyle=":", label="as it should be")
    axes.set(title="Observed against predicted", xlabel=f"predicted {outcome}", ylabel=f"observed {outcome}")
    axes.xaxis.set_major_formatter(number_format())
    axes.yaxis.set_major_formatter(number_format())
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    axes.figure.colorbar(drawn, ax=axes, label="cases", shrink=0.8)


def _sizes(axes: Axes, by_size: pd.DataFrame, outcome: str) -> None:
    """Lines of the error of both, and bars of the model's bias, by tenth of the outcome."""
    model = by_size[by_size["model"] == MODEL].reset_index(drop=True)
    places = np.arange(len(model))
    axes.bar(places, model["bias"], color=GREY, alpha=0.5, label="bias of the model")
    for name, colour in ((MODEL, BLUE), (OF_RULE, ORANGE)):
        errors = by_size.loc[by_size["model"] == name, "mae"].to_numpy()
        axes.plot(np.arange(len(errors)), errors, marker="o", markersize=4, color=colour, label=f"error of the {name}")
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xticks(places, model["value"].astype(str), rotation=60, ha="right", fontsize=7)
    axes.set(title="Error by size of the outcome", xlabel=f"observed {outcome}", ylabel="mean absolute error, bias")
    axes.yaxis.set_major_formatter(number_format())
    axes.legend(frameon=False, fontsize=8)
