"""A challenger takes the champion's place only with a lead, and what is served is what was tested."""

from __future__ import annotations

import pytest
from PACKAGE.drift import population_stability
from PACKAGE.registry import Version
from PACKAGE.release import ServesSomethingElse, refuse_difference, verdict

OLD, NEW = (Version("m", number, f"models:/{number}", "r") for number in (1, 2))


@pytest.mark.parametrize(
    ("champion", "lead", "outcome"),
    [(None, 0.0, "release"), (OLD, 0.01, "release"), (OLD, 0.0, "hold"), (OLD, -0.01, "hold"), (NEW, 0.0, "release")],
)
def test_a_lead_decides(champion: Version | None, lead: float, outcome: str) -> None:
    assert verdict(NEW, champion, {"lead": lead, "low": lead - 0.002}, margin=0.001)[0] == outcome


def test_what_modeling_has_against_a_version_holds_it_back() -> None:
    first = verdict(NEW, None, {"lead": 0.0, "low": 0.0}, 0.001, "rework (no better than the rule)")
    assert first == (
        "hold",
        "modeling recommends rework (no better than the rule); version 2 serves as long as there is no other",
    )
    assert verdict(NEW, OLD, {"lead": 0.1, "low": 0.05}, 0.001, "rework (leaks)")[0] == "hold"


@pytest.mark.parametrize(("difference", "compared"), [(1e-3, 10), (0.0, 9), (None, 0)])
def test_other_or_missing_scores_are_refused(difference: float | None, compared: int) -> None:
    with pytest.raises(ServesSomethingElse):
        refuse_difference(difference, compared, wanted=10)
    refuse_difference(1e-12, 10, wanted=10)


def test_the_stability_index_is_zero_for_equal_shares_and_grows_with_the_distance() -> None:
    assert population_stability([100, 300], [1000, 3000]) == pytest.approx(0.0, abs=1e-5)
    near, far = population_stability([500, 500], [450, 550]), population_stability([500, 500], [100, 900])
    assert 0 < near < 0.1
    assert far > 0.25
    assert population_stability([500, 500], [100, 900]) == pytest.approx(0.8 * 0.5 * 2.1972, abs=0.01)
