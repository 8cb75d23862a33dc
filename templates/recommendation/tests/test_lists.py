"""Lists: what is popular, what is near, what is measured; nothing that a user had, nothing from after the cut."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PACKAGE import cuts, interactions, ranking, recommenders, trials

FIRST = dt.date(2023, 1, 1)
CUT = dt.date(2023, 3, 1)
LAST = dt.date(2023, 3, 30)
PROBLEM = {"user": "who", "item": "what", "event_time": "at", "target": "much"}


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


@pytest.fixture(scope="module")
def events(spark: Any) -> Any:
    """Two tastes: even users take even items, odd ones odd items, one more each ten days; item 0 is everybody's."""
    rows = []
    for user in range(40):
        mine = [item for item in range(1, 21) if item % 2 == user % 2]
        taken = [*(mine[(user // 2 + place) % 10] for place in range(7)), 0]
        rows += [(f"u{user}", f"i{item}", day(place * 10 + user % 5), 1.0) for place, item in enumerate(taken)]
    return spark.createDataFrame(rows, "user string, item string, day date, weight double").cache()


@pytest.fixture(scope="module")
def judged(events: Any) -> Any:
    return cuts.cases(events, CUT, LAST).cache()


def test_interactions_of_a_day_are_one_row_and_all_are_accounted_for(spark: Any) -> None:
    at = dt.datetime(2023, 1, 1, 9)
    rows = [("a", "x", at, 2.0), ("a", "x", at.replace(hour=17), 3.0), ("a", "y", at, 1.0)]
    gold = interactions.by_day(
        spark.createDataFrame(rows, "who string, what string, at timestamp, much double"), PROBLEM
    )
    found = {row["what"]: row for row in gold.collect()}
    assert (found["x"]["much"], found["x"]["rows"], found["x"]["at"]) == (5.0, 2, dt.date(2023, 1, 1))
    assert interactions.day_account(gold) == {"written": 2, "same_day": 1}


def test_rows_without_user_item_time_or_amount_are_not_wanted(spark: Any) -> None:
    rows = [
        ("a", "x", FIRST, 1.0),
        (None, "x", FIRST, 1.0),
        ("a", None, FIRST, 1.0),
        ("a", "x", None, 1.0),
        ("a", "x", FIRST, 0.0),
    ]
    table = spark.createDataFrame(rows, "who string, what string, at date, much double")
    good = " and ".join(f"({one['condition']})" for one in interactions.rows_wanted(PROBLEM))
    assert table.where(good).count() == 1


def test_the_plan_chooses_on_as_many_days_as_judge(events: Any) -> None:
    plan = cuts.plan_of(interactions.day_counts(events), CUT, None)
    assert (plan.first, plan.judge, plan.days) == (FIRST, CUT, (plan.last - CUT).days + 1)
    assert plan.choose == CUT - dt.timedelta(days=plan.days)


def test_users_of_the_hold_out_are_all_accounted_for(events: Any) -> None:
    found = cuts.users_account(events, CUT, LAST)
    assert found["read"] == found["without_past"] + found["nothing_new"] + found["judged"]
    assert found["judged"] == cuts.cases(events, CUT, LAST).count()


def test_what_judges_was_not_there_before_the_cut(events: Any, judged: Any) -> None:
    plan = cuts.Plan(FIRST, day(30), CUT, LAST)
    assert cuts.refuse_future(events, judged, plan)["judged"] == 40
    wrong = judged.withColumn("wanted", judged["had"])
    with pytest.raises(cuts.FromTheFuture):
        cuts.refuse_future(events, wrong, plan)


@pytest.mark.parametrize("kind", [recommenders.POPULARITY, recommenders.SIMILAR, recommenders.FACTORS])
def test_a_list_is_full_without_repeats_and_without_what_the_user_had(
    events: Any, judged: Any, kind: str, tmp_path: Path
) -> None:
    settings = {"days": 90, "neighbours": 5, "shrink": 0.0, "least_users": 2, "rank": 4, "alpha": 5.0, "reg": 0.1}
    made = recommenders.fit(kind, events, CUT, settings)
    recommenders.save(made, tmp_path / "made")
    again = recommenders.load(events.sparkSession, tmp_path / "made")
    popular = recommenders.popular(events, CUT, 90)
    lists = {row["user"]: row for row in recommenders.recommend(made, judged, popular).collect()}
    saved = {row["user"]: row for row in recommenders.recommend(again, judged, popular).collect()}
    known = {row["item"] for row in cuts.until(events, CUT).select("item").distinct().collect()}
    assert len(lists) == 40
    for user, row in lists.items():
        items = [one["item"] for one in row["list"]]
        assert len(items) == len(set(items)) == min(recommenders.LONGEST, len(known - set(row["had"])))
        assert not set(items) & set(row["had"])
        assert items == [one["item"] for one in saved[user]["list"]]


def test_near_items_are_of_the_same_taste(events: Any, judged: Any) -> None:
    near = recommenders.neighbours(cuts.until(events, CUT), neighbours=4, shrink=0.0, least_users=2).collect()
    for row in near:
        assert all(int(one["other"][1:]) % 2 == int(row["item"][1:]) % 2 for one in row["near"])
        assert all(0 < one["similarity"] <= 1 + 1e-9 for one in row["near"])


def test_a_model_of_tastes_is_ahead_of_what_is_popular_and_is_accepted(events: Any) -> None:
    names = {
        "popularity": ("popularity", {"days": 90}),
        "near": (recommenders.SIMILAR, {"neighbours": 5, "shrink": 0.0, "least_users": 2}),
    }
    fitted = {name: recommenders.fit(kind, events, CUT, said) for name, (kind, said) in names.items()}
    lists = trials.judge(fitted, events, CUT, LAST, 1000)
    measured = trials.measure(lists, events, CUT, ["near", "popularity"])
    for name in ranking.MEASURES[:-1]:
        assert (measured[f"{name}_low"] <= measured[name] + 1e-9).all()
        assert (measured[name] <= measured[f"{name}_high"] + 1e-9).all()
    assert measured.loc["near", "users"] == 40
    assert measured.loc["popularity", "lead"] == 0


def frame(rates: dict[str, float], lead_low: float) -> pd.DataFrame:
    rows = {
        name: {"hit_rate": rate, "hit_rate_low": rate - 0.02, "hit_rate_high": rate + 0.02, "users": 500}
        for name, rate in rates.items()
    }
    lead = rates["model"] - rates["popularity"]
    return pd.DataFrame.from_dict(rows, orient="index").assign(lead=[lead, 0.0], lead_low=[lead_low, 0.0])


@pytest.mark.parametrize(
    ("model", "low", "outcome", "said"),
    [
        (0.45, 0.08, "accept", "ahead by"),
        (0.34, -0.01, "rework", "chance"),
        (0.30, -0.06, "rework", "simple rule wins"),
    ],
)
def test_a_model_is_accepted_only_when_it_is_surely_ahead(model: float, low: float, outcome: str, said: str) -> None:
    found = ranking.verdict(frame({"model": model, "popularity": 0.33}, low))
    assert found[0] == outcome
    assert said in found[1]
    assert ("registered and served" in found[1]) == (outcome == "rework")


def test_measures_of_one_list_are_those_of_the_book(spark: Any) -> None:
    cells = [{"item": f"i{place}", "score": 1.0} for place in range(20)]
    kinds = "model string, user string, wanted array<string>, history string, block int, "
    kinds += "list array<struct<item: string, score: double>>, own int"
    rows = spark.createDataFrame([("m", "u", ["i1", "i4", "x"], "1", 0, cells, 20)], kinds)
    groups = spark.createDataFrame(
        [(f"i{place}", 2.0, 1) for place in range(40)], "item string, rarity double, decile int"
    )
    found = ranking.sums(rows, groups).iloc[0]
    assert found["hit_rate@1"] == 0
    assert found["hit_rate@3"] == 1
    assert found["precision@5"] == pytest.approx(2 / 5)
    assert found["recall@10"] == pytest.approx(2 / 3)
    assert found["ndcg@10"] == pytest.approx((0.63093 + 0.38685) / (1 + 0.63093 + 0.5), abs=1e-4)
    assert found["novelty@10"] == pytest.approx(2.0)
    seen = ranking.catalogue(rows, groups)
    assert seen.loc[seen["within"] <= 10, "items"].sum() == 10
