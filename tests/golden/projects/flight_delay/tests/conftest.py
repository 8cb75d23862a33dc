"""What the tests share: the project's folder."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder that holds kit.yml."""
    return Path(__file__).resolve().parent.parent
