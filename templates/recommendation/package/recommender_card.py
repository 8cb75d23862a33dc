"""The model card of a recommender (Mitchell et al. 2019), written from what was measured; `modeling` calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from .charter import held
from .cuts import Plan
from .model_card import markdown_table
from .ranking import K, MEASURES

NOT_KNOWN = 0.1
"""Share of the hold-out's users without a past from which on it is an open point."""


def recommender_card(
    stage: Any,
    plan: Plan,
    said: str,
    measured: pd.DataFrame,
    history: pd.DataFrame,
    account: Mapping[str, int],
    reason: str,
) -> str:
    """Return the card as markdown: `said` is what is served, `measured` of `ranking.comparison`, `history` of
    `ranking.by_history` for what is served, `account` of `cuts.users_account`.
    """
    charter, problem = stage.spec.get("charter", {}), stage.problem
    weight = f", weighed by `{problem.target}`" if problem.target else ""
    sections = {
        f"Model card: {stage.spec.title}": f"Served is {said}. Accountable: {held(stage.ownership.accountable)}.",
        "Intended use": " ".join(charter.get(key, "") for key in ("objective", "decision")).strip() or "Not said.",
        "Not intended for": charter.get("out_of_scope") or "Nothing is excluded in kit.yml.",
        "Made from": f"Which `{problem.user}` dealt with which `{problem.item}` on which day{weight}; {plan.text()}. "
        "Nothing else is known to it: no text, no price, no person.",
        "Who is judged": f"{account['judged']:,} of {account['read']:,} users of the hold-out: "
        f"{account['without_past']:,} had no past and {account['nothing_new']:,} took nothing new.",
        f"Measured, lists of {K}": markdown_table(measured[list(MEASURES)].T.rename_axis("").reset_index()),
        "By what a user had before": markdown_table(history[["value", "users", "hit_rate", "ndcg"]]),
        "Verdict": reason,
        "Known risks": "\n".join(f"- {one['risk']} {one['answer']}" for one in charter.get("risks", []))
        or "None is named.",
    }
    return "\n\n".join(
        f"{'#' * (3 if place == 0 else 4)} {title}\n{text}" for place, (title, text) in enumerate(sections.items())
    )


def open_points(outcome: str, reason: str, account: Mapping[str, int], deciles: pd.DataFrame, served: str) -> list[str]:
    """Return what modeling hands over unsolved: a refused model, new users, lists of what everybody has."""
    points = [] if outcome == "accept" else [reason]
    share = account["without_past"] / max(account["read"], 1)
    if share > NOT_KNOWN:
        points.append(f"{share:.0%} of the users of the hold-out had no past: they are shown what is popular.")
    head = float(deciles.loc[(deciles["model"] == served) & (deciles["decile"] == 1), "share"].sum())
    if head > 0.5:
        points.append(f"{head:.0%} of the places go to the tenth of the items that most users have anyway.")
    return points
