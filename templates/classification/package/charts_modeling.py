"""Charts of modeling: the split, the candidates, the hold-out seen whole and in slices, what the model rests on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, RED, canvas
from .evaluation import TOP, calibration
from .features import RULE, SCORE
from .split import Split


def split_chart(days: pd.DataFrame, split: Split, positive: str) -> Figure:
    """The rate of positives by week over the three parts of the split; `days` as `count_days` returns it.

    Where the split is by blocks, a bar for each part.
    """
    if not split.is_timed:
        return _parts_chart(split.parts(days), positive)
    inside = days[(days["day"] >= split.first) & (days["day"] <= split.last)]
    weeks = inside.assign(week=pd.to_datetime(inside["day"]).dt.to_period("W").dt.start_time)
    sums = weeks.groupby("week")[["known", "positives"]].sum()
    figure, (axes,) = canvas(height=3.0)
    axes.plot(sums.index, sums["positives"] / sums["known"].clip(lower=1), color="black", linewidth=1.4)
    bounds = [split.first, split.validation, split.test, split.last]
    names = ("to learn from", "to choose by", "hold-out")
    for name, colour, start, end in zip(names, (BLUE, GREEN, ORANGE), bounds, bounds[1:], strict=False):
        axes.axvspan(pd.Timestamp(start), pd.Timestamp(end), color=colour, alpha=0.15, linewidth=0)
        axes.text(pd.Timestamp(start), 0.97, f" {name}", transform=axes.get_xaxis_transform(), va="top", fontsize=9)
    axes.set(
        title=f"Rate of {positive} by week, and what each part is for", ylabel="share of known cases", ylim=(0, None)
    )
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.margins(x=0)
    return figure


def _parts_chart(parts: pd.DataFrame, positive: str) -> Figure:
    figure, (axes,) = canvas(height=2.0)
    bars = axes.barh(parts["part"][::-1], parts["rate"][::-1], color=[ORANGE, GREEN, BLUE])
    axes.bar_label(
        bars, [f"{one.rate:.1%} of {one.known:,}" for one in parts[::-1].itertuples()], padding=4, fontsize=9
    )
    axes.set(title=f"Rate of {positive} in each part of the split", xlabel="share of known cases")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.margins(x=0.2)
    axes.grid(axis="y", visible=False)
    return figure


def trials_chart(trials: pd.DataFrame) -> Figure:
    """Bars of the AUC of each candidate on the days to choose by, with the simple rule as the line to beat."""
    models = trials[trials["candidate"].notna()].iloc[::-1]
    rule = float(trials.loc[trials["candidate"].isna(), "auc"].iloc[0])
    names = [f"{one.model} ({one.settings})" for one in models.itertuples()]
    figure, (axes,) = canvas(height=1.4 + 0.35 * len(models))
    bars = axes.barh(names, models["auc"] - 0.5, left=0.5, color=[*[BLUE] * (len(models) - 1), GREEN])
    axes.bar_label(bars, [f"{value:.3f}" for value in models["auc"]], padding=3, fontsize=9)
    axes.axvline(rule, color=RED, linestyle="--", linewidth=1.4)
    title = f"Candidates on the days to choose by (green: chosen; line: the simple rule, {rule:.3f})"
    axes.set(title=title, xlabel="AUC", xlim=(0.5, float(max(models["auc"].max(), rule)) + 0.04))
    axes.grid(axis="y", visible=False)
    return figure


def quality_chart(counts: pd.DataFrame, by_month: pd.DataFrame) -> Figure:
    """Panels: positives caught by share of cases warned, observed rate by score, and, where `by_month` has rows, mean
    score beside rate by month.
    """
    figure, (gains, reliability, *over_time) = canvas(3 if len(by_month) else 2, height=3.8)
    for model, name, colour in ((SCORE, "model", BLUE), (RULE, "simple rule", ORANGE)):
        bins = counts[counts["model"] == model].groupby("bin")[["rows", "positives"]].sum().sort_index(ascending=False)
        shares = np.vstack([[0.0, 0.0], (bins.cumsum() / bins.sum()).to_numpy()])
        caught = float(np.interp(TOP, shares[:, 0], shares[:, 1]))
        gains.plot(shares[:, 0], shares[:, 1], color=colour, label=f"{name}: {caught:.0%} in the first tenth")
    gains.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="by chance")
    gains.axvline(TOP, color=GREY, linewidth=0.8)
    gains.set(title="Positives caught", xlabel="share of cases, highest scores first", ylabel="share of positives")
    gains.legend(frameon=False, fontsize=8, loc="lower right")
    for model, name, colour in ((SCORE, "model", BLUE), (RULE, "simple rule", ORANGE)):
        groups = calibration(counts[counts["model"] == model])
        reliability.plot(groups["predicted"], groups["observed"], marker="o", color=colour, label=name)
    most = max(line.get_xdata().max() for line in reliability.lines) * 1.05
    reliability.plot([0, most], [0, most], color=GREY, linestyle=":", label="as it should be")
    reliability.set(title="Is 30% really 30%?", xlabel="mean score of a tenth of the cases", ylabel="observed rate")
    reliability.legend(frameon=False, fontsize=8)
    for drift in over_time:
        months = pd.to_datetime(by_month["value"])
        drift.plot(months, by_month["mean_score"], marker="o", color=BLUE, label="mean score")
        drift.plot(months, by_month["rate"], marker="s", color=RED, label="observed rate")
        drift.fill_between(months, by_month["mean_score"], by_month["rate"], color=GREY, alpha=0.2)
        drift.set(title="Calibration by month", ylabel="share of cases", ylim=(0, None))
        drift.xaxis.set_major_formatter(ConciseDateFormatter(AutoDateLocator(maxticks=8)))
        drift.legend(frameon=False, fontsize=8)
    for axes in (gains, reliability, *over_time):
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for axes in (gains, reliability):
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    return figure


def slices_chart(slices: Mapping[str, pd.DataFrame], most: int = 24) -> Figure:
    """A panel for each slice: AUC of its values, larger dots for more cases; `slices` as `by_value` returns them."""
    shown = {name: one.nlargest(most, "rows").sort_values("auc") for name, one in slices.items() if len(one)}
    figure, panels = canvas(max(len(shown), 1), height=1.4 + 0.2 * max((len(one) for one in shown.values()), default=1))
    for axes, (name, one) in zip(panels, shown.items(), strict=False):
        axes.scatter(
            one["auc"], one["value"].astype(str), s=12 + 160 * one["rows"] / one["rows"].max(), color=BLUE, alpha=0.8
        )
        axes.axvline(0.5, color=GREY, linestyle=":", linewidth=1.2)
        axes.set(title=f"AUC by {name}", xlabel="AUC (dot size: cases)")
        axes.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    return figure


def importance_chart(found: pd.DataFrame, most: int = 15) -> Figure:
    """Bars of the AUC that is lost when a column is shuffled; `found` as `importance` returns it."""
    shown = found.head(most).iloc[::-1]
    figure, (axes,) = canvas(height=1.2 + 0.24 * len(shown))
    bars = axes.barh(shown["column"], shown["auc_lost"], color=BLUE)
    axes.bar_label(bars, [f"{value:.3f}" for value in shown["auc_lost"]], padding=3, fontsize=8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set(title="What the model rests on", xlabel="AUC lost when the column is shuffled")
    axes.margins(x=0.12)
    axes.grid(axis="y", visible=False)
    return figure
