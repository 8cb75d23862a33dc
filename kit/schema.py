"""The published JSON Schema of `kit.yml`: `python -m kit.schema` prints it; a test holds the published file to it."""

from __future__ import annotations

import json

from kit.spec import json_schema


def schema_text() -> str:
    """Return the schema as the file that every project gets: sorted keys, the same bytes each time."""
    return json.dumps(json_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema_text(), end="")
