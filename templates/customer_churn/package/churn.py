"""Customers at monthly cuts: what is known of each on that day, and whether they stayed away in the 90 days after it.

Every feature looks back from the cut, the label looks ahead from it, and nothing else does. `definition` and
`data_engineering` call it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from kit.runtime.errors import KitError
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

HORIZON = 90
"""Days after a cut in which a customer buys, or has churned."""
PAST = 365
"""A customer is a case where they bought within so many days before the cut; earlier ones were lost long ago."""
RECENCY = (7.0, 14.0, 30.0, 60.0, 90.0, 120.0, 180.0, 240.0, 300.0)
"""Edges of the days since the last purchase, by which the account managers' rule tells customers apart."""
GROUP = "cast(pmod(xxhash64(customer_id), 200) as int)"
"""Deals customers into groups, whatever the cut: what is drawn for an interval, since cuts share their customers."""
MEANINGS = {
    "customer_id": "number of the customer",
    "cut": "day on which the customer is looked at: what happened on it is not known yet",
    "churned": f"1 where nothing was bought in the {HORIZON} days from the cut on; empty while they are not over",
    "outcome_until": "last day that the label looks at",
    "country": "country of the last purchase before the cut",
    "recency_days": "days since the last purchase",
    "tenure_days": f"days since the first purchase in the record, at most {PAST}",
    "invoices_90": "invoices in the 90 days before",
    "invoices_365": "invoices in the year before",
    "amount_90": "pounds spent in the 90 days before, less what came back by then",
    "amount_365": "pounds spent in the year before, less what came back by then",
    "basket_amount": "pounds an invoice in the year before, before returns",
    "basket_products": "different products a day of purchase in the year before",
    "gap_days": "days between two purchases on average; empty after one only",
    "recency_in_gaps": "days since the last purchase in parts of the usual gap; empty after one purchase only",
    "active_months": "months of the year before in which something was bought",
    "returned_share": "share of the year's spend that came back by the cut",
    "invoices_year_ago": "invoices in the same 90 days a year earlier; empty where the record is too short",
}


class LabelLooksAhead(KitError):
    """Raised when the outcome of a case to learn from reaches into the hold-out."""


def cuts(first: dt.date, last: dt.date, test: dt.date) -> list[dt.date]:
    """Return the firsts of months from `first` to `last` without those before `test` whose outcome reaches it."""
    months = [dt.date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    inside = [one for one in months if first <= one <= last]
    return [one for one in inside if one >= test or until(one) < test]


def until(cut: dt.date) -> dt.date:
    """Return the last day that the label of a cut looks at."""
    return cut + dt.timedelta(days=HORIZON - 1)


def days_of(lines: DataFrame, returned: DataFrame) -> DataFrame:
    """Return one row per customer and day: `customer_id`, `event_date`, `country`, `invoices`, `products`, `amount`,
    `returned` (pounds that came back on that day, whenever they were bought).
    """
    bought = lines.groupBy("customer_id", "event_date").agg(
        F.max("country").alias("country"),
        F.count_distinct("invoice").alias("invoices"),
        F.count_distinct("stock_code").alias("products"),
        F.sum("amount").alias("amount"),
    )
    back = returned.groupBy("customer_id", "event_date").agg(F.sum("amount").alias("returned"))
    return bought.join(back, ["customer_id", "event_date"], "full").fillna(
        0, ["invoices", "products", "amount", "returned"]
    )


def features(days: DataFrame, at: Sequence[dt.date], known_until: dt.date) -> DataFrame:
    """Return the columns of MEANINGS for each customer and cut of `at`, from `days_of`.

    `known_until` is the last day of the record: a label that looks beyond it is empty. A customer without a purchase in
    the PAST days before a cut is no case of it.
    """
    moments = F.explode(F.array(*[F.lit(one) for one in at])).alias("cut")
    rows = days.select("*", moments).where(F.col("event_date") < F.date_add("cut", HORIZON))
    rows = rows.withColumn("ago", F.date_diff("cut", "event_date"))
    start = days.agg(F.min("event_date").alias("record_start"))
    found = rows.groupBy("customer_id", "cut").agg(*[one.alias(name) for name, one in _sums().items()])
    cases = found.where(F.col("recency_days") <= PAST).crossJoin(F.broadcast(start))
    outcome = F.when(F.date_add("cut", HORIZON - 1) <= F.lit(known_until), (F.col("came") == 0).cast("int"))
    made = _ratios() | {
        "tenure_days": F.least("tenure_days", F.lit(PAST)),
        "churned": outcome,
        "outcome_until": F.date_add("cut", HORIZON - 1),
    }
    return cases.withColumns(made).select(*MEANINGS)


def refuse_overlap(cases: DataFrame, test: dt.date) -> dt.date | None:
    """Return the last day that a label before the hold-out looks at; raises LabelLooksAhead where it reaches `test`."""
    before = cases.where((F.col("cut") < F.lit(test)) & F.col("churned").isNotNull())
    last: dt.date | None = before.agg(F.max("outcome_until")).first()[0]
    if last is not None and last >= test:
        raise LabelLooksAhead(
            f"outcomes of cases before {test} look as far as {last}, into the hold-out",
            "Run data_engineering with the same test_start: it leaves the cuts in between out.",
        )
    return last


def fates(customers: DataFrame, cases: DataFrame, cut: dt.date) -> dict[str, int]:
    """Return how many of all customers (`read`) are a `case` at a cut, `came_later`, or were `away_for_a_year`."""
    there = cases.where(F.col("cut") == F.lit(cut)).select("customer_id", F.expr("true").alias("case"))
    later = F.to_date("first_at") >= F.lit(cut)
    fate = F.when(F.col("case"), "case").when(later, "came_later").otherwise("away_for_a_year")
    rows = customers.join(there, "customer_id", "left").groupBy(fate.alias("fate")).count().collect()
    counts = dict.fromkeys(["case", "came_later", "away_for_a_year"], 0) | {row["fate"]: row["count"] for row in rows}
    return {"read": customers.count(), **counts}


def _sums() -> dict[str, Column]:
    """Return what is added up of the days of a customer, seen from a cut: `ago` is above zero for the days before."""
    past, year, quarter = F.col("ago") > 0, F.col("ago").between(1, PAST), F.col("ago").between(1, HORIZON)
    bought, spent = F.col("invoices") > 0, F.col("amount") - F.col("returned")
    year_ago = F.col("ago").between(PAST - HORIZON + 1, PAST)
    return {
        "recency_days": F.min(F.when(past & bought, F.col("ago"))),
        "tenure_days": F.max(F.when(past & bought, F.col("ago"))),
        "visits": F.count_if(past & bought),
        "country": F.min_by("country", F.when(past & bought, F.col("ago"))),
        "invoices_90": F.sum(F.when(quarter, F.col("invoices")).otherwise(0)),
        "invoices_365": F.sum(F.when(year, F.col("invoices")).otherwise(0)),
        "amount_90": F.sum(F.when(quarter, spent).otherwise(0.0)),
        "amount_365": F.sum(F.when(year, spent).otherwise(0.0)),
        "gross_365": F.sum(F.when(year, F.col("amount")).otherwise(0.0)),
        "returned_365": F.sum(F.when(year, F.col("returned")).otherwise(0.0)),
        "basket_products": F.avg(F.when(year & bought, F.col("products"))),
        "active_months": F.count_distinct(F.when(year & bought, F.trunc("event_date", "month"))),
        "invoices_then": F.sum(F.when(year_ago, F.col("invoices")).otherwise(0)),
        "came": F.count_if((F.col("ago") <= 0) & bought),
    }


def _ratios() -> dict[str, Column]:
    span = F.col("tenure_days") - F.col("recency_days")
    gap = F.when(F.col("visits") > 1, span / (F.col("visits") - 1))
    return {
        "basket_amount": F.col("gross_365") / F.col("invoices_365"),
        "gap_days": gap,
        "recency_in_gaps": F.col("recency_days") / gap,
        "returned_share": F.least(F.lit(1.0), F.col("returned_365") / F.greatest(F.col("gross_365"), F.lit(0.01))),
        "invoices_year_ago": F.when(F.date_sub("cut", PAST) >= F.col("record_start"), F.col("invoices_then")),
    }
