"""One notebook, executed by papermill in a thread of its own while the runner watches over it.

papermill's output notebook can say `completed` of cells that never ran, so what happened is taken from here.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kit.kernels import Kernel

ENGINE = "usecase-kit"
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
OnCell = Callable[[int, int, str], None]
"""Told at the start of each cell: its number (from 1), how many there are, and the heading above it."""


@dataclass(frozen=True)
class Failure:
    """Why a notebook did not come to its end; `cell` counts code and text cells from 1, None where none is to blame."""

    kind: str
    cause: str
    cell: int | None = None
    heading: str = ""
    traceback: str = ""


class Execution:
    """A notebook while it is executed; `failure` is known once the thread has ended."""

    def __init__(
        self, notebook: Path, output: Path, parameters: Mapping[str, Any], kernel: Kernel, on_cell: OnCell
    ) -> None:
        self._notebook, self._output, self._parameters = notebook, output, dict(parameters)
        self._kernel, self._on_cell = kernel, on_cell
        self._at: tuple[int | None, str] = (None, "")
        self.failure: Failure | None = None
        self._thread = threading.Thread(target=self._execute, name=f"papermill-{notebook.stem}", daemon=True)

    def start(self) -> None:
        """Begin in the thread."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait at most that long; return whether the notebook has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _execute(self) -> None:
        import papermill
        from papermill.exceptions import PapermillExecutionError

        register_engine()
        try:
            papermill.execute_notebook(
                str(self._notebook),
                str(self._output),
                parameters=self._parameters,
                engine_name=ENGINE,
                kernel_name="python3",
                progress_bar=False,
                km=self._kernel.manager,
                on_cell=self._tell,
            )
        except PapermillExecutionError as error:
            traceback = _ANSI.sub("", "\n".join(error.traceback))
            self.failure = Failure(error.ename, shortened(_ANSI.sub("", error.evalue)), *self._at, traceback)
        except Exception as error:  # noqa: BLE001 - the thread must hand every end over to the runner, whatever it was
            self.failure = Failure(type(error).__name__, str(error), *self._at)

    def _tell(self, number: int, count: int, heading: str) -> None:
        self._at = (number, heading)
        self._on_cell(number, count, heading)


def register_engine() -> None:
    """Make papermill's engine that tells of each cell known to it; once is enough."""
    from papermill.engines import NBClientEngine, papermill_engines

    if ENGINE in papermill_engines._engines:
        return
    logging.getLogger("papermill").setLevel(logging.CRITICAL)

    class TellingEngine(NBClientEngine):  # type: ignore[misc]
        """papermill's own engine, which also tells when a cell starts."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, on_cell: OnCell, **options: Any) -> Any:
            headings, start = cell_headings(nb_man.nb.cells), nb_man.cell_start

            def cell_start(cell: Any, cell_index: int | None = None, **more: Any) -> None:
                start(cell, cell_index, **more)
                if cell_index is not None:
                    on_cell(cell_index + 1, len(headings), headings[cell_index])

            nb_man.cell_start = cell_start
            return super().execute_managed_notebook(nb_man, kernel_name, **options)

    papermill_engines.register(ENGINE, TellingEngine)


def shortened(cause: str, lines: int = 8, letters: int = 800) -> str:
    """Return a cause without what follows its first lines: Spark tells its whole plan, which the traceback has too."""
    kept = "\n".join(cause.splitlines()[:lines])[:letters]
    return kept if len(kept) == len(cause.rstrip("\n")) else f"{kept.rstrip()} ..."


def cell_headings(cells: list[Any]) -> list[str]:
    """Return for each cell the nearest markdown heading at or above it, without its `#`."""
    headings, current = [], ""
    for cell in cells:
        if cell.cell_type == "markdown":
            found = re.search(r"^#+ +(.+)$", cell.source, re.MULTILINE)
            current = found.group(1).strip() if found else current
        headings.append(current)
    return headings
