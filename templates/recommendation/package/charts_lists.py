"""Charts of lists: candidates beside each other, measures by length, long tail, users by their history, movers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, canvas
from .ranking import LENGTHS, K

_COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, GREY)
_MEASURES = {
    "hit_rate": "users with a hit",
    "recall": "share of what they took",
    "ndcg": "NDCG",
    "novelty": "novelty, bits",
}
_PERCENT = PercentFormatter(1, decimals=0)


def trials_chart(trials: pd.DataFrame) -> Figure:
    """Hit rate and coverage of each candidate with intervals, the best on top; a colour for each kind."""
    shown = trials.iloc[::-1]
    kinds = list(dict.fromkeys(trials["kind"]))
    colours = [_COLOURS[kinds.index(kind)] for kind in shown["kind"]]
    figure, axes = canvas(2, height=1.3 + 0.34 * len(shown), sharey=True)
    for one, name in zip(axes, ("hit_rate", "coverage"), strict=True):
        ends = np.clip([shown[name] - shown[f"{name}_low"], shown[f"{name}_high"] - shown[name]], 0, None)
        one.barh(shown["candidate"], shown[name], xerr=ends, color=colours, error_kw={"ecolor": "black", "capsize": 2})
        one.xaxis.set_major_formatter(PercentFormatter(1))
        one.grid(axis="y", visible=False)
        one.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    axes[0].set(title=f"Users with a hit among {K}")
    axes[1].set(title=f"Items that are in some list of {K}")
    return figure


def lengths_chart(lengths: pd.DataFrame, models: Sequence[str]) -> Figure:
    """Measures by the length of the list, a line with its interval for each model; `lengths` of `ranking.by_length`."""
    figure, axes = canvas(4, height=3.2, width=12)
    for one, (name, said) in zip(axes, _MEASURES.items(), strict=True):
        for model, colour in zip(models, _COLOURS, strict=False):
            part = lengths[lengths["model"] == model].sort_values("k")
            one.plot(part["k"], part[name], color=colour, marker="o", markersize=3, label=model)
            one.fill_between(
                part["k"], part[f"{name}_low"], part[f"{name}_high"], color=colour, alpha=0.18, linewidth=0
            )
        one.set(title=said, xlabel="length of the list", xticks=LENGTHS)
        if name != "novelty":
            one.yaxis.set_major_formatter(_PERCENT)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(models), frameon=False)
    return figure


def tail_chart(deciles: pd.DataFrame, lengths: pd.DataFrame, models: Sequence[str]) -> Figure:
    """What is recommended from the head and the tail of the items, and how many items are ever shown."""
    figure, (left, right) = canvas(2, height=3.4)
    width = 0.8 / len(models)
    for number, (model, colour) in enumerate(zip(models, _COLOURS, strict=False)):
        shares = deciles[deciles["model"] == model].set_index("decile")["share"].reindex(range(1, 11)).fillna(0.0)
        left.bar(
            shares.index + (number - (len(models) - 1) / 2) * width, shares, width=width, color=colour, label=model
        )
        part = lengths[lengths["model"] == model].sort_values("k")
        right.plot(part["k"], part["coverage"], color=colour, marker="o", markersize=3, label=model)
    left.set(
        title="Whose turn it is: places by tenth of the items", xlabel="tenth of the items, 1 is what most users have"
    )
    left.set(ylabel=f"share of {K} places", xticks=range(1, 11))
    right.set(title="Items that are in some list", xlabel="length of the list", xticks=LENGTHS, ylim=(0, None))
    for one in (left, right):
        one.yaxis.set_major_formatter(_PERCENT)
    left.legend(frameon=False, fontsize=8)
    return figure


def history_chart(history: pd.DataFrame, models: Sequence[str]) -> Figure:
    """Hit rate by how many items a user had, with intervals; `history` of `ranking.by_history`."""
    groups = list(dict.fromkeys(history["value"]))
    figure, (axes,) = canvas(height=3.2)
    width = 0.8 / len(models)
    for number, (model, colour) in enumerate(zip(models, _COLOURS, strict=False)):
        part = history[history["model"] == model].set_index("value").reindex(groups)
        at = np.arange(len(groups)) + (number - (len(models) - 1) / 2) * width
        ends = np.clip([part["hit_rate"] - part["low"], part["high"] - part["hit_rate"]], 0, None)
        axes.bar(at, part["hit_rate"], width=width, yerr=ends, color=colour, label=model,
                 error_kw={"elinewidth": 1, "capsize": 2})  # fmt: skip
    users = history[history["model"] == models[0]].set_index("value")["users"].reindex(groups).fillna(0)
    axes.set_xticks(
        range(len(groups)), [f"{one} items\n{count:,.0f} users" for one, count in zip(groups, users, strict=True)]
    )
    axes.set(title=f"Users with a hit among {K}, by what they had before", ylim=(0, None))
    axes.yaxis.set_major_formatter(_PERCENT)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)
    return figure


def most_recommended_chart(top: pd.DataFrame) -> Figure:
    """Bars of the share of lists that an item is on; `top` of `examples.most_recommended`."""
    shown = top.iloc[::-1]
    figure, (axes,) = canvas(height=1.2 + 0.26 * max(len(shown), 1))
    bars = axes.barh(range(len(shown)), shown["share"], color=BLUE)
    axes.bar_label(bars, [f"{share:.0%}" for share in shown["share"]], padding=3, fontsize=8)
    axes.set_yticks(range(len(shown)), [str(name)[:60] for name in shown["name"]], fontsize=8)
    axes.set(
        title="Items on most of the lists", xlabel="share of the lists", xlim=(0, min(1.08, shown["share"].max() * 1.2))
    )
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.grid(axis="y", visible=False)
    return figure


def served_chart(found: pd.DataFrame) -> Figure:
    """Hit rate of what was served, beside what is popular, by the day of serving; `found` of `uptake.by_serving`."""
    shown = found[found["users"] > 0]
    figure, (axes,) = canvas(height=1.6 + 0.5 * max(len(shown), 1))
    labels = [f"{row.served_on}, {row.days} days\n{row.users:,} users" for row in shown.itertuples()]
    at = np.arange(len(shown))
    for shift, name, colour, said in ((0.2, "hit_rate", BLUE, "served"), (-0.2, "popular_hit_rate", GREY, "popular")):
        ends = np.clip([shown[name] - shown[f"{name}_low"], shown[f"{name}_high"] - shown[name]], 0, None)
        bars = axes.barh(at + shift, shown[name], height=0.36, xerr=ends, color=colour, label=said)
        axes.bar_label(bars, [f"{value:.1%}" for value in shown[name]], padding=6, fontsize=8)
    axes.set_yticks(at, labels)
    axes.set(title=f"Users with a hit among {K} since their list was served", xlim=(0, None))
    axes.margins(x=0.15)
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.grid(axis="y", visible=False)
    axes.legend(frameon=False)
    return figure


def movers_chart(movers: pd.DataFrame) -> Figure:
    """Items whose share of the users rose or fell most: `name`, `before`, `now`; `movers` of `uptake.movers`."""
    shown = movers.assign(change=movers["now"] - movers["before"]).sort_values("change")
    figure, (axes,) = canvas(height=1.3 + 0.26 * max(len(shown), 1))
    colours = [GREEN if change > 0 else RED for change in shown["change"]]
    axes.hlines(shown["name"], shown["before"], shown["now"], color=colours, linewidth=2)
    axes.scatter(shown["before"], shown["name"], color=GREY, s=16, label="when it was learnt", zorder=3)
    axes.scatter(shown["now"], shown["name"], color=colours, s=22, label="recent days", zorder=3)
    axes.set(title="Items whose popularity moved most", xlabel="share of the users of the period")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.1%}"))
    axes.legend(frameon=False, loc="lower right", fontsize=8)
    return figure
