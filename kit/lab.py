"""`kit lab`: JupyterLab on a project, with one Spark server for all of its notebooks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kit.project import open_project


def open_lab(folder: Path) -> int:
    """Open JupyterLab in the project's notebooks and return its exit code.

    The notebooks share the Spark server that the first of them starts; it ends a minute after the last is closed.
    """
    project = open_project(folder)
    return subprocess.call([sys.executable, "-m", "jupyterlab", str(project.folder / "notebooks")])
