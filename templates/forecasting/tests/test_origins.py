"""Origins are kept apart, gaps stay gaps, and no forecast changes with what comes after its origin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from kit.runtime.errors import KitError
from PACKAGE import candidates, measures, origins, past, serving, slots, steps
from pyspark.sql import Window
from pyspark.sql import functions as F

DAY = steps.parse("day")
PROBLEM = {"series": ["shop"], "event_time": "at", "target": "sold", "step": "day", "seasons": [7], "horizon": 7}


@pytest.fixture(scope="module")
def observed(spark: Any) -> Any:
    """Three shops over 140 days with a weekly course; one closed on Sundays, one with a gap, one that fell silent."""
    noise, rows = np.random.default_rng(5), []
    for place, shop in enumerate(["open", "sundays", "silent"]):
        for day in range(140 if shop != "silent" else 100):
            if (shop == "sundays" and day % 7 == 6) or (shop == "open" and 60 <= day < 65):
                continue
            rows.append((shop, day, float(20 * (place + 1) + 5 * (day % 7) + noise.normal())))
    return spark.createDataFrame(rows, "series string, slot bigint, value double").cache()


@pytest.fixture(scope="module")
def plan(observed: Any) -> origins.Plan:
    return origins.plan(slots.span(observed), DAY, [7], 7, 5)


@pytest.fixture(scope="module")
def known(observed: Any, plan: origins.Plan) -> Any:
    return past.with_past(slots.on_grid(observed, plan.last, 7), [7], 7, DAY).cache()


def test_steps_that_judge_were_not_there_to_choose_by(plan: origins.Plan) -> None:
    assert len(plan.choose) == len(plan.judge) == 5
    assert max(plan.choose) + plan.horizon <= min(plan.judge)
    assert max(plan.judge) + plan.horizon == plan.last == 139


def test_origins_move_together_where_the_history_is_short_and_too_short_a_one_is_refused() -> None:
    found = {"first": 0, "last": 71, "slots": 72, "series": 1, "values": 72}
    close = origins.plan(found, steps.parse("month"), [12], 12, 8)
    assert len(close.choose) == len(close.judge) == 4
    assert close.choose[-1] + 12 <= close.judge[0]
    assert close.choose[0] >= 24
    with pytest.raises(KitError, match="too few"):
        origins.plan({**found, "last": 39, "slots": 40}, steps.parse("month"), [12], 12, 8)


def test_a_gap_is_a_row_without_a_value(known: Any) -> None:
    gap = known.where("series = 'open' and slot between 60 and 64")
    assert gap.agg(F.count(F.lit(1)), F.count("value")).first() == (5, 0)
    assert known.where("slot > 139 and value is not null").count() == 0


def test_only_what_is_open_and_not_silent_is_forecast(known: Any, plan: origins.Plan) -> None:
    rows = origins.rows_to_forecast(known, [plan.last], plan, plan.judge[0])
    steps_of = {row["series"]: row["count"] for row in rows.groupBy("series").count().collect()}
    assert steps_of == {"open": 7, "sundays": 6}
    counts = serving.steps_account(known, rows, [plan.last], plan)
    assert counts == {"read": 21, "silent": 7, "closed": 1}


def test_the_seasonal_naive_is_the_last_same_day_that_was_known(known: Any, plan: origins.Plan) -> None:
    rows = origins.rows_to_forecast(known, plan.judge, plan, plan.judge[0])
    values = known.select("series", "slot", F.col("value").alias("then"))
    both = rows.where("series = 'sundays'").withColumn("week", F.col("slot") - 7)
    both = both.join(values.withColumnRenamed("slot", "week"), ["series", "week"])
    assert both.where("not seasonal_7 <=> then").count() == 0
    assert both.count() == 30


def test_planted_future_values_change_no_row(observed: Any) -> None:
    longer = origins.plan(slots.span(observed), DAY, [7], 10, 5)
    origin = longer.judge[0]
    assert origin < 99
    closed = sum((origin + step) % 7 == 6 for step in range(1, 11))
    assert origins.refuse_future(observed, longer) == 3 * 10 - closed


def test_a_past_that_sees_the_future_is_refused(
    observed: Any, plan: origins.Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = past.with_past

    def leaking(*arguments: Any) -> Any:
        rows = true(*arguments)
        return rows.withColumn("recent", F.avg("value").over(Window.partitionBy("series")))

    monkeypatch.setattr(origins, "with_past", leaking)
    with pytest.raises(origins.SeesTheFuture):
        origins.refuse_future(observed, plan)


def test_every_candidate_forecasts_every_row_and_none_beats_what_is_there_by_much(
    observed: Any, known: Any, plan: origins.Plan
) -> None:
    rows = origins.backtest_rows(known, observed, plan.judge, plan, plan.judge[0]).cache()
    tried = [*candidates.rules(plan), *candidates.models(plan)]
    fitted = {one.name: one.fit(known, plan, plan.judge[0]) for one in tried}
    judged = candidates.side_by_side(fitted, rows, ["series", "origin", "step", "value", "scale"]).cache()
    found = measures.by_model(measures.error_sums(judged))
    assert set(found["rows"]) == {rows.where("value is not null").count()}
    assert found.loc["exponential smoothing", "mae"] < found.loc["seasonal naive: 7 steps ago", "mae"] < 1.6
    assert found.loc["naive: the last value", "mae"] > 5
    for one in tried:
        assert candidates.described(fitted[one.name], plan).startswith(one.name.split(" of ")[0])


def test_a_finished_pipeline_holds_its_interval_and_what_was_never_negative(
    observed: Any, known: Any, plan: origins.Plan
) -> None:
    rows = origins.rows_to_forecast(known, plan.judge, plan, plan.judge[0])
    rule = candidates.Candidate("far too low", "naive - 1000")
    bands = pd.DataFrame({"low": [-1.0, -2.0], "high": [1.0, 2.0], "until": [3, 7]})
    made = candidates.finished(rule.fit(known, plan, 0), bands).transform(rows)
    assert made.where("forecast <> 0 or low <> 0").count() == 0
    usual = candidates.finished(candidates.rules(plan)[1].fit(known, plan, 0), bands).transform(rows)
    wide = usual.selectExpr("step", "(high - low) / scale as width").groupBy("step").agg(F.avg("width")).collect()
    assert {step: round(width) for step, width in wide} == {one: 2 if one <= 3 else 4 for one in range(1, 8)}


def test_readings_of_a_step_are_put_together_and_accounted_for(spark: Any) -> None:
    rows = [("a", "2024-01-01 08:00:00", 1.0), ("a", "2024-01-01 09:00:00", 3.0), ("a", "2024-01-03 08:00:00", None),
            ("b", "2024-01-01 08:00:00", 5.0)]  # fmt: skip
    readings = spark.createDataFrame(rows, "shop string, at string, sold double").withColumn("at", F.to_timestamp("at"))
    made = slots.to_slots(readings, PROBLEM, DAY, "mean")
    assert sorted((row["shop"], row["sold"]) for row in made.collect()) == [("a", 2.0), ("b", 5.0)]
    counts = slots.slot_account(readings, made, PROBLEM, DAY, "mean")
    assert counts == {"read": 4, "written": 2, "combined": 1, "without_value": 1}


def test_a_gap_is_drawn_as_one(observed: Any) -> None:
    found = slots.history(observed, ["open"], 55, DAY)
    assert list(found.loc[found["value"].isna(), "slot"]) == [64]
    assert list(found["slot"].head(7)) == [55, 56, 57, 58, 59, 64, 65]


def test_a_step_that_is_far_too_short_is_refused(spark: Any) -> None:
    rows = spark.createDataFrame([("a", 0, 1.0), ("a", 1_000_000, 2.0)], "series string, slot bigint, value double")
    with pytest.raises(KitError, match="1,000,001 steps hold 2 values"):
        slots.on_grid(rows, 1_000_000, 10)
