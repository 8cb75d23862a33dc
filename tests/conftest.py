"""What all tests share: hypothesis's patience, the flag for golden files, and that every notebook written is valid."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("kit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kit")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite the golden projects instead of comparing them"
    )


@pytest.fixture(autouse=True)
def valid_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Validate each notebook that is written during a test."""
    write_bytes = Path.write_bytes

    def validated(path: Path, content: bytes) -> int:
        if path.suffix == ".ipynb":
            nbformat.validate(json.loads(content))
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", validated)
