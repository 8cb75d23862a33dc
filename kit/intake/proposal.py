"""What a look at the files proposes for `kit.yml`: sources with their columns, the problem, expectations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kit.errors import ConfigError
from kit.intake.flags import class_expectation, expectations_of, personal_of, unused_of
from kit.intake.interactions import entity_of, pair_of
from kit.intake.keys import ROW_ID, Key, key_of
from kit.intake.leaks import leaks_of
from kit.intake.personal import is_described_only
from kit.intake.profile import ColumnProfile, TableProfile, unread_marks
from kit.intake.series import Series, series_of
from kit.intake.targets import (
    FEWEST_OF_CLASS,
    Target,
    has_several_classes,
    likely_targets,
    only_quantity,
    problem_type,
    refuse_few_rows,
    refuse_no_number,
    target_of,
)
from kit.intake.times import Time, time_of


@dataclass(frozen=True)
class Wishes:
    """What a person has said; names of columns are those of the file or the safe ones."""

    target: str | None = None
    time: str | None = None
    key: tuple[str, ...] = ()
    positive: str | None = None


@dataclass(frozen=True)
class Proposal:
    """What the files propose; the first of `tables` has the cases."""

    tables: Sequence[TableProfile]
    type: str
    target: Target | None
    key: Key
    time: Time
    leaks: Mapping[str, str]
    unused: Mapping[str, str]
    notes: tuple[str, ...]
    fragment: Mapping[str, Any]
    """The fragment of kit.yml."""
    series: Series | None = None
    """What forecasting needs to know besides."""


def likely_problem(table: TableProfile, wishes: Wishes) -> tuple[str, str | None]:
    """Return the type of problem and its target; raises ConfigError, with likely targets, where nobody named one."""
    if wishes.target:
        column = table.column(wishes.target, "--target")
        return problem_type(column), column.name
    time = time_of(table, wishes.time)
    quantity = only_quantity(table, [str(time.column), *wishes.key]) if time.column else None
    if quantity:
        return "forecasting", quantity
    raise missing_target(table)


def missing_target(table: TableProfile) -> ConfigError:
    """Return the error that asks for a target."""
    likely = ", ".join(likely_targets(table)) or "none stands out"
    message = f"{table.place}: which column is to be predicted?"
    return ConfigError(message, f"Name it with --target COLUMN; likely: {likely}.")


def propose(tables: Sequence[TableProfile], kind: str, wishes: Wishes, needs: Sequence[str], project: Path) -> Proposal:
    """Return the proposal for a problem of type `kind` whose template needs those keys of `problem`.

    Raises ConfigError, before anything is written, where the file cannot carry it.
    """
    cases = tables[0]
    if "target" in needs and not wishes.target:
        raise missing_target(cases)
    refuse_few_rows(cases)
    is_apart = "classes" in needs
    target = target_of(cases, wishes.target, kind, wishes.positive, is_apart) if wishes.target else None
    if kind == "recommendation":
        return _of_interactions(tables, target, wishes, needs, project)
    series = _series(cases, kind, target, wishes)
    key = series[1] if series else _key(cases, kind, target, wishes)
    is_predicted = kind != "segmentation"  # a target is the amount of a transaction there
    suspected = leaks_of(cases, target, {*key.columns}) if target and not series and is_predicted else {}
    time = time_of(cases, wishes.time, [*_late(cases, suspected), *([target.column.name] if target else [])])
    _refuse_no_time(cases, time, needs)
    leaks = {name: reason for name, reason in suspected.items() if name != time.column}
    roles = {*key.columns, *([target.column.name] if target else []), *([time.column] if time.column else [])}
    refuse_no_number(cases, kind, roles)
    unused = {} if series else unused_of(cases, {*roles, *leaks})
    notes = tuple(_notes(tables, target, key, time)) if not series else tuple(_series_notes(tables, series[1]))
    declared = key if is_predicted or key.is_unique else Key([], "")  # transactions have another key than who
    fragment = {
        "sources": {one.source: _source(one, declared if one is cases else None, project) for one in tables},
        "problem": {**_problem(kind, target, key, time, leaks, unused), **(_series_said(series[0]) if series else {})},
        "expectations": _expectations(cases, key, time, target, unused),
        **_environments(tables),
    }
    return Proposal(tables, kind, target, key, time, leaks, unused, notes, fragment, series[0] if series else None)


def _key(cases: TableProfile, kind: str, target: Target | None, wishes: Wishes) -> Key:
    """Return what identifies a case: of transactions to be segmented who made them, else what tells rows apart."""
    is_dated = kind == "segmentation" and not wishes.key and time_of(cases, wishes.time, []).column is not None
    entity = entity_of(cases) if is_dated else None
    return entity or key_of(cases, wishes.key, target.column.name if target else None)


def _of_interactions(
    tables: Sequence[TableProfile], target: Target | None, wishes: Wishes, needs: Sequence[str], project: Path
) -> Proposal:
    """Return the proposal for interactions: who, what, when, and perhaps how much (the target)."""
    cases = tables[0]
    who, what, reason = pair_of(cases, wishes.key)
    time = time_of(cases, wishes.time, [who, what, *([target.column.name] if target else [])])
    _refuse_no_time(cases, time, needs)
    key = Key([who, what, *([time.column] if time.column else [])], f"who, what and when; {reason}")
    problem = {**_problem("recommendation", target, key, time, {}, {}), "user": who, "item": what}
    notes = (*_table_notes(tables), "lists rest on who, what and when; other columns are not used")
    fragment = {
        "sources": {one.source: _source(one, Key([], "") if one is cases else None, project) for one in tables},
        "problem": problem,
        "expectations": _expectations(cases, key, time, target, {}),
        **_environments(tables),
    }
    return Proposal(tables, "recommendation", target, key, time, {}, {}, notes, fragment)


def _series(table: TableProfile, kind: str, target: Target | None, wishes: Wishes) -> tuple[Series, Key] | None:
    """Return the series and the key that they make with the time; None for another problem, or where there is no time.

    `--key` names the columns of the series; whether it names the time as well does not matter.
    """
    time = time_of(table, wishes.time, [target.column.name] if target else []).column
    if kind != "forecasting" or not time or not target:
        return None
    said = [table.column(one, "--key").name for one in wishes.key]
    series = series_of(table, time, said, target.column.name)
    found = key_of(table, [*series.columns, time], None)
    return series, replace(found, reason=found.reason.replace("as you said", "series and time"))


def _series_said(series: Series) -> dict[str, Any]:
    said = {"series": series.columns, "step": series.step, "seasons": series.seasons, "horizon": series.horizon}
    return {name: value for name, value in said.items() if value}


def _series_notes(tables: Sequence[TableProfile], key: Key) -> Iterator[str]:
    yield from _table_notes(tables)
    if "repeats" in key.reason:
        yield "some rows repeat a series and a moment: one of them is kept"
    yield "forecasts rest on past values and the calendar; the other columns are not known for the future"


def _late(table: TableProfile, suspected: Mapping[str, str]) -> list[str]:
    """Return suspected leaks that are not filled in every row: they come after the case."""
    return [name for name in suspected if table.columns[name].nulls]


def _refuse_no_time(table: TableProfile, time: Time, needs: Sequence[str]) -> None:
    if "event_time" in needs and not time.column:
        message = f"{table.place}: the template needs a time, and no column can be read as one"
        raise ConfigError(message, "Name it with --time COLUMN, or add one to the file.")


def _problem(
    kind: str, target: Target | None, key: Key, time: Time, leaks: Mapping[str, str], unused: Mapping[str, str]
) -> dict[str, Any]:
    said = {
        "type": kind,
        "target": target.column.name if target else None,
        "positive": target.positive if target else None,
        "classes": list(target.apart) if target else [],
        "key": key.columns,
        "event_time": time.column,
        "leaks": dict(leaks),
        "unused": dict(unused),
    }
    return {name: value for name, value in said.items() if value}


def _expectations(
    table: TableProfile, key: Key, time: Time, target: Target | None, unused: Mapping[str, str]
) -> dict[str, Any]:
    first = [*key.columns, *([time.column] if time.column else []), *([target.column.name] if target else [])]
    found = expectations_of(table, first, set(unused))
    found += [class_expectation(target.column.name, target.apart)] if target and target.apart else []
    return {f"silver.{table.source}": found} if found else {}


def _environments(tables: Sequence[TableProfile]) -> dict[str, Any]:
    settings = {name: value for one in tables for name, value in one.table.settings.items()}
    return {"environments": {"local": {"settings": settings}}} if settings else {}


def _source(table: TableProfile, key: Key | None, project: Path) -> dict[str, Any]:
    columns = {one.name: _column(one, key.columns if key else []) for one in table.columns.values()}
    key = key or key_of(table, (), None)
    if key.columns == [ROW_ID]:
        columns[ROW_ID] = {"type": "text", "format": "row_hash", "description": "a hash of the whole row"}
    personal = personal_of(table)
    return {
        **table.place.declared(project),
        **({"format": table.table.format} if table.place.path else {}),
        **({"options": table.table.options} if table.table.options else {}),
        "key": key.columns,
        **({"personal_data": personal} if personal else {}),
        "columns": columns,
    }


def _column(column: ColumnProfile, key: Sequence[str]) -> dict[str, Any]:
    said = {
        "original": column.raw.original if column.raw.original != column.name and not column.parts else None,
        "type": column.kind,
        "format": column.reading.format,
        "description": _description(column),
        "parts": list(column.parts),
    }
    is_required = column.name in key and not column.nulls
    return {name: value for name, value in said.items() if value} | ({"nullable": False} if is_required else {})


def _description(column: ColumnProfile) -> str:
    share = column.share_empty
    if not share:
        empty = ""
    elif share == 1:
        empty = "empty"
    else:
        empty = f"{share:.0%}".replace("%", " % empty") if 0.01 <= share < 0.995 else _edge(share)
    return ", ".join(fact for fact in (empty, f"from {', '.join(column.parts)}" if column.parts else "") if fact)


def _edge(share: float) -> str:
    return "under 1 % empty" if share < 0.5 else "over 99 % empty"


def _notes(tables: Sequence[TableProfile], target: Target | None, key: Key, time: Time) -> Iterator[str]:
    cases = tables[0]
    yield from _table_notes(tables)
    if target and target.column.nulls:
        yield f"{target.column.nulls:,} rows have no target: they are scored, not learnt from"
    if key.reason.startswith("who,") and not target:
        yield "name the amount of a transaction with --target COLUMN, if there is one: segments then rest on it, too"
    if target and target.left_out:
        few = ", ".join(f"{one} {rows:,}" for one, rows in target.left_out.items())
        yield f"classes with fewer than {FEWEST_OF_CLASS} rows are left out, neither learnt nor judged: {few}"
    if target and target.apart and target.column.kind in ("integer", "number"):
        yield "the classes are numbers: where their order matters, choose a template for regression"
    if target and target.positive is not None and len(target.classes) > 2:
        yield f"more than two classes: {target.positive} counts as positive against all others together"
        if has_several_classes(target.column):
            yield "to tell all of them apart, leave --template and problem.positive out"
    if time.others:
        yield f"other times: {', '.join(time.others)}; choose with --time"
    described = [one.name for one in cases.columns.values() if one.personal and is_described_only(one.raw.header)]
    if described:
        yield f"the model may use what describes persons: {', '.join(described)}; if it must not, put it under unused"
    if key.columns == [ROW_ID]:
        yield "choose a better key with --key COLUMN, if there is one"
    yield from _joins(cases, tables[1:])


def _table_notes(tables: Sequence[TableProfile]) -> Iterator[str]:
    for table in tables:
        said = f"{table.source}: " if len(tables) > 1 else ""
        yield from (f"{said}{note}" for note in table.table.notes)
        yield from (f"{said}{note}" for note in unread_marks(list(table.columns.values())))
        if table.table.settings:
            settings = ", ".join(f"{name}={value}" for name, value in table.table.settings.items())
            yield f"{said}Spark reads {table.table.options['encoding']} only with {settings}; set for `local`"
        if table.table.nested:
            yield f"{said}lists and records are left out: {', '.join(table.table.nested)}"


def _joins(cases: TableProfile, others: Sequence[TableProfile]) -> Iterator[str]:
    """Yield columns of the cases whose name and values another source has too."""
    for other in others:
        for name in cases.columns.keys() & other.columns.keys():
            left, right = cases.columns[name], other.columns[name]
            shared = len(set(left.raw.values).intersection(right.raw.values))
            if left.kind == right.kind and left.distinct > 2 and shared * 2 > left.distinct:
                share = shared / left.distinct
                yield f"{cases.source} joins {other.source} by {name} ({share:.0%} of its values are there)"
