"""The README's table of owners: a projection of `kit.yml` between two marks, rewritten in place."""

from __future__ import annotations

from collections.abc import Sequence

from kit.config import Catalog
from kit.operating import stage_gate
from kit.ownership import UNFILLED, escape, holders, stage_ownership
from kit.spec import Spec
from kit.template import Template

OPENING, CLOSING = "<!-- kit:owners, written by `kit check --fix` -->", "<!-- kit:end -->"


def owners_section(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> str:
    """Return the table of stages with who is accountable and responsible and who decides, between its marks."""
    rows = ["| notebook | accountable | responsible | gate, decided by |", "| --- | --- | --- | --- |"]
    for stage, info in catalog.flow.stages.items():
        owned, gate = stage_ownership(catalog, chain, spec, stage), stage_gate(catalog, spec, stage)
        notebook = f"[{info.title}](notebooks/{catalog.flow.notebook(stage)})"
        responsible = "<br>".join(_held(catalog, spec, role) for role in owned.responsible)
        decided = ", ".join(escape(catalog.roles[role].title) for role in gate.decided_by)
        accountable = _held(catalog, spec, owned.accountable)
        rows.append(f"| {notebook} | {accountable} | {responsible} | {info.gate} {escape(gate.title)}: {decided} |")
    return "\n".join([OPENING, *rows, CLOSING])


def find_section(text: str) -> str | None:
    """Return the section with its marks, or None where the README does not have both of them in order."""
    start = text.find(OPENING)
    end = text.find(CLOSING, start)
    return text[start : end + len(CLOSING)] if start >= 0 and end >= 0 else None


def _held(catalog: Catalog, spec: Spec, role: str) -> str:
    people = ", ".join(escape(person.name) for person in holders(spec, role))
    return f"{escape(catalog.roles[role].title)}: {people or UNFILLED}"
