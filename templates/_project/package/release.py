"""The release of a version: whether it takes the champion's place, the proof that it serves what was tested, the
runbook.

`deployment` calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.runtime.errors import KitError

from .registry import Rehearsal, Version

CLOSE = 1e-9
"""Scores of the same model on the same row may differ by so much, from the order of sums."""


class ServesSomethingElse(KitError):
    """Raised when the model that is served does not give the scores that were stored."""


def verdict(
    challenger: Version,
    champion: Version | None,
    lead: Mapping[str, float],
    margin: float,
    objection: str = "",
) -> tuple[str, str]:
    """Return `release` or `hold` and why.

    `lead` is that of the challenger: `lead`, and `low`, the end of its interval; `objection` what modeling had against
    it.
    """
    if champion is None and objection:
        return (
            "hold",
            f"modeling recommends {objection}; version {challenger.number} serves as long as there is no other",
        )
    if champion is None:
        return "release", f"version {challenger.number} is the first; there is no champion to beat"
    if champion.number == challenger.number:
        return "release", f"version {champion.number} is the champion already and stays"
    said = f"ahead of version {champion.number} by {lead['lead']:+.4f} on the same days, at least {lead['low']:+.4f}"
    if lead["lead"] >= margin and objection:
        return "hold", f"version {challenger.number} is {said}, but modeling recommends {objection}"
    if lead["lead"] >= margin:
        return "release", f"version {challenger.number} is {said}"
    return "hold", f"version {challenger.number} is {said}; a lead of {margin:g} is wanted, so the champion stays"


def objection(stage: Any) -> str:
    """Return what modeling recommends in place of the first outcome of its gate; an empty text where it accepts."""
    found = stage.recommended("modeling")
    accepted = stage.context.resolved.stages["modeling"].gate.outcomes[0]
    return f"{found[0]} ({found[1].rstrip('.')})" if found and found[0] != accepted else ""


def refuse_difference(difference: float | None, compared: int, wanted: int) -> None:
    """Raise ServesSomethingElse unless all `wanted` rows were found and no score differs by more than CLOSE."""
    if compared != wanted or difference is None or difference > CLOSE:
        raise ServesSomethingElse(
            f"of {wanted} scores {compared} are stored, and the largest difference is {difference}",
            "Do not release: the registry serves another model than the one that was tested.",
        )


def runbook(stage: Any, serving: Version, rehearsed: Rehearsal) -> str:
    """Return the runbook as markdown: what is served, how it is checked, whom to call, and the way back."""
    owners = stage.ownership
    people = [_held(owners.accountable), *[_held(one) for one in owners.responsible]]
    way_back = f'`registry.{rehearsed.call}(mlflow, "{serving.name}")`'
    if rehearsed.call == "roll_back":
        way_back += ", then `kit run --only deployment --force`"
    lines = [
        "| question | answer |",
        "| :--- | :--- |",
        f"| What is served | `{serving.name}` version {serving.number}, alias `champion` |",
        f"| Where | table `serving.predictions` in environment `{stage.context.environment}` |",
        f"| Whom to call | {'; '.join(people)} |",
        "| Predictions are missing | `kit run --from data_engineering --date YYYY-MM-DD`; twice adds no row |",
        "| Predictions are wrong | `kit status`, then the alerts in `monitoring.alerts`, then the way back |",
        f"| The way back | {way_back} |",
        f"| Rehearsed | {rehearsed} |",
    ]
    return "\n".join(lines)


def open_points(serving: Version, challenger: Version) -> list[str]:
    """Return what is left for the next role, a sentence each."""
    points: list[str] = []
    if serving.number != challenger.number:
        points.append(f"Version {challenger.number} was not better; version {serving.number} goes on serving.")
    return points


def _held(role: Mapping[str, Any]) -> str:
    people = ", ".join(f"{one['name']} ({one['email']})" for one in role["people"])
    return f"{role['title']}: {people or 'UNFILLED'}"
