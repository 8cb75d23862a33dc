"""The parameters cell repeats the contract of kit.yml, in a form that papermill reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.parameter_cell import parameters_source
from kit.runtime.parameters import parse_value, to_plain
from kit.spec import Parameter
from tests.unit.tiny import tiny_composer, tiny_resources, tiny_spec


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Any:
    composer = tiny_composer(tiny_resources(tmp_path_factory.mktemp("tiny")))
    return lambda parameters, stage="modeling": parameters_source(tiny_spec(composer, parameters=parameters), stage)


def test_each_parameter_has_a_line_with_default_type_and_description(cell: Any) -> None:
    parameters = {
        "run_date": {"type": "date", "default": dt.date(2020, 1, 2), "description": "As of.\nNothing later"},
        "depth": {"type": "integer", "default": 3},
        "mode": {"type": "choice", "choices": ["fast", "good"], "default": "fast", "description": "How"},
        "names": {"type": "list", "default": ["a", "b"]},
        "rate": {"type": "number", "default": None},
    }
    assert cell(parameters).splitlines()[1:] == [
        'run_date = "2020-01-02"  # date. As of. Nothing later.',
        "depth = 3  # integer.",
        'mode = "fast"  # fast | good. How.',
        'names = ["a", "b"]  # list.',
        "rate = None  # number.",
    ]


def test_a_parameter_of_other_stages_is_not_there(cell: Any) -> None:
    parameters = {"x": {"type": "integer", "default": 1, "stages": ["deployment"]}}
    assert cell(parameters) == "# This stage takes no parameters."
    assert "x = 1" in cell(parameters, "deployment")


DEFAULTS = st.one_of(
    st.tuples(st.just("string"), st.text(max_size=20)),
    st.tuples(st.just("integer"), st.integers()),
    st.tuples(st.just("number"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("boolean"), st.booleans()),
    st.tuples(st.just("list"), st.lists(st.text(max_size=5), max_size=3)),
    st.tuples(st.just("date"), st.dates()),
)


@given(DEFAULTS)
def test_running_the_cell_gives_the_defaults_of_the_contract(cell: Any, drawn: tuple[str, Any]) -> None:
    kind, default = drawn
    declared = {"type": kind, "default": default, "description": "Why # it\nis '\"so"}
    values: dict[str, Any] = {}
    exec(cell({"x": declared}), values)
    assert values["x"] == to_plain(parse_value("x", Parameter(**declared).model_dump(), default))


def test_papermill_reads_the_contract_from_the_cell(tmp_path: Path) -> None:
    papermill = pytest.importorskip("papermill")
    composer = tiny_composer(tiny_resources(tmp_path))
    from kit.notebook import notebook_bytes

    path = tmp_path / "modeling.ipynb"
    path.write_bytes(notebook_bytes(composer.notebook(tiny_spec(composer), "modeling")))
    found = papermill.inspect_notebook(str(path))
    assert {name: one["default"] for name, one in found.items()} == {"run_date": '"2020-02-29"', "folds": "3"}
    assert found["run_date"]["help"] == "date. As of."
