"""The published JSON Schema of `kit.yml`: `python -m kit.schema` prints it; a test holds the published file to it."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from kit import spec, spec_databricks, spec_parts, spec_problem, spec_schedule, spec_sources


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `kit.yml`, with the texts below the fields as descriptions."""
    schema = spec.Spec.model_json_schema(by_alias=True)
    parts = {"Spec": schema, **schema["$defs"]}
    modules = (spec, spec_parts, spec_problem, spec_sources, spec_schedule, spec_databricks)
    for part, field, text in (one for module in modules for one in _described(str(module.__file__))):
        properties = parts.get(part, {}).get("properties", {})
        if field in properties:
            properties[field]["description"] = text
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the schema as the file that every project gets: sorted keys, the same bytes each time."""
    return json.dumps(json_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _described(module: str) -> Iterator[tuple[str, str, str]]:
    """Yield class, field and text wherever a text stands below a field.

    pydantic can do this at import, but needs 20 ms for it at each start of the kit.
    """
    for part in ast.parse(Path(module).read_text(encoding="utf-8")).body:
        for field, below in pairwise(part.body if isinstance(part, ast.ClassDef) else []):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
                assert isinstance(part, ast.ClassDef)
                yield part.name, field.target.id, ast.literal_eval(below.value).strip()


if __name__ == "__main__":
    print(schema_text(), end="")
