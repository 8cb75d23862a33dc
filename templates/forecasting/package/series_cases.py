"""The series before any model: what was found of their step and seasons, and what simple rules achieve.

`definition` calls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from pyspark.sql import DataFrame

from .candidates import rules, side_by_side
from .measures import by_model, error_sums
from .origins import Plan, rows_to_forecast
from .steps import Step

FEWEST_VALUES = 100
"""Values below which nothing can be measured."""
NEAR = 0.25
"""A distance counts as the step, or as several, where it is off by at most this part of a step."""


def step_findings(gaps: pd.DataFrame, step: Step) -> dict[str, float]:
    """Return the shares of distances (of `steps.gaps_between`): `one step`, `several steps`, `something else`."""
    steps = gaps["seconds"] / (step.days * 86_400)
    tolerance = NEAR if step.days < 27 else 0.15
    one = (steps - 1).abs() <= tolerance
    several = ((steps - steps.round()).abs() <= tolerance) & (steps.round() > 1)
    shares = {"one step": gaps.loc[one, "share"].sum(), "several steps": gaps.loc[several, "share"].sum()}
    return {**shares, "something else": max(0.0, 1 - sum(shares.values()))}


def summary(found: Mapping[str, int], plan: Plan) -> pd.DataFrame:
    """Return the series in one row: how many, from when to when, values, share of steps with a value."""
    first, last = (f"{plan.step.time_of(found[name]):%Y-%m-%d %H:%M}" for name in ("first", "last"))
    row = {
        "series": found["series"],
        "first": first,
        "last": last,
        "step": str(plan.step),
        "seasons": ", ".join(str(one) for one in plan.seasons if one > 1) or "none",
        "horizon": plan.horizon,
        "values": found["values"],
    }
    return pd.DataFrame([row])


def benchmarks(past: DataFrame, plan: Plan) -> pd.DataFrame:
    """Return what the simple rules achieve from the origins that judge, the best first: `rule` and the measures."""
    rows = rows_to_forecast(past, plan.judge, plan, plan.judge[0])
    pipelines = {one.name: one.fit(past, plan, plan.judge[0]) for one in rules(plan)}
    judged = side_by_side(pipelines, rows, ["series", "origin", "step", "value", "scale"])
    return by_model(error_sums(judged)).drop(columns="coverage").rename_axis("rule").reset_index()


def blocking(breaches: Sequence[str]) -> list[str]:
    """Return the breaches that no later stage can cure: repeated keys are left out, they are put together by step."""
    return [one for one in breaches if not one.endswith("repeat a key")]


def recommendation(
    found: Mapping[str, int], breaches: Sequence[str], shares: Mapping[str, float], best: Mapping[str, object]
) -> tuple[str, str]:
    """Return the outcome at the gate and why: stop with too few values, revise where something is open, else go."""
    if found["values"] < FEWEST_VALUES:
        return "stop", f"{found['values']} values; fewer than {FEWEST_VALUES} teach nothing that can be measured"
    if blocking(breaches):
        return "revise", f"sources break their contract: {'; '.join(blocking(breaches))}"
    if shares["one step"] + shares["several steps"] < 0.5:
        return (
            "revise",
            f"the declared step is that of {shares['one step']:.0%} of the distances only: set problem.step",
        )
    said = f"{found['values']:,} values of {found['series']:,} series"
    return "go", f"{said}; to beat: {best['rule']}, MAE {best['mae']:.4g}, {best['wape']:.1%} of the level"
