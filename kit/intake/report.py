"""What intake has found, for a person and as plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kit.intake.profile import TableProfile
from kit.intake.proposal import Proposal

_WIDEST = 40


def proposal_values(found: Proposal) -> dict[str, Any]:
    """Return what `kit new --json` prints under `intake`."""
    return {
        "sources": {one.source: _source(one) for one in found.tables},
        "type": found.type,
        "target": found.target.column.name if found.target else None,
        "positive": found.target.positive if found.target else None,
        **({"classes": list(found.target.apart)} if found.target and found.target.apart else {}),
        "key": found.key.columns,
        "event_time": found.time.column,
        **({"series": found.series.columns, "step": found.series.step} if found.series else {}),
        "leaks": dict(found.leaks),
        "unused": dict(found.unused),
        "notes": list(found.notes),
    }


def proposal_text(found: Proposal) -> str:
    """Return the summary: what was read, what was chosen and why, what the model does not get, what to look at."""
    lines = [_read(one) for one in found.tables]
    lines += _aligned(list(_choices(found)))
    flagged = [(name, f"leak, {reason}") for name, reason in found.leaks.items()]
    flagged += [(name, f"unused, {reason}") for name, reason in found.unused.items()]
    if flagged:
        lines += ["Not for the model:", *_aligned(flagged)]
    if found.notes:
        lines += ["Notes:", *(f"  {note}" for note in found.notes)]
    return "\n".join(lines)


def _source(table: TableProfile) -> dict[str, Any]:
    return {
        "place": table.place.name,
        "format": table.table.format,
        "dialect": table.table.dialect,
        "options": table.table.options,
        "rows": table.rows,
        "is_sample": table.table.is_sample,
        "columns": len(table.columns),
    }


def _read(table: TableProfile) -> str:
    rows = f"a sample of {table.rows:,} rows" if table.table.is_sample else f"{table.rows:,} rows"
    return f"{table.source}: {table.place.name}, {rows}, {len(table.columns)} columns ({table.table.dialect})"


def _choices(found: Proposal) -> Iterator[tuple[str, str]]:
    yield "type", found.type
    if found.target:
        yield "target", f"{found.target.column.name}{_positive(found)}"
    yield "key", f"{', '.join(found.key.columns)} ({found.key.reason})"
    yield "time", f"{found.time.column or 'none'} ({found.time.reason})"
    if found.series:
        yield "series", f"{', '.join(found.series.columns) or 'one'} ({found.series.reason})"
        seasons = ", ".join(str(one) for one in found.series.seasons if one > 1) or "none"
        yield "step", f"{found.series.step}, seasons {seasons}, {found.series.horizon} steps ahead"


def _positive(found: Proposal) -> str:
    target = found.target
    if target and target.apart:
        said = ", ".join(f"{one} {target.classes[one]:,}" for one in target.apart)
        return f": {len(target.apart)} classes ({said})"
    if target is None or target.positive is None:
        return ""
    rows = target.classes[target.positive]
    share = rows / max(sum(target.classes.values()), 1)
    return f" = {target.positive} in {rows:,} rows, {share:.1%} ({target.reason})"


def _aligned(rows: list[tuple[str, str]]) -> list[str]:
    width = min(max((len(name) for name, _ in rows), default=0), _WIDEST)
    return [f"  {name.ljust(width)}  {said}" for name, said in rows]
