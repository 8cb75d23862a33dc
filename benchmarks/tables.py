"""A table of any size as one Parquet file: customers' days with a yes-or-no outcome, written in bounded memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CHUNK = 500_000
FIRST_DAY = np.datetime64("2022-01-01T00:00:00", "us")
SECONDS = 2 * 365 * 86_400


def write_table(path: Path, rows: int) -> None:
    """Write `case_id`, `happened_at` (two years), six numbers with gaps, three texts and `churned` (about 15 %)."""
    chance = np.random.default_rng(7)
    writer: pq.ParquetWriter | None = None
    for first in range(0, rows, CHUNK):
        table = _chunk(chance, first, min(CHUNK, rows - first))
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=CHUNK)
    if writer:
        writer.close()


def _chunk(chance: np.random.Generator, first: int, rows: int) -> pa.Table:
    plan, region = chance.integers(0, 4, rows), chance.integers(0, 60, rows)
    numbers = chance.normal(50, 15, (6, rows)).round(2)
    odds = -2.6 + 0.5 * (plan == 0) - 0.03 * (numbers[0] - 50) + 0.02 * (numbers[1] - 50) + 0.01 * (region - 30)
    churned = chance.random(rows) < 1 / (1 + np.exp(-odds))
    seconds = chance.integers(0, SECONDS, rows)
    gaps = chance.random((6, rows)) < 0.05
    columns = {
        "case_id": pa.array(np.arange(first, first + rows)),
        "happened_at": pa.array(FIRST_DAY + seconds.astype("timedelta64[s]")),
        **{f"use_{place}": pa.array(numbers[place], mask=gaps[place]) for place in range(6)},
        "plan": pa.array(np.array(["basic", "plus", "pro", "team"])[plan]),
        "region": pa.array(np.char.add("R", region.astype(str))),
        "channel": pa.array(np.array(["shop", "web", "phone"])[chance.integers(0, 3, rows)]),
        "churned": pa.array(churned),
    }
    return pa.table(columns)
