"""The part of the saved pipeline that scores: detectors in NumPy inside a pandas UDF, on any kind of Spark session."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pyspark.ml import Transformer
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StructField, StructType

from .detectors import Detector, from_json, ranked, raw, to_json
from .deviations import CONTEXT, DEVIATIONS, LEVELS, Usual, reason_sql
from .features import SCORE

FLAGGED, REASON = "flagged", "reason"
_CELL = "_scored"


class Detectors(Transformer, DefaultParamsReadable, DefaultParamsWritable):  # type: ignore[misc]
    """Adds a column between 0 and 1 for each detector, by its name; with a `score` also `flagged` and `reason`."""

    told = Param(Params._dummy(), "told", "detectors, columns and their gaps, share: JSON", TypeConverters.toString)

    @classmethod
    def of(cls, named: Mapping[str, Detector], usual: Usual, share: float) -> Detectors:
        """Return the stage for detectors over what is `usual`; `share` of the cases learnt from would be flagged."""
        gaps = [one.gap for one in usual.scales]
        told = {"detectors": to_json(named), "names": list(usual.names), "gaps": gaps, "share": share}
        made = cls()
        made._set(told=json.dumps(told))
        return made

    def facts(self) -> dict[str, Any]:
        """Return what the stage was made of: `detectors` (as text), `names`, `gaps`, `share`."""
        found: dict[str, Any] = json.loads(self.getOrDefault(self.told))
        return found

    def detectors(self) -> dict[str, Detector]:
        """Return the detectors by the name of their column."""
        return from_json(self.facts()["detectors"])

    def _transform(self, dataset: DataFrame) -> DataFrame:
        facts = self.facts()
        names = list(self.detectors())
        scored = cells_of(facts["detectors"], is_ranked=True)(DEVIATIONS, LEVELS, CONTEXT)
        cells = [F.col(f"{_CELL}.`{name}`").alias(name) for name in names]
        kept = [F.col(f"`{name}`") for name in dataset.columns]
        found = dataset.withColumn(_CELL, scored).select(*kept, *cells)
        if SCORE not in names:
            return found
        reason = F.when(F.col(FLAGGED), F.expr(reason_sql(facts["names"], facts["gaps"])))
        return found.withColumn(FLAGGED, F.col(SCORE) >= 1 - facts["share"]).withColumn(REASON, reason)


def cells_of(text: str, is_ranked: bool) -> Any:
    """Return the pandas UDF from deviations, levels and context to a struct with a number for each detector of `text`.

    Ranked numbers lie between 0 and 1; raw ones are what grids are taken from.
    """

    def numbers(deviations: pd.Series, levels: pd.Series, context: pd.Series) -> pd.DataFrame:
        arrays = (np.stack(list(deviations)), np.stack(list(levels)), context.to_numpy(np.int64))
        found = {name: (one, raw(one, *arrays)) for name, one in _read(text).items()}
        return pd.DataFrame({name: ranked(*both) if is_ranked else both[1] for name, both in found.items()})

    return F.pandas_udf(numbers, StructType([StructField(name, DoubleType()) for name in _read(text)]))


@functools.lru_cache(maxsize=4)
def _read(text: str) -> dict[str, Detector]:
    return from_json(text)
