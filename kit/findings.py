"""A finding of `kit check`: where something is wrong, by which rule, and its cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, order=True)
class Finding:
    """Sorted by file and line; `file` is relative to the project."""

    file: str
    line: int
    rule: str
    message: str
    cure: str
    level: Literal["fail", "warn"] = "fail"
    """A warning is shown and lets `kit check` succeed."""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as `kit check --json` prints it."""
        return asdict(self)


def failures(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that are no mere warnings."""
    return [one for one in findings if one.level == "fail"]


def findings_text(findings: Sequence[Finding]) -> str:
    """Return the findings for a person, two lines each, the warnings last, then how many there are of both."""
    if not findings:
        return "No findings."
    failed = failures(findings)
    warned = [one for one in findings if one.level == "warn"]
    shown = [f"{one.file}:{one.line}: {one.message} [{one.rule}]\n  {one.cure}" for one in failed]
    shown += [f"{one.file}:{one.line}: warning: {one.message} [{one.rule}]\n  {one.cure}" for one in warned]
    counts = [_count(len(failed), "finding")] if failed or not warned else []
    counts += [_count(len(warned), "warning")] if warned else []
    return "\n".join([*shown, f"{', '.join(counts)}."])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
