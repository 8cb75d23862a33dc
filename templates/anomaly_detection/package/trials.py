"""How detectors are compared before one is chosen: by labels, or, without any, by what can be seen without them.

`modeling` calls it. Without labels nothing here is accuracy: planted anomalies are a stress test, and stability says
whether two halves of the past would have flagged the same cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from .candidates import fit, kinds_of, rule_kind, sample_of
from .detectors import COLUMN, LOGISTIC, Detector, Floats, ranked, raw

from .evaluation import SPIKE_SIGMAS, ranking
from .features import LABEL, Columns
from .labels import has_labels
from .ranked import score_counts

KINDS = ("spike", "swapped", "frozen")
"""What is planted: one value far off, two columns exchanged, half of the columns stuck at another case's values."""


def compared(
    early: DataFrame, late: DataFrame, columns: Columns, problem: Mapping[str, Any], rule: str | None, share: float
) -> pd.DataFrame:
    """Return the trials, by labels where the problem has them."""
    if has_labels(problem):
        return by_labels(early, late, columns, rule, share)
    return without_labels(early, late, columns, problem["key"], share)


def by_labels(early: DataFrame, late: DataFrame, columns: Columns, rule: str | None, share: float) -> pd.DataFrame:
    """Return how each detector, fitted on `early`, ranks the labelled cases of `late`, best first.

    Columns: `detector`, `is_rule`, `average_precision`, `auc`.
    """
    fitted = fit(early, columns, kinds_of(has_labels=True), rule)
    kinds = list(fitted.detectors)
    scored = fitted.pipeline({kind: kind for kind in kinds}, share).transform(late).select(LABEL, *_quoted(kinds))
    counts = score_counts(scored, kinds, {"all": "'all'"})
    found = [{"detector": kind, **ranking(counts[counts["model"] == kind])} for kind in kinds]
    ordered = _ordered(pd.DataFrame(found), rule, "average_precision")
    return ordered.replace({"detector": {COLUMN: f"{rule} alone"}})


def without_labels(
    early: DataFrame, late: DataFrame, columns: Columns, key: Sequence[str], share: float
) -> pd.DataFrame:
    """Return what can be seen of each detector without labels, the best at planted anomalies first.

    Two halves of `early`, told apart by the key, give two detectors of each kind. Columns: `detector`, `is_rule`,
    `stability` (Jaccard index of the cases of `late` that the two flag), `agreement` (mean rank correlation with the
    other kinds), `flagged` (share of `late`), and the share of planted anomalies flagged: KINDS and `planted`, their
    mean.
    """
    half = F.pmod(F.xxhash64(*[F.col(f"`{name}`") for name in key]), F.lit(2))
    first, second = (fit(early.where(half == number), columns, kinds_of(has_labels=False)) for number in (0, 1))
    kinds = list(first.detectors)
    one = first.pipeline({f"{kind} 1": kind for kind in kinds}, share).transform(late)
    kept = [F.col(f"`{name}`") for name in [*late.columns, *(f"{kind} 1" for kind in kinds)]]
    both = second.pipeline({f"{kind} 2": kind for kind in kinds}, share).transform(one.select(*kept)).cache()
    seen = _compared(both, kinds, share)
    sample = sample_of(both, seen["rows"], len(second.usual.scales))
    found = [
        {"detector": kind, **seen[kind], **planted_caught(second.detectors[kind], sample, share)} for kind in kinds
    ]
    both.unpersist()
    return _ordered(pd.DataFrame(found), None, "planted")


def planted_caught(one: Detector, sample: Floats, share: float, seed: int = 7) -> dict[str, float]:
    """Return the share of anomalies, planted into a sample of deviations, that is flagged: KINDS and `planted`."""
    if one.kind in (LOGISTIC, COLUMN):
        return dict.fromkeys([*KINDS, "planted"], float("nan"))
    context = np.zeros(len(sample), dtype=np.int64)
    found = {
        kind: float((ranked(one, raw(one, rows, rows, context)) >= 1 - share).mean())
        for kind, rows in planted(sample, seed).items()
    }
    return {**found, "planted": float(np.mean(list(found.values())))}


def planted(sample: Floats, seed: int = 7) -> dict[str, Floats]:
    """Return the sample with an anomaly planted into each row, one copy for each of KINDS."""
    chance = np.random.default_rng(seed)
    rows, columns = sample.shape
    place = np.arange(rows)
    spike = sample.copy()
    where = chance.integers(columns, size=rows)
    spike[place, where] += SPIKE_SIGMAS * chance.choice([-1.0, 1.0], size=rows)
    swapped = sample.copy()
    other = (where + 1 + chance.integers(max(columns - 1, 1), size=rows)) % columns
    swapped[place, where], swapped[place, other] = sample[place, other], sample[place, where]
    stuck = chance.random(sample.shape) < 0.5
    frozen = np.where(stuck, sample[chance.permutation(rows)], sample)
    return {"spike": spike, "swapped": swapped, "frozen": frozen}


def _compared(both: DataFrame, kinds: Sequence[str], share: float) -> dict[str, dict[str, float]]:
    """Return by kind `stability`, `agreement` and `flagged`, and the `rows`, in one pass."""
    cells = {"rows": "count(1)"}
    for place, kind in enumerate(kinds):
        a, b = (f"`{kind} {number}` >= {1 - share!r}D" for number in (1, 2))
        cells |= {f"both {place}": f"count_if({a} and {b})", f"any {place}": f"count_if({a} or {b})"}
        cells |= {f"flagged {place}": f"count_if({b})"}
        pairs = [f"corr(`{kind} 2`, `{other} 2`)" for other in kinds if other != kind]
        cells |= {f"agreement {place}": f"({' + '.join(pairs)}) / {len(pairs)}"}
    row = both.agg(*[F.expr(sql).alias(name) for name, sql in cells.items()]).first()
    return {
        kind: {
            "stability": row[f"both {place}"] / max(row[f"any {place}"], 1),
            "agreement": float(row[f"agreement {place}"] or 0.0),
            "flagged": row[f"flagged {place}"] / max(row["rows"], 1),
        }
        for place, kind in enumerate(kinds)
    } | {"rows": row["rows"]}


def _ordered(found: pd.DataFrame, rule: str | None, by: str) -> pd.DataFrame:
    marked = found.assign(is_rule=found["detector"] == rule_kind(rule))
    return marked.sort_values(by, ascending=False, ignore_index=True)


def _quoted(names: Sequence[str]) -> list[str]:
    return [f"`{name}`" for name in names]
