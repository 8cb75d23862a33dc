"""Imports that each script of a chain adds to become one sorted list."""

from __future__ import annotations

import pytest

from kit.imports import tidy_imports


def test_imports_are_merged_by_module_and_sorted_by_origin() -> None:
    source = """\
import pandas as pd
from case import charts
import datetime as dt
from case import Bins, LIMIT, flights
from case.more import x
from IPython.display import Markdown, display

pd.set_option("a", 1)
"""
    assert (
        tidy_imports(source, "case")
        == """\
import datetime as dt

import pandas as pd
from IPython.display import Markdown, display

from case import LIMIT, Bins, charts, flights
from case.more import x

pd.set_option("a", 1)"""
    )


def test_a_renamed_import_stands_on_its_own() -> None:
    assert (
        tidy_imports("from a import c, b\nfrom a import z as y", "case") == "from a import b, c\nfrom a import z as y"
    )


def test_a_long_list_is_wrapped_as_the_formatter_does() -> None:
    names = [f"name_{number:02d}_that_is_long" for number in range(8)]
    text = tidy_imports(f"from case import {', '.join(names)}", "case")
    assert text.splitlines()[:2] == ["from case import (", "    name_00_that_is_long,"]
    assert text.splitlines()[-1] == ")"


@pytest.mark.parametrize(
    "source", ["x = 1\nimport b\nimport a", "import b  # first\nimport a", "import b\n# why\nimport a", ""]
)
def test_what_has_its_place_is_left_there(source: str) -> None:
    assert tidy_imports(source, "case") == source
