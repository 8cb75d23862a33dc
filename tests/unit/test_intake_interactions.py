"""What intake finds of interactions: who, what, when, perhaps how much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kit.errors import ConfigError
from kit.intake.proposal import Proposal, Wishes, propose
from tests.unit.tiny import look_file

NEEDS = ["user", "item", "event_time"]


def proposal(tmp_path: Path, head: str, wishes: Wishes) -> Proposal:
    """Write interactions of 20 users with 30 items under the names of `head` and return what they propose."""
    path = tmp_path / "file.csv"
    rows = [f"u{place % 20},i{place % 30},2023-01-{place % 28 + 1:02},{place % 5 + 1}" for place in range(300)]
    path.write_text("\n".join([head, *rows]) + "\n")
    return propose([look_file("file", path, wishes.time)], "recommendation", wishes, NEEDS, tmp_path / "project")


@pytest.mark.parametrize(
    ("head", "user", "item"),
    [
        ("customer_id,product_id,day,rating", "customer_id", "product_id"),
        ("userId,movieId,timestamp,rating", "user_id", "movie_id"),
        ("Customer ID,StockCode,Date,Quantity", "customer_id", "stock_code"),
        ("reader,book,borrowed at,stars", "reader", "book"),
    ],
)
def test_names_tell_who_and_what(tmp_path: Path, head: str, user: str, item: str) -> None:
    said: dict[str, Any] = dict(proposal(tmp_path, head, Wishes()).fragment["problem"])
    assert (said["user"], said["item"]) == (user, item)
    assert said["key"] == [user, item, said["event_time"]]
    assert "target" not in said


def test_the_key_names_who_first_and_then_what(tmp_path: Path) -> None:
    found = proposal(tmp_path, "a,b,when,stars", Wishes(target="stars", key=("b", "a")))
    said = found.fragment["problem"]
    assert (said["user"], said["item"], said["target"]) == ("b", "a", "stars")
    assert found.fragment["sources"]["file"]["key"] == []


def test_unclear_columns_are_asked_for_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="which says what") as caught:
        proposal(tmp_path, "a,b,when,stars", Wishes())
    assert "--key WHO --key WHAT" in str(caught.value.hint)
    with pytest.raises(ConfigError, match="names one column"):
        proposal(tmp_path, "a,b,when,stars", Wishes(key=("a",)))


def test_how_much_is_a_number(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs a number"):
        proposal(tmp_path, "user,item,when,stars", Wishes(target="user"))
