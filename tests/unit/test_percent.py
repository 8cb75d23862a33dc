"""The percent reader: strict, and of one mind with jupytext."""

from __future__ import annotations

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from kit.errors import TemplateError
from kit.percent import Cell, read_percent

FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}


def cells(script: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(cell.kind, cell.source, cell.tags) for cell in read_percent(script, "a.py")]


def jupytext_cells(script: str) -> list[tuple[str, str, tuple[str, ...]]]:
    read = jupytext.reads(script, FORMAT)
    return [(one.cell_type, one.source.strip("\n"), tuple(one.metadata.get("tags", []))) for one in read.cells]


def test_a_script_becomes_cells_with_kinds_tags_and_lines() -> None:
    script = '# %% [markdown] tags=["ownership"]\n# # Title\n#\n# Text\n\n# %%\nx = 1\n\n\ny = 2\n'
    assert read_percent(script, "a.py") == [
        Cell("markdown", "# Title\n\nText", ("ownership",), 1),
        Cell("code", "x = 1\n\n\ny = 2", (), 6),
    ]


@pytest.mark.parametrize(
    "comment", ["# copy this to the table", "# ls is not a command here", "# cat, dog and bird", "# what is it?"]
)
def test_a_comment_that_jupytext_takes_for_a_magic_command_stays_a_comment(comment: str) -> None:
    assert cells(f"# %%\n{comment}\nx = 1\n") == [("code", f"{comment}\nx = 1", ())]


@pytest.mark.parametrize(
    ("script", "where", "said"),
    [
        ("x = 1\n# %%\ny\n", "a.py:1", "text before the first cell"),
        ("# %%\n\n# %%\nx\n", "a.py:1", "the cell is empty"),
        ("# %%\nx\n# %% [raw]\ny\n", "a.py:3", "not a cell header"),
        ("# %% tags=[a]\nx\n", "a.py:1", "tags are not a JSON list"),
        ("# %% tags=[1]\nx\n", "a.py:1", "tags are texts"),
        ("# %% [markdown]\n# a\nb\n", "a.py:3", "'b' in a markdown cell"),
        ("# %% [markdown]\n# a\n\n# b\n", "a.py:3", "an empty line in a markdown cell"),
        ("# %% [markdown]\n\n# a\n#b\n", "a.py:4", "'#b' in a markdown cell"),
        ("# %%\nx\n%time y\n", "a.py:3", "a magic command"),
        ("# %%\n# %matplotlib inline\nx\n", "a.py:2", "a magic command"),
        ("# %%\n!ls\n", "a.py:2", "a magic command"),
    ],
)
def test_what_is_not_strictly_a_cell_is_refused_with_its_line(script: str, where: str, said: str) -> None:
    with pytest.raises(TemplateError) as error:
        read_percent(script, "a.py")
    assert error.value.message.startswith(f"{where}: ")
    assert said in error.value.message


LINES = st.lists(
    st.sampled_from(["x = 1", "", "    y = 2", "# why", "def f():", "s = 'ä {} #'", "# copy it"]), max_size=6
)
TEXTS = st.lists(st.sampled_from(["# Title", "", "- a", "  - b  ", "| a | b |", "ü $x$", "```\nx\n```"]), max_size=6)
TAGS = st.lists(st.sampled_from(["start", "finish", "a-b"]), max_size=2, unique=True)


def is_full(lines: list[str]) -> bool:
    """Say whether a cell has text in its first and last line, as every cell of a formatted notebook does."""
    return bool(lines) and bool(lines[0].strip()) and lines[0][0] != " " and bool(lines[-1].strip())


CODE = st.tuples(st.just("code"), LINES.filter(is_full).map("\n".join), TAGS.map(tuple))
MARKDOWN = st.tuples(st.just("markdown"), TEXTS.filter(is_full).map("\n".join), TAGS.map(tuple))


@given(st.lists(CODE | MARKDOWN, min_size=1, max_size=6))
def test_a_notebook_that_jupytext_writes_as_a_script_is_read_back_the_same(
    drawn: list[tuple[str, str, tuple[str, ...]]],
) -> None:
    make = {"code": new_code_cell, "markdown": new_markdown_cell}
    notebook = new_notebook(
        cells=[make[kind](source, metadata={"tags": list(tags)} if tags else {}) for kind, source, tags in drawn]
    )
    script = jupytext.writes(notebook, FORMAT)
    body = script[script.index("# %%") :]
    assert cells(body) == drawn
    assert jupytext_cells(body) == drawn
