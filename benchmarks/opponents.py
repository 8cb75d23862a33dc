"""The opponents of `kit run`: the same cells as one plain script, and the same notebooks in a papermill loop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SCRIPT_HEAD = '''"""The code of all notebooks in one process and one classic session: no kernels, no papermill, no
records of a run."""
import os

os.environ["KIT_SPARK"] = "classic"
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def cell(source, variables):
    exec(source, variables)
    for number in plt.get_fignums():  # a notebook renders its figures, so the script does
        plt.figure(number).savefig(os.devnull, format="png", dpi=72, bbox_inches="tight")
    plt.close("all")

'''
SESSION_CELL = """from delta import configure_spark_with_delta_pip
from pyspark.sql import SparkSession

builder = (
    SparkSession.builder.config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .config("spark.driver.memory", "{memory}")
    .config("spark.ui.showConsoleProgress", "false")
)
spark = configure_spark_with_delta_pip(builder).getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
"""


def write_script(project: Path, script: Path, parameters: dict[str, Any]) -> None:
    """Write the plain script: each notebook's code cells in a namespace of their own, in one process."""
    lines = [SCRIPT_HEAD]
    for notebook in sorted((project / "notebooks").glob("*.ipynb")):
        lines.append(f"variables = {{'__name__': {notebook.stem!r}, 'display': lambda *shown: None}}\n")
        for cell in _code_cells(notebook):
            source = "".join(cell["source"])
            if "parameters" in cell["metadata"].get("tags", []):
                source += "".join(f"\n{name} = {value!r}" for name, value in parameters.items())
            lines.append(f"cell({source!r}, variables)\n")
    script.write_text("".join(lines), encoding="utf-8")


def write_loop_notebooks(project: Path, folder: Path, memory: str) -> list[Path]:
    """Write the notebooks as people have them: each makes its own Spark session with default settings in a first
    cell.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for notebook in sorted((project / "notebooks").glob("*.ipynb")):
        content = json.loads(notebook.read_text(encoding="utf-8"))
        session: dict[str, Any] = {
            "cell_type": "code", "execution_count": None, "id": "session", "metadata": {}, "outputs": [],
            "source": SESSION_CELL.format(memory=memory),
        }  # fmt: skip
        content["cells"].insert(1, session)
        path = folder / notebook.name
        path.write_text(json.dumps(content), encoding="utf-8")
        written.append(path)
    return written


def loop_command(notebooks: list[Path], python: str, parameters: dict[str, Any]) -> list[str]:
    """Return a shell loop over `papermill`, which stops at the first notebook that fails."""
    given = " ".join(f"-p {name} {value}" for name, value in parameters.items())
    runs = [f"{python} -m papermill --no-progress-bar -k python3 {given} {one} {one}.out" for one in notebooks]
    return ["bash", "-c", " && ".join(runs)]


def _code_cells(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]
