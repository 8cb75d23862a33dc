"""Charts of modeling: which classes are taken for which, and how sure is sure. `modeling` calls them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, canvas

FEWEST = 10
"""Cases from which on the share of a group is drawn."""


def classes_chart(wrong: pd.DataFrame, each: pd.DataFrame) -> Figure:
    """Two panels: the confusion of classes as shares of the true class, and recall and precision of each class.

    `wrong` has counts by true class (index) and predicted class, `each` is `evaluation.by_class`.
    """
    size = max(3.6, 1.6 + 0.42 * len(wrong))
    figure, (left, right) = canvas(2, height=min(size, 9.0))
    _confusion(left, wrong)
    places = np.arange(len(each))
    right.barh(places - 0.2, each["recall"].fillna(0), 0.38, color=BLUE, label="recall: found of the class")
    right.barh(places + 0.2, each["precision"].fillna(0), 0.38, color=ORANGE, label="precision: right when said")
    for place, one in zip(places, each.itertuples(), strict=True):
        for at, value in ((place - 0.2, one.recall), (place + 0.2, one.precision)):
            said = "never said" if np.isnan(value) else f"{value:.0%}"
            right.text((0.0 if np.isnan(value) else value) + 0.01, at, said, va="center", fontsize=7)
    names = [f"{name} (n={rows:,})" for name, rows in zip(each["class"], each["rows"], strict=True)]
    right.set_yticks(places, names, fontsize=8)
    right.invert_yaxis()
    right.set(title="Each class, by its true cases", xlim=(0, 1.12))
    right.set_ylim(len(each) - 0.4, -0.6)
    right.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    right.grid(axis="y", visible=False)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=2, frameon=False, fontsize=8)
    return figure


def sureness_chart(calibration: pd.DataFrame, months: Mapping[str, pd.DataFrame]) -> Figure:
    """Panels: share right by probability of the predicted class, and log loss by month where there is any.

    `calibration` as `evaluation.calibration`, of which tenths with fewer than FEWEST cases say nothing and are left
    out; `months` the measures by month of each model.
    """
    calibration = calibration[calibration["rows"] >= FEWEST]
    is_timed = any(len(one) for one in months.values())
    figure, (left, *over_time) = canvas(2 if is_timed else 1, height=3.8, width=11.0 if is_timed else 6.5)
    left.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="as it should be")
    sizes = 20 + 200 * calibration["rows"] / max(calibration["rows"].max(), 1)
    left.plot(calibration["predicted"], calibration["observed"], color=BLUE, linewidth=1)
    left.scatter(calibration["predicted"], calibration["observed"], s=sizes, color=BLUE, label="model (size: cases)")
    for one in calibration.itertuples():
        left.annotate(f"{one.rows:,}", (one.predicted, one.observed), textcoords="offset points", xytext=(9, -9),
                      fontsize=7)  # fmt: skip
    left.set(
        title="Is 70% really 70%?", xlabel="mean probability of the predicted class", ylabel="share that was right"
    )
    low = min([0.5, *calibration["predicted"], *calibration["observed"]])
    left.set(xlim=(max(0.0, low - 0.08), 1.03), ylim=(max(0.0, low - 0.08), 1.05))
    left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    left.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    left.legend(frameon=False, fontsize=8, loc="upper left")
    for axes in over_time:
        colours = dict(zip(["model", "simple rule"], [BLUE, ORANGE], strict=True))
        for name, one in months.items():
            line = {"color": colours.get(name, GREEN), "label": name, "marker": "o", "markersize": 4}
            axes.plot(pd.to_datetime(one["value"]), one["log_loss"], **line)
        axes.set(title="Log loss by month", ylabel="nats, lower is better")
        axes.set_ylim(0, 1.15 * max(float(one["log_loss"].max()) for one in months.values() if len(one)))
        axes.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator(maxticks=8)))
        axes.legend(frameon=False, fontsize=8)
    return figure


def _confusion(axes: Axes, wrong: pd.DataFrame) -> None:
    shares = wrong.div(wrong.sum(axis=1).clip(lower=1), axis=0).to_numpy(float)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    small = 9 if len(wrong) <= 8 else 6
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            colour = "white" if share > 0.55 else "black"
            axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=small, color=colour)
    axes.set_xticks(range(len(wrong)), wrong.columns, rotation=45, ha="right", fontsize=8)
    axes.set_yticks(range(len(wrong)), wrong.index, fontsize=8)
    axes.set(title="Taken for what, as share of the true class", xlabel="predicted", ylabel="true")
    axes.grid(visible=False)
