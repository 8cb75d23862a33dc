"""`kit list`: the stages with their owners and gates, and the templates."""

from __future__ import annotations

from typing import Any

from kit.config import load_catalog
from kit.resources import Resources, kit_resources
from kit.template import offered_names, project_fragment, template_chain
from kit.text import table_text


def listing(resources: Resources | None = None) -> dict[str, list[dict[str, Any]]]:
    """Return `stages` in their order and `templates` by name, as plain values."""
    resources = resources or kit_resources()
    catalog = load_catalog(resources)
    stages = [
        {
            "name": name,
            "title": info.title,
            "loop": catalog.flow.loops[info.loop],
            "accountable": catalog.roles[catalog.ownership[name].accountable].title,
            "gate": f"{info.gate} {catalog.gates[info.gate].title}",
            "outcomes": catalog.gates[info.gate].outcomes,
        }
        for name, info in catalog.flow.stages.items()
    ]
    return {"stages": stages, "templates": [_template(resources, name) for name in offered_names(resources)]}


def listing_text(found: dict[str, list[dict[str, Any]]]) -> str:
    """Return the listing for a person."""
    stages = [["stage", "loop", "accountable", "gate"]]
    stages += [[one["name"], one["loop"], one["accountable"], one["gate"]] for one in found["stages"]]
    templates = [["template", "problem", "what it is"]]
    templates += [[one["name"], one["problem"], one["description"]] for one in found["templates"]]
    return f"{table_text(stages)}\n\n{table_text(templates)}\n\nMake a project: kit new FOLDER --template NAME"


def _template(resources: Resources, name: str) -> dict[str, Any]:
    chain = template_chain(resources, name)
    problem = project_fragment(chain).get("problem", {}).get("type", "")
    last = chain[-1]
    return {
        "name": name,
        "title": last.title,
        "problem": problem,
        "description": last.description,
        "version": last.version,
        "extends": last.extends,
    }
