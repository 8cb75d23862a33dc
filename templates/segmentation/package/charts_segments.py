"""Charts of segments: how entities lie, the choice of k, profiles, sizes, what comes next, movement."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from .charts import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, SKY, canvas
from .grid import GRID, MODEL
from .segments import NAME

COLOURS = [BLUE, ORANGE, GREEN, PURPLE, SKY, RED, GREY, "#F0E442"]


def columns_chart(sample: pd.DataFrame, columns: Sequence[str], most: int = 6) -> Figure:
    """A histogram of each column of a sample, on a log scale where all is positive and the largest dwarf the rest."""
    shown = [name for name in columns if sample[name].notna().any()][:most]
    figure, axes = canvas(len(shown), height=2.8)
    for one, name in zip(axes, shown, strict=True):
        values = sample[name].dropna().astype(float)
        is_log = values.quantile(0.01) > 0 and values.quantile(0.99) > 20 * values.median()
        low, high = values.quantile([0.005, 0.995])
        inside = values[values.between(low, high)]
        edges = np.geomspace(low, high, 31) if is_log and high > low else 30
        one.hist(inside, bins=edges, color=BLUE)
        one.set(title=name, ylabel="entities" if one is axes[0] else "")
        if is_log:
            one.set_xscale("log")
    return figure


def k_chart(found: pd.DataFrame, k: int, least: float) -> Figure:
    """Compactness and agreement of halves over the number of segments; the chosen one is marked."""
    figure, (compact, stable) = canvas(2)
    compact.plot(found["k"], found["silhouette"], marker="o", color=BLUE)
    compact.plot(found["k"], found["chance"], color=RED, linestyle="--", linewidth=1.2, label="without any segments")
    compact.legend(frameon=False, loc="lower left")
    compact.set(title="How compact: silhouette", xlabel="segments", ylim=(0, max(0.6, found["silhouette"].max() * 1.1)))
    stable.fill_between(found["k"], found["stability_low"], found["stability_high"], color=ORANGE, alpha=0.25, lw=0)
    stable.plot(found["k"], found["stability"], marker="o", color=ORANGE)
    stable.axhline(least, color=RED, linestyle="--", linewidth=1.2, label=f"wanted: {least:g}")
    stable.set(title="How stable: agreement of segments of two halves", xlabel="segments", ylim=(0, 1.03))
    stable.legend(frameon=False, loc="lower left")
    for axes in (compact, stable):
        axes.axvline(k, color=GREY, linestyle=":", linewidth=1.5)
        axes.set_xticks(found["k"])
    return figure


def profile_chart(
    centres: npt.NDArray[np.float64], columns: Sequence[str], profile: pd.DataFrame, named: Sequence[str]
) -> Figure:
    """A heat map of how far each segment lies from the whole in each column, with its median written into the cell."""
    shares = profile.set_index("segment_no")["share"].reindex(range(len(centres)), fill_value=0.0)
    apart = centres - np.average(centres, axis=0, weights=np.maximum(shares, 1e-9))
    order = list(profile["segment_no"])
    figure, (axes,) = canvas(height=1.2 + 0.5 * len(order))
    axes.imshow(apart[order], cmap="RdBu_r", vmin=-2, vmax=2, aspect="auto")
    axes.set_yticks(range(len(order)), [f"{named[one]} ({shares[one]:.0%})" for one in order])
    axes.set_xticks(range(len(columns)), columns, rotation=0 if len(columns) < 7 else 45)
    for (row, column), value in np.ndenumerate(apart[order]):
        median = float(profile[columns[column]].iloc[row])
        text = f"{median:,.0f}" if abs(median) >= 1000 else f"{median:.3g}"
        axes.text(
            column, row, text, ha="center", va="center", fontsize=9, color="white" if abs(value) > 1.3 else "black"
        )
    axes.set(title="The segments: median of each column; red lies above the whole, blue below")
    axes.grid(visible=False)
    return figure


def map_chart(sample: pd.DataFrame, points: npt.NDArray[np.float64], named: Sequence[str], label: str) -> Figure:
    """The two main directions of the points (principal components), each point in the colour of its segment."""
    centred = points - points.mean(axis=0)
    _, strength, axes_ = np.linalg.svd(centred, full_matrices=False)
    flat = centred @ axes_[:2].T if points.shape[1] > 1 else np.column_stack([centred[:, 0], np.zeros(len(points))])
    figure, (axes,) = canvas(height=4.6, width=8.5)
    for number, name in enumerate(named):
        inside = (sample[label] == number).to_numpy()
        colour = COLOURS[number % len(COLOURS)]
        axes.scatter(flat[inside, 0], flat[inside, 1], s=7, alpha=0.5, color=colour, label=name, lw=0)
    share = (strength[:2] ** 2).sum() / max((strength**2).sum(), 1e-12)
    axes.set(title=f"Entities by their two main directions ({share:.0%} of all differences)", xlabel="", ylabel="")
    axes.legend(frameon=False, fontsize=8, markerscale=2.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def judged_chart(measured: pd.DataFrame) -> Figure:
    """The measures of the segments beside the grid, with their intervals."""
    names = [name for name in ("silhouette", "spearman") if name in measured]
    titles = {"silhouette": "Compactness (silhouette)", "spearman": "Rank correlation with the next amount"}
    figure, axes = canvas(len(names), height=2.6)
    for one, name in zip(axes, names, strict=True):
        values = measured.loc[[MODEL, GRID], name]
        ends = [values - measured.loc[values.index, f"{name}_low"], measured.loc[values.index, f"{name}_high"] - values]
        one.barh(list(values.index), values, xerr=np.maximum(ends, 0), color=[BLUE, GREY], height=0.5, capsize=4)
        for place, value in enumerate(values):
            one.text(max(value, 0.0) / 2, place, f"{value:.2f}", va="center", ha="center", color="white")
        one.set(title=titles[name], xlim=(min(0.0, values.min() - 0.05), max(0.5, values.max() + 0.1)))
        one.invert_yaxis()
        one.grid(axis="y", visible=False)
    return figure


def next_chart(profile: pd.DataFrame, unit: str) -> Figure:
    """What came after the snapshot: the share of each segment that was active again, and its mean amount."""
    shown = profile.sort_values("next_active")
    figure, (again, amount) = canvas(2, height=1.2 + 0.36 * len(shown), sharey=True)
    bars = again.barh(shown[NAME], shown["next_active"], color=BLUE)
    again.bar_label(bars, [f"{one:.0%}" for one in shown["next_active"]], padding=3, fontsize=9)
    again.set(title="Active in the next period", xlim=(0, 1.1))
    again.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    bars = amount.barh(shown[NAME], shown["next_amount"], color=ORANGE)
    amount.bar_label(bars, [f"{one:,.0f}" for one in shown["next_amount"]], padding=3, fontsize=9)
    amount.set(title=f"Mean {unit} in the next period")
    amount.margins(x=0.15)
    for axes in (again, amount):
        axes.grid(axis="y", visible=False)
    return figure


def sizes_chart(found: pd.DataFrame) -> Figure:
    """The share of each segment then and now; `found` as `movement_watch.sizes` returns it."""
    shown = found.iloc[::-1]
    place = np.arange(len(shown))
    figure, (axes,) = canvas(height=1.2 + 0.5 * len(shown))
    axes.barh(place + 0.2, shown["share_before"], height=0.36, color=GREY, label="learnt from")
    bars = axes.barh(place - 0.2, shown["share_now"], height=0.36, color=BLUE, label="now")
    axes.bar_label(bars, [f"{n:,.0f} ({s:.0%})" for n, s in zip(shown["rows_now"], shown["share_now"], strict=True)],
                   padding=3, fontsize=8)  # fmt: skip
    axes.set_yticks(place, list(shown[NAME]))
    axes.set(title="Size of the segments")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(frameon=False, loc="lower right")
    axes.margins(x=0.15)
    axes.grid(axis="y", visible=False)
    return figure


def movement_chart(moved: pd.DataFrame) -> Figure:
    """A heat map of where the entities of each segment are one snapshot later, as shares of their row."""
    shares = moved.div(moved.sum(axis=1).clip(lower=1), axis=0).to_numpy(float)
    figure, (axes,) = canvas(height=1.6 + 0.42 * len(moved))
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=max(0.6, shares.max()), aspect="auto")
    axes.set_yticks(range(len(moved)), [f"{name} ({count:,.0f})" for name, count in moved.sum(axis=1).items()])
    axes.set_xticks(range(moved.shape[1]), moved.columns, rotation=20, ha="right")
    for (row, column), share in np.ndenumerate(shares):
        if share >= 0.005:
            colour = "white" if share > 0.45 else "black"
            axes.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=8, color=colour)
    axes.set(title="From one snapshot (rows) to the next (columns)")
    axes.grid(visible=False)
    return figure


def concentration_chart(shares: pd.DataFrame, said: str) -> Figure:
    """How much of the amount the largest entities have: bars of the share of each tenth, the largest first."""
    figure, (axes,) = canvas(height=2.8)
    bars = axes.bar(shares["tenth"].astype(str), shares["share"], color=BLUE)
    axes.bar_label(bars, [f"{one:.0%}" for one in shares["share"]], padding=2, fontsize=8)
    axes.set(title=f"Share of {said} by tenth of the entities, the largest first", xlabel="tenth", ylabel="share")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.margins(y=0.12)
    return figure


def snapshots_chart(counts: pd.DataFrame) -> Figure:
    """Entities at each snapshot by what the rows are for; `counts` has `snapshot`, `part`, `rows`."""
    colours = {"learn": BLUE, "judge": ORANGE, "serve": GREEN, "earlier": GREY}
    figure, (axes,) = canvas(height=2.8)
    labels = [f"{row.snapshot}\n{row.part}" for row in counts.itertuples()]
    bars = axes.bar(labels, counts["rows"], color=[colours[one] for one in counts["part"]])
    axes.bar_label(bars, [f"{one:,}" for one in counts["rows"]], padding=2, fontsize=9)
    axes.set(title="Entities at each snapshot, and what they are for", ylabel="entities")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.margins(y=0.12)
    return figure


def stored_chart(counts: pd.DataFrame) -> Figure:
    """Bars of the segments that are stored; `counts` has `snapshot`, `segment_name`, `count`."""
    wide = counts.pivot_table(index=NAME, columns="snapshot", values="count", aggfunc="sum", fill_value=0)
    wide = wide.sort_values(wide.columns[-1])
    figure, (axes,) = canvas(height=1.2 + 0.45 * len(wide))
    height = 0.8 / wide.shape[1]
    for number, snapshot in enumerate(wide.columns):
        place = np.arange(len(wide)) - (number - (wide.shape[1] - 1) / 2) * height
        bars = axes.barh(place, wide[snapshot], height=height * 0.92, label=str(snapshot), color=COLOURS[number])
        axes.bar_label(bars, [f"{one:,}" for one in wide[snapshot]], padding=3, fontsize=8)
    axes.set_yticks(range(len(wide)), list(wide.index))
    axes.set(title="Segments that are stored, by snapshot", xlabel="entities")
    axes.legend(frameon=False, loc="lower right")
    axes.margins(x=0.12)
    axes.grid(axis="y", visible=False)
    return figure
