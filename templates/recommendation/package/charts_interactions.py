"""Charts of interactions before any model: users and items by month, how uneven they are, who can be judged."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from .charts import BLUE, GREY, ORANGE, SKY, canvas

_THOUSANDS = FuncFormatter(lambda value, _: f"{value:,.0f}")
_PLURALS = {"user": "users", "item": "items"}


def months_chart(months: pd.DataFrame) -> Figure:
    """Users and items by month, and the interactions, those that were the first of their pair apart from the others."""
    figure, (left, right) = canvas(2, height=3.2)
    at = pd.to_datetime(months["month"])
    for name, colour in (("users", BLUE), ("items", ORANGE)):
        left.plot(at, months[name], color=colour, marker="o", markersize=3, label=name)
    left.set(title="Users and items by month", ylim=(0, None))
    left.legend(frameon=False)
    old = months["interactions"] - months["new"]
    right.bar(at, months["new"], width=24, color=BLUE, label="new to the user")
    right.bar(at, old, width=24, bottom=months["new"], color=SKY, label="had before")
    right.set(title="Interactions by month")
    right.legend(frameon=False, loc="upper left")
    for one in (left, right):
        one.yaxis.set_major_formatter(_THOUSANDS)
        one.tick_params(axis="x", labelrotation=30)
    return figure


def spread_chart(spread: pd.DataFrame) -> Figure:
    """How many items users have, and how many users items have; `spread` of `interactions.spread`."""
    figure, axes = canvas(2, height=3.4)
    said = {"user": "items of a user", "item": "users of an item"}
    for one, of in zip(axes, said, strict=True):
        part = spread[spread["of"] == of]
        labels = [_range(int(power)) for power in part["power"]]
        shares = part[["number", "pairs"]] / part[["number", "pairs"]].sum()
        places = range(len(part))
        one.bar(
            [place - 0.2 for place in places], shares["number"], width=0.4, color=BLUE, label=f"of all {_PLURALS[of]}"
        )
        one.bar([place + 0.2 for place in places], shares["pairs"], width=0.4, color=ORANGE, label="of what they took")
        one.set_xticks(list(places), labels, rotation=40, ha="right", fontsize=8)
        one.set(title=f"{said[of].capitalize()} ({int(part['number'].sum()):,} {_PLURALS[of]})", ylabel="share")
        one.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        one.legend(frameon=False, fontsize=8)
    return figure


def account_chart(account: Mapping[str, int]) -> Figure:
    """Bars of where the users of the hold-out went; `account` of `cuts.users_account`."""
    said = {
        "judged": "judged: with a past, took something new",
        "nothing_new": "took only what they had before",
        "without_past": "new: no past to learn from",
    }
    figure, (axes,) = canvas(height=1.9)
    counts = [account[name] for name in said]
    bars = axes.barh(list(said.values())[::-1], counts[::-1], color=[GREY, GREY, BLUE])
    labels = [f"{count:,} ({count / max(account['read'], 1):.0%})" for count in counts[::-1]]
    axes.bar_label(bars, labels, padding=4, fontsize=9)
    axes.set(title=f"{account['read']:,} users of the hold-out", xlabel="users")
    axes.xaxis.set_major_formatter(_THOUSANDS)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.15)
    return figure


def _range(power: int) -> str:
    low, high = 2**power, 2 ** (power + 1) - 1
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"
