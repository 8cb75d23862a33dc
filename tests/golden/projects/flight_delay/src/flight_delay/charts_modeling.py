"""Charts of modeling: the split, the candidates, the hold-out in slices, what the model rests on."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from .charts import BLUE, GREEN, GREY, ORANGE, RED, canvas
from .charts_outcome import JUDGED, MEAN, UNIT, mean_said, number_format
from .split import Split


def split_chart(days: pd.DataFrame, split: Split, outcome: str) -> Figure:
    """The mean outcome by week over the three parts of the split; `days` as `count_days` returns it.

    Where the split is by blocks, a bar for each part.
    """
    if not split.is_timed:
        return _parts_chart(split.parts(days), outcome)
    inside = days[(days["day"] >= split.first) & (days["day"] <= split.last)]
    weeks = inside.assign(week=pd.to_datetime(inside["day"]).dt.to_period("W").dt.start_time)
    sums = weeks.groupby("week")[["known", "total"]].sum()
    figure, (axes,) = canvas(height=3.0)
    axes.plot(sums.index, sums["total"] / sums["known"].clip(lower=1), color="black", linewidth=1.4)
    bounds = [split.first, split.validation, split.test, split.last]
    names = ("to learn from", "to choose by", "hold-out")
    for name, colour, start, end in zip(names, (BLUE, GREEN, ORANGE), bounds, bounds[1:], strict=False):
        axes.axvspan(pd.Timestamp(start), pd.Timestamp(end), color=colour, alpha=0.15, linewidth=0)
        axes.text(pd.Timestamp(start), 0.97, f" {name}", transform=axes.get_xaxis_transform(), va="top", fontsize=9)
    axes.set(title=f"{MEAN} {outcome} by week, and what each part is for", ylabel=UNIT or outcome)
    axes.set_ylim(bottom=min(0.0, *axes.get_ylim()))
    axes.yaxis.set_major_formatter(number_format())
    axes.margins(x=0)
    return figure


def _parts_chart(parts: pd.DataFrame, outcome: str) -> Figure:
    figure, (axes,) = canvas(height=2.0)
    bars = axes.barh(parts["part"][::-1], parts["mean"][::-1], color=[ORANGE, GREEN, BLUE])
    said = [f"{mean_said(one.mean)}, {one.known:,} cases" for one in parts[::-1].itertuples()]
    axes.bar_label(bars, said, padding=4, fontsize=9)
    axes.set(title=f"{MEAN} {outcome} in each part of the split", xlabel=UNIT or outcome)
    axes.xaxis.set_major_formatter(number_format())
    axes.margins(x=0.2)
    axes.grid(axis="y", visible=False)
    return figure


def trials_chart(trials: pd.DataFrame) -> Figure:
    """Bars of what each candidate achieves on the days to choose by, with the simple rule as the line to beat."""
    models = trials[trials["candidate"].notna()].iloc[::-1]
    rule = float(trials.loc[trials["candidate"].isna(), JUDGED.column].iloc[0])
    names = [f"{one.model} ({one.settings})" for one in models.itertuples()]
    figure, (axes,) = canvas(height=1.4 + 0.35 * len(models))
    values = models[JUDGED.column] - JUDGED.worthless
    bars = axes.barh(names, values, left=JUDGED.worthless, color=[*[BLUE] * (len(models) - 1), GREEN])
    axes.bar_label(bars, [JUDGED.said_of(value) for value in models[JUDGED.column]], padding=3, fontsize=9)
    axes.axvline(rule, color=RED, linestyle="--", linewidth=1.4)
    said = f"(green: chosen; line: the simple rule, {JUDGED.said_of(rule)})"
    axes.set(title=f"Candidates on the days to choose by {said}", xlabel=JUDGED.title)
    axes.set_xlim(JUDGED.worthless, JUDGED.worthless + 1.15 * max(float(values.max()), rule - JUDGED.worthless))
    axes.grid(axis="y", visible=False)
    return figure


def slices_chart(slices: Mapping[str, pd.DataFrame], most: int = 24) -> Figure:
    """A panel for each slice: the measure of its values, larger dots for more cases; `slices` as `by_value` returns
    them.
    """
    measure = JUDGED.column
    shown = {name: one.nlargest(most, "rows").sort_values(measure) for name, one in slices.items() if len(one)}
    figure, panels = canvas(max(len(shown), 1), height=1.4 + 0.2 * max((len(one) for one in shown.values()), default=1))
    for axes, (name, one) in zip(panels, shown.items(), strict=False):
        sizes = 12 + 160 * one["rows"] / one["rows"].max()
        axes.scatter(one[measure], one["value"].astype(str), s=sizes, color=BLUE, alpha=0.8)
        if JUDGED.worthless:
            axes.axvline(JUDGED.worthless, color=GREY, linestyle=":", linewidth=1.2)
        axes.set(title=f"by {name}")
        axes.margins(x=0.15)
        axes.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    if not shown:
        panels[0].set(title="No slice has enough cases to be judged", xticks=[], yticks=[])
    figure.supxlabel(f"{JUDGED.title} (dot size: cases)", fontsize=10)
    return figure


def importance_chart(found: pd.DataFrame, most: int = 15) -> Figure:
    """Bars of what is lost when a column is shuffled; `found` as `importance` returns it."""
    shown = found.head(most).iloc[::-1]
    figure, (axes,) = canvas(height=1.2 + 0.24 * len(shown))
    bars = axes.barh(shown["column"], shown["lost"], color=BLUE)
    axes.bar_label(bars, [JUDGED.said_of(value) for value in shown["lost"]], padding=3, fontsize=8)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set(title="What the model rests on", xlabel=JUDGED.shuffled)
    axes.margins(x=0.12)
    axes.grid(axis="y", visible=False)
    return figure
