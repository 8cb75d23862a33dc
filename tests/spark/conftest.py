"""A Spark that tests share which only need some session; those that kill or start one have their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from kit.config import load_catalog
from kit.runtime.server import ensure_server, lease
from kit.runtime.session import connect_session


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session with the kit's own settings."""
    with lease(tmp_path_factory.mktemp("spark")) as held:
        server = ensure_server(held, load_catalog().spark)
        session = connect_session(server.url, server.token, str(uuid.uuid4()))
        yield session
        session.stop()
