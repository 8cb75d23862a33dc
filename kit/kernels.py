"""Kernels for the runner: started ahead of time, over IPC, with nothing in their environment but what a stage needs."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Kernel:
    """A started kernel: papermill takes its `manager`."""

    manager: Any
    folder: Path

    @property
    def pid(self) -> int:
        """Process id of the kernel."""
        return int(self.manager.provisioner.pid)

    def stop(self, *, now: bool = False) -> None:
        """End the kernel, by its own atexit handlers or `now`, and remove its sockets; harmless a second time."""
        from jupyter_core.utils import run_sync

        if self.manager.has_kernel:
            run_sync(self.manager.shutdown_kernel)(now=now)
        run_sync(self.manager.cleanup_resources)()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_kernel(folder: Path, environment: dict[str, str], warm_up: str) -> Kernel:
    """Start a kernel in `folder` that first imports what `warm_up` (Python source of one line) names.

    The user's own IPython start-up files and history stay out, so that a run depends on the project alone.
    """
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_core.utils import run_sync

    sockets = Path(tempfile.mkdtemp(prefix="kit-"))
    manager = AsyncKernelManager(
        kernel_name="python3", transport="ipc", connection_file=str(sockets / "kernel.json"), ip=str(sockets / "k")
    )
    arguments = ["--HistoryManager.enabled=False", f"--IPKernelApp.exec_lines={warm_up}"]
    variables = {**os.environ, "IPYTHONDIR": str(sockets / "ipython"), **environment}
    run_sync(manager.start_kernel)(extra_arguments=arguments, cwd=str(folder), env=variables)
    return Kernel(manager, sockets)
