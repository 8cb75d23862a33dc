"""Where the rows of the flat file went, and how much money goes with them. `data_engineering` shows it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from kit.runtime.expectations import REASONS
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .charts import BLUE, GREY, ORANGE, RED, canvas

LINES, RETURNS, REPEATED = "lines", "returns", "repeated"
"""Destinations of a row; any other is the first expectation that it does not meet."""


def whereabouts(lines: DataFrame, returned: DataFrame, aside: DataFrame, repeated: int) -> pd.DataFrame:
    """Return one row per destination: `went_to`, `rows`, `amount` (pounds; unknown for repeated rows), `matched`.

    Lines and returns come first, then what was set aside by its first reason, then rows that were recorded twice.
    `matched` counts returns with a purchase before them.
    """
    none = F.lit(0).alias("matched")
    parts = [
        lines.select(F.lit(LINES).alias("went_to"), "amount", none),
        returned.select(
            F.lit(RETURNS).alias("went_to"), -F.col("amount"), F.col("purchase_invoice").isNotNull().cast("int")
        ),
        aside.select(F.element_at(REASONS, 1).alias("went_to"), "amount", none),
    ]
    every = parts[0].union(parts[1]).union(parts[2]).groupBy("went_to")
    sums = [F.count(F.lit(1)).alias("rows"), F.sum("amount").alias("amount"), F.sum("matched").alias("matched")]
    found = every.agg(*sums).toPandas()
    last = pd.DataFrame({"went_to": [REPEATED], "rows": [repeated], "amount": [float("nan")], "matched": [0]})
    rank = {LINES: 0, RETURNS: 1}
    found = found.assign(rank=[rank.get(one, 2) for one in found["went_to"]])
    found = found.sort_values(["rank", "rows"], ascending=[True, False]).drop(columns="rank")
    return pd.concat([found, last], ignore_index=True)


def rows_of(found: pd.DataFrame, *names: str) -> int:
    """Return how many rows of `whereabouts` went to those destinations."""
    return int(found.loc[found["went_to"].isin(names), "rows"].sum())


def set_aside(found: pd.DataFrame) -> int:
    """Return how many rows of `whereabouts` were set aside for a reason."""
    return int(found["rows"].sum()) - rows_of(found, LINES, RETURNS, REPEATED)


def lines_in(tables: Sequence[DataFrame]) -> list[int]:
    """Return the sum of the column `lines` of each table, in one pass."""
    named = [one.select(F.lit(place).alias("place"), "lines") for place, one in enumerate(tables)]
    every = named[0]
    for one in named[1:]:
        every = every.union(one)
    found = {row["place"]: row["lines"] for row in every.groupBy("place").agg(F.sum("lines").alias("lines")).collect()}
    return [int(found.get(place, 0)) for place in range(len(tables))]


def whereabouts_chart(found: pd.DataFrame) -> Figure:
    """Two bars for each destination side by side: rows, and the money that goes with them."""
    shown = found.iloc[::-1]
    colours = [{LINES: BLUE, RETURNS: ORANGE, REPEATED: GREY}.get(one, RED) for one in shown["went_to"]]
    labels = [one if one in (LINES, RETURNS, REPEATED) else f"aside: not {one}" for one in shown["went_to"]]
    figure, (rows, money) = canvas(2, height=1.2 + 0.32 * len(shown), sharey=True)
    share = shown["rows"] / shown["rows"].sum()
    bars = rows.barh(labels, shown["rows"], color=colours)
    rows.bar_label(bars, [f"{n:,} ({s:.1%})" for n, s in zip(shown["rows"], share, strict=True)], padding=3, fontsize=8)
    rows.set(title="Where the rows went", xlabel="rows")
    bars = money.barh(labels, shown["amount"].fillna(0) / 1e6, color=colours)
    texts = ["" if pd.isna(one) else f"{one / 1e6:,.2f}" for one in shown["amount"]]
    money.bar_label(bars, texts, padding=3, fontsize=8)
    money.axvline(0, color="black", linewidth=0.8)
    money.set(title="The money that goes with them", xlabel="million pounds")
    rows.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    for axes in (rows, money):
        axes.margins(x=0.28)
        axes.grid(axis="y", visible=False)
    return figure


def months_chart(months: pd.DataFrame) -> Figure:
    """Sales and returns by month in pounds, and the customers who bought; `months` as `by_month` returns it."""
    figure, (money, people) = canvas(2)
    at = pd.to_datetime(months["month"])
    money.bar(at, months["sold"] / 1e3, width=24, color=BLUE, label="sold")
    money.bar(at, -months["returned"] / 1e3, width=24, color=ORANGE, label="returned")
    money.set(title="Money by month", ylabel="thousand pounds")
    money.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    money.legend(frameon=False, loc="upper left", ncols=2)
    people.plot(at, months["customers"], color=BLUE, marker="o", markersize=4)
    people.set(title="Customers who bought", ylabel="customers in a month", ylim=(0, None))
    for axes in (money, people):
        axes.xaxis.set_tick_params(labelsize=8)
    return figure


def by_month(lines: DataFrame, returned: DataFrame) -> pd.DataFrame:
    """Return by month of the event date: `month`, `sold`, `returned` (pounds), `customers` who bought."""
    zero, nobody = F.lit(0.0), F.lit(None).cast("string")
    sold = lines.select("event_date", F.col("amount").alias("sold"), zero.alias("returned"), "customer_id")
    back = returned.select("event_date", zero.alias("sold"), F.col("amount").alias("returned"), nobody)
    month = F.trunc("event_date", "month").alias("month")
    sums = [F.sum("sold").alias("sold"), F.sum("returned").alias("returned")]
    people = F.count_distinct("customer_id").alias("customers")
    return sold.union(back).groupBy(month).agg(*sums, people).toPandas().sort_values("month", ignore_index=True)
