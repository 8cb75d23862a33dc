"""A night is compared with nights; what is missing counts as rare as it is; the saved pipeline says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kit.runtime.errors import KitError
from PACKAGE import candidates, deviations, trials
from PACKAGE.detectors import LARGEST
from PACKAGE.features import LABEL, SCORE, Columns
from pyspark.ml import PipelineModel

COLUMNS = Columns(("odd name", "other", "event_hour", "event_weekday"), ())


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    chance = np.random.default_rng(2)
    hour = np.tile(np.arange(24), 100)
    value = np.where(hour < 6, 10.0, 100.0) + chance.normal(size=2_400)
    other = np.where(chance.random(2_400) < 0.02, np.nan, chance.normal(size=2_400))
    return pd.DataFrame({"odd name": value, "other": other, "event_hour": hour, "event_weekday": 1 + hour % 7})


@pytest.fixture(scope="module")
def cases(spark: Any, rows: pd.DataFrame) -> Any:
    return spark.createDataFrame(rows.assign(id=range(len(rows)))).selectExpr("*", f"cast(null as double) as {LABEL}")


def test_a_day_value_at_night_is_unusual_though_it_is_not_by_day(spark: Any, cases: Any) -> None:
    usual = deviations.usual_of(cases, ["odd name", "other"], COLUMNS.numeric)
    asked = spark.createDataFrame(
        [(100.0, 0.0, 3, 1), (100.0, 0.0, 12, 1), (100.0, None, 12, 1)],
        "`odd name` double, other double, event_hour int, event_weekday int",
    )
    found = [one[deviations.DEVIATIONS] for one in usual.stage().transform(asked).collect()]
    assert abs(found[0][0]) > 50
    assert abs(found[1][0]) < 3
    assert found[2][1] == pytest.approx(2.33, abs=0.15), "a gap in 2% of rows is as far off as a value so rare"


def test_a_table_in_which_nothing_varies_is_refused(spark: Any) -> None:
    with pytest.raises(KitError, match="no numeric column varies"):
        deviations.usual_of(spark.range(10).selectExpr("1.0D as one"), ["one"], [])


def test_the_saved_pipeline_scores_flags_and_gives_reasons(cases: Any, tmp_path: Path) -> None:
    pipeline = candidates.train(cases, COLUMNS, [LARGEST], share=0.05)
    folder = tmp_path.as_uri() + "/pipeline"
    pipeline.write().overwrite().save(folder)
    found = candidates.score(PipelineModel.load(folder), cases, ["id"]).toPandas()
    assert found["flagged"].mean() == pytest.approx(0.05, abs=0.02)
    assert found[SCORE].between(0, 1).all()
    assert found.loc[found["flagged"], "reason"].str.contains(r"(?:odd name|other) (?:[+-]\d+\.\d|missing)").all()
    assert found.loc[~found["flagged"], "reason"].isna().all()
    assert "largest deviation" in candidates.described(pipeline)


def test_without_labels_detectors_are_compared_by_what_can_be_seen(cases: Any) -> None:
    found = trials.without_labels(cases, cases, COLUMNS, ["id"], share=0.02)
    assert set(found["detector"]) == set(candidates.kinds_of(has_labels=False))
    assert found["stability"].between(0, 1).all()
    assert found["planted"].is_monotonic_decreasing
    assert LARGEST not in candidates.best_of(found)
