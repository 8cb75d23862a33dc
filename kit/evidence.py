"""The evidence that a stage lays before its gate: code, parameters, inputs and figures of its last run, and their hash.

A decision is bound to the hash. The commit is noted beside it and not part of it: the commit that adds a decision to
the project would otherwise make that decision lapse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

Evidence = dict[str, Any]
"""`code`, `parameters`, `inputs` by table or source, `metrics` by name: plain values, as a decision file keeps them."""

DIGITS = 6
"""Figures are compared to so many digits: the order of a sum may change the rest."""


def evidence_of(record: Mapping[str, Any], parameters: Mapping[str, Any], feedback: set[str]) -> Evidence:
    """Return the evidence in the record of a stage; `feedback` are tables of later stages, which it is not about."""
    written = {one["table"] for one in record["tables_written"]} | feedback
    inputs = {one["table"]: one["version"] for one in record["tables_read"] if one["table"] not in written}
    inputs |= {f"source.{one['source']}": one["fingerprint"] for one in record["sources"]}
    return {
        "code": record["fingerprint"],
        "inputs": dict(sorted(inputs.items())),
        "metrics": {name: float(f"{value:.{DIGITS}g}") for name, value in sorted(record["metrics"].items())},
        "parameters": dict(sorted(parameters.items())),
    }


def evidence_hash(evidence: Evidence) -> str:
    """Return the hash that a decision is bound to."""
    return hashlib.sha256(json.dumps(evidence, sort_keys=True).encode()).hexdigest()[:32]


def differences(then: Evidence, now: Evidence) -> list[str]:
    """Return what has changed between two pieces of evidence, a phrase each: the largest causes first."""
    said = ["the code or kit.yml has changed"] if then["code"] != now["code"] else []
    for part, label in (("parameters", "parameter"), ("inputs", "input"), ("metrics", "figure")):
        said += _changed(label, then[part], now[part])
    return said


def _changed(label: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        before, after = then.get(name, "none"), now.get(name, "none")
        if before != after:
            yield f"{label} {name}: {_short(before)} -> {_short(after)}"


def _short(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 24 else f"{text[:10]}..."
