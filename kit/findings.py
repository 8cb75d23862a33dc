"""A finding of `kit check`: where something is wrong, by which rule, and its cure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Finding:
    """Sorted by file and line; `file` is relative to the project."""

    file: str
    line: int
    rule: str
    message: str
    cure: str

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as `kit check --json` prints it."""
        return asdict(self)


def findings_text(findings: Sequence[Finding]) -> str:
    """Return the findings for a person: two lines each, then their number."""
    if not findings:
        return "No findings."
    shown = [f"{one.file}:{one.line}: {one.message} [{one.rule}]\n  {one.cure}" for one in findings]
    return "\n".join([*shown, f"{len(findings)} finding{'s' if len(findings) > 1 else ''}."])
