"""Series in time: which columns tell them apart, how far apart values are, what repeats, how far to look ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from kit.intake.keys import is_id_like
from kit.intake.profile import ColumnProfile, TableProfile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_STEPS = {
    **{f"{count} minutes" if count > 1 else "minute": count * _MINUTE for count in (1, 2, 5, 10, 15, 20, 30)},
    **{f"{count} hours" if count > 1 else "hour": count * _HOUR for count in (1, 2, 3, 4, 6, 8, 12)},
    "day": _DAY, "week": 7 * _DAY, "month": 30.44 * _DAY, "quarter": 91.3 * _DAY, "year": 365.25 * _DAY,
}  # fmt: skip
_SEASONS = {"day": (7,), "week": (52,), "month": (12,), "quarter": (4,), "year": ()}
_HORIZONS = {"day": 14, "week": 8, "month": 12, "quarter": 4, "year": 3}
_REPEATED = 0.02
"""Share of rows that may repeat a series and a moment: readings are sometimes recorded twice."""
_FEWEST_AT_ONCE = 1.3
"""Rows of one moment, on average, from which on there are several series; fewer are repetitions."""
_MOST_COLUMNS = 8
_FEWEST_ORIGINS = 4


@dataclass(frozen=True)
class Series:
    """What `problem` says of series, and in words why."""

    columns: list[str]
    step: str
    seasons: list[int]
    horizon: int
    reason: str


def series_of(table: TableProfile, time: str, said: Sequence[str], target: str) -> Series:
    """Return the series of a table with a time: those that `said` names (the time aside), else the fewest columns that
    with the time tell almost all rows apart.
    """
    columns = [name for name in said if name != time] if said else _columns(table, time, target)
    members = _numbered([table.columns[name] for name in columns], table.rows)
    step = _step(table.columns[time], members)
    steps = _steps_between(table.columns[time], step)
    seasons = [one for one in seasons_of(step) if 2 * one + 2 * _FEWEST_ORIGINS + 8 <= steps] or [1]
    horizon = _horizon(step, seasons, steps)
    count = int(members.max()) + 1
    how = (
        "as you said"
        if said
        else "the fewest columns that with the time tell rows apart"
        if columns
        else "one row each"
    )
    reason = f"{count:,} of up to {steps:,} steps; {how}"
    return Series(columns, step, seasons, horizon, reason)


def seasons_of(step: str) -> list[int]:
    """Return what usually repeats, in steps: day and week for steps below a day."""
    if step in _SEASONS:
        return list(_SEASONS[step])
    return [round(days * _DAY / _STEPS[step]) for days in (1, 7)]


def _columns(table: TableProfile, time: str, target: str) -> list[str]:
    taken = {time, target, *table.columns[time].parts}
    usable = [one for one in table.columns.values() if one.name not in taken and _may_name_series(one, table.rows)]
    usable.sort(key=lambda one: (not is_id_like(one), one.kind != "text", -one.distinct))
    usable = usable[:_MOST_COLUMNS]
    best: list[str] = []
    least = _repeated([table.columns[time]], table.rows)
    if least < 1 - 1 / _FEWEST_AT_ONCE:
        return best
    for size in (1, 2, 3):
        if least <= _REPEATED:
            break
        for tried in combinations(usable, size):
            repeated = _repeated([table.columns[time], *tried], table.rows)
            if repeated < least - _REPEATED or (repeated < least and not best):
                best, least = [one.name for one in tried], repeated
    return best


def _may_name_series(column: ColumnProfile, rows: int) -> bool:
    is_discrete = column.kind in ("text", "integer", "boolean") and not column.personal
    return is_discrete and not column.nulls and 1 < column.distinct <= max(rows // 10, 2)


def _repeated(columns: Sequence[ColumnProfile], rows: int) -> float:
    return 1 - (int(_numbered(columns, rows).max()) + 1) / max(rows, 1)


def _numbered(columns: Sequence[ColumnProfile], rows: int) -> NDArray[np.int64]:
    """Return for each row the number of its combination of values."""
    import numpy as np

    numbers = np.zeros(rows, dtype=np.int64)
    for one in columns:
        _, numbers = np.unique(numbers * (one.distinct + 1) + one.raw.codes + 1, return_inverse=True)
        numbers = numbers.reshape(-1).astype(np.int64)
    return numbers


def _step(time: ColumnProfile, members: NDArray[np.int64]) -> str:
    """Return the step nearest to the median distance between successive moments of a series."""
    import numpy as np

    days = time.floats()
    assert days is not None
    order = np.lexsort((days, members))
    apart = np.diff(days[order])[np.diff(members[order]) == 0]
    apart = apart[np.isfinite(apart) & (apart > 0)]
    if not len(apart):
        return "day"
    middle = float(np.log(np.median(apart) * _DAY))
    return min(_STEPS, key=lambda one: abs(np.log(_STEPS[one]) - middle))


def _steps_between(time: ColumnProfile, step: str) -> int:
    """Return how many steps lie between the first and the last moment of all series."""
    import numpy as np

    days = time.floats()
    assert days is not None
    known = days[np.isfinite(days)]
    return round((float(known.max()) - float(known.min())) * _DAY / _STEPS[step]) + 1 if len(known) else 0


def _horizon(step: str, seasons: Sequence[int], steps: int) -> int:
    """Return how far to look ahead: a usual stretch, but so short that enough origins lie in the past."""
    season, ahead = max(seasons), _HORIZONS.get(step, seasons[0] if seasons[0] > 1 else 24)
    while ahead > 1 and steps < season * (-(-ahead // season) + 1) + 2 * ahead + 2 * _FEWEST_ORIGINS - 1:
        ahead -= 1
    return ahead
