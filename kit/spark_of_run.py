"""The Spark that a run works on: a Connect server for all its stages, an endpoint, or a classic session each."""

from __future__ import annotations

import contextlib
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.errors import KitError
from kit.runtime.session import endpoint, interrupt

if TYPE_CHECKING:
    from kit.runtime.server import Lease, Server, Starting


class SparkOfRun:
    """Starts the server when the first stage needs it, watches it, and lets it go at the end.

    Where SPARK_REMOTE names an endpoint the stages use that one, and nothing is started or ended.
    """

    def __init__(self, project: Path, kind: str, settings: dict[str, str]) -> None:
        self.folder = project / ".kit" / "spark"
        self.kind, self._settings, self._source = kind, settings, project / "src"
        self._lease: Lease | None = None
        self._starting: Starting | None = None
        self._server: Server | None = None
        self._is_gone = threading.Event()
        self._endpoint = endpoint() if kind == "connect" else None

    def begin(self) -> None:
        """Take the lease and start the server without waiting for it; a second time nothing happens."""
        if self.kind != "connect" or self._lease is not None or self._endpoint:
            return
        from kit.runtime.server import begin, lease

        self._lease = lease(self.folder)
        self._starting = begin(self._lease, self._settings, python_path=[self._source])
        threading.Thread(target=self._watch, name="spark-watch", daemon=True).start()

    def variables(self, session_id: str) -> dict[str, str]:
        """Return the environment variables by which a kernel finds this Spark."""
        return {"KIT_SPARK": self.kind, "KIT_SESSION_ID": session_id}

    def is_gone(self) -> bool:
        """Return whether the server that the run had has ended."""
        return self._is_gone.is_set()

    def interrupt(self, session_id: str) -> None:
        """Stop what a dead kernel has left running, so that the cores are free; nothing where the server is gone."""
        address = self._endpoint or (self._server and (self._server.url, self._server.token))
        if self.kind != "connect" or not address or self.is_gone():
            return
        with contextlib.suppress(KitError):  # the server went while it was asked: its jobs went with it
            interrupt(*address, session_id)

    def log(self) -> Path:
        """Return the server's log."""
        return self.folder / "spark.log"

    def release(self) -> None:
        """Give the lease back; a server that nobody else uses ends."""
        if self._lease is not None:
            self._lease.release()

    def _watch(self) -> None:
        assert self._starting is not None
        try:
            self._server = self._starting.wait_ready()
            self._server.wait_gone()
        finally:
            self._is_gone.set()


def new_session_id() -> str:
    """Return the id of a Spark session of its own for one stage."""
    return str(uuid.uuid4())


def settings_of(resolved_environment: Any) -> dict[str, str]:
    """Return an environment's Spark settings as text."""
    return {str(key): str(value) for key, value in dict(resolved_environment.get("settings", {})).items()}
