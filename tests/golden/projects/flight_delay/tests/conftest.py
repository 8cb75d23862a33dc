"""What the tests share: the project's folder, and one small Spark session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from kit.runtime.classic import classic_session


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder that holds kit.yml."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def spark() -> Any:
    """A local Spark session for the whole test run, whose Python workers can import the package."""
    source = Path(__file__).resolve().parent.parent / "src"
    return classic_session({"spark.master": "local[2]", "spark.sql.shuffle.partitions": "1"}, [source])
