"""The composer: what it makes of a skeleton and a template, and each thing that Jinja would drop or eat in silence."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from kit.compose import Composer
from kit.errors import TemplateError
from kit.notebook import JOB_TAGS, METADATA_KEY, notebook_bytes, source_of, tagged
from tests.unit.tiny import SKELETON, TEMPLATE, tiny_composer, tiny_resources, tiny_spec, write


def composed(tmp_path: Path, script: str, stage: str = "modeling", **others: str) -> str:
    """Return all code and text of a stage whose script the template has, cells parted by a line of dashes."""
    composer = tiny_composer(tiny_resources(tmp_path, **{f"tiny__{stage}": script}, **others))
    notebook = composer.notebook(tiny_spec(composer), stage)
    return "\n----\n".join(source_of(cell) for cell in notebook["cells"])


def refusal(tmp_path: Path, script: str, **others: str) -> str:
    with pytest.raises(TemplateError) as error:
        composed(tmp_path, script, **others)
    return str(error.value)


def filling(block: str, *lines: str) -> str:
    return "\n".join(['#: extends "stages/modeling.py.j2"', f"#: block {block}", *lines, "#: endblock", ""])


@pytest.fixture
def composer(tmp_path: Path) -> Composer:
    return tiny_composer(tiny_resources(tmp_path))


def test_a_notebook_is_valid_and_written_as_nbformat_writes_it(composer: Composer) -> None:
    content = notebook_bytes(composer.notebook(tiny_spec(composer), "modeling"))
    read = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(read)
    assert content.decode() == nbformat.writes(read) + "\n"


def test_the_same_spec_gives_the_same_bytes(composer: Composer, tmp_path: Path) -> None:
    again = tiny_composer(tiny_resources(tmp_path / "again"))
    for stage in composer.catalog.flow.stages:
        first = notebook_bytes(composer.notebook(tiny_spec(composer), stage))
        assert first == notebook_bytes(again.notebook(tiny_spec(again), stage))


def test_each_job_tag_stands_exactly_once(composer: Composer) -> None:
    notebook = composer.notebook(tiny_spec(composer), "modeling")
    assert [len(tagged(notebook, tag)) for tag in JOB_TAGS] == [1, 1, 1, 1]


def test_the_ownership_cell_comes_first_and_the_start_cell_starts_the_stage(composer: Composer) -> None:
    notebook = composer.notebook(tiny_spec(composer), "deployment")
    assert notebook["cells"][0] is tagged(notebook, "ownership")[0]
    assert 'stage = start("deployment", globals())' in source_of(tagged(notebook, "start")[0])


def test_the_metadata_says_what_the_ownership_cell_says(composer: Composer) -> None:
    person = {"name": "Ada", "email": "ada@example.org", "roles": ["data_scientist_lead"]}
    facts = composer.notebook(tiny_spec(composer, people=[person]), "modeling")["metadata"][METADATA_KEY]
    assert facts["stage"] == "modeling"
    assert facts["loop"] == "solution_development"
    assert facts["accountable"] == {
        "role": "data_scientist_lead",
        "persons": [{"name": "Ada", "email": "ada@example.org"}],
    }
    assert facts["responsible"] == [{"role": "data_scientist", "persons": []}]
    assert (facts["gate"]["id"], facts["template"], facts["template_version"]) == ("G3", "tiny", "0.2.0")
    assert (facts["reads"], facts["writes"]) == (["gold.features", "monitoring.feedback"], ["modeling.evaluation"])


def test_the_word_package_becomes_the_projects_package_in_code_only_as_a_word(tmp_path: Path) -> None:
    text = composed(tmp_path, filling("train", "# %%", "PACKAGE.run(MY_PACKAGE, PACKAGES)"))
    assert "tiny_case.run(MY_PACKAGE, PACKAGES)" in text
    assert "from tiny_case import work" in text


def test_equal_cells_get_different_ids_and_the_same_ones_each_time(tmp_path: Path) -> None:
    script = filling("train", "# %%", "x = 1", "# %%", "x = 1", "# %%", "x = 1")
    composer = tiny_composer(tiny_resources(tmp_path, tiny__modeling=script))
    made = [composer.notebook(tiny_spec(composer), "modeling") for _ in range(2)]
    ids = [[cell["id"] for cell in notebook["cells"]] for notebook in made]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == len(ids[0])
    first, second, third = (cell["id"] for cell in made[0]["cells"] if source_of(cell) == "x = 1")
    assert (second, third) == (f"{first}-1", f"{first}-2")


def test_a_template_without_a_script_has_its_parents_and_finally_the_skeleton(tmp_path: Path) -> None:
    child = TEMPLATE.replace("name: tiny", "name: child\nextends: tiny")
    script = filling("train", "# %%", "from_parent()")
    resources = tiny_resources(tmp_path, tiny__modeling=script)
    write(tmp_path / "templates/child/template.yml", child)
    composer = tiny_composer(resources, "child")
    spec = tiny_spec(composer)
    assert any("from_parent()" in source_of(cell) for cell in composer.notebook(spec, "modeling")["cells"])
    assert any("work.train(p.run_date)" in source_of(cell) for cell in composer.notebook(spec, "monitoring")["cells"])


def test_a_script_may_extend_a_parent_template_that_has_no_such_script(tmp_path: Path) -> None:
    child = TEMPLATE.replace("name: tiny", "name: child\nextends: tiny")
    script = filling("train", "# %%", "from_child()").replace("stages/", "tiny/")
    resources = tiny_resources(tmp_path, child__modeling=script)
    write(tmp_path / "templates/child/template.yml", child)
    composer = tiny_composer(resources, "child")
    assert any(
        "from_child()" in source_of(cell) for cell in composer.notebook(tiny_spec(composer), "modeling")["cells"]
    )


def test_a_stage_without_a_script_has_that_of_the_data_it_uses(tmp_path: Path) -> None:
    child = TEMPLATE.replace("name: tiny", "name: child\nextends: tiny\nuses: [shop]")
    resources = tiny_resources(
        tmp_path,
        tiny__modeling=filling("train", "# %%", "from_parent()"),
        tiny__monitoring=filling("train", "# %%", "from_parent()").replace("modeling", "monitoring"),
        shop__modeling=filling("train", "# %%", "from_data()"),
    )
    write(tmp_path / "templates/child/template.yml", child)
    write(tmp_path / "templates/shop/template.yml", TEMPLATE.replace("name: tiny", "name: shop"))
    composer = tiny_composer(resources, "child")
    for stage, expected in (("modeling", "from_data()"), ("monitoring", "from_parent()")):
        cells = composer.notebook(tiny_spec(composer), stage)["cells"]
        assert any(expected in source_of(cell) for cell in cells)


def test_super_keeps_the_parents_lines_without_an_empty_line(tmp_path: Path) -> None:
    text = composed(tmp_path, filling("train", "{{ super() }}", "more = 1"))
    assert "work.train(p.run_date)\nmore = 1" in text


def test_the_imports_of_all_scripts_are_merged_and_sorted(tmp_path: Path) -> None:
    text = composed(tmp_path, filling("imports", "{{ super() }}", "import json", "from PACKAGE import charts"))
    assert "import json\n\nfrom tiny_case import charts, work\n\nspark, p =" in text


def test_an_empty_line_after_a_statement_is_kept(tmp_path: Path) -> None:
    script = filling("train", "# %%", "a = 1", "#: if true", "", "b = 2", "#: endif")
    assert "a = 1\n\nb = 2" in composed(tmp_path, script)


def test_braces_in_a_markdown_cell_are_filled(tmp_path: Path) -> None:
    text = composed(tmp_path, filling("train", "# %% [markdown]", "# About {{ spec.title }} and {{ stage.title }}."))
    assert "About Tiny things and Modeling." in text


def test_a_fact_of_several_lines_stays_inside_its_markdown_line(tmp_path: Path) -> None:
    script = filling("train", "# %% [markdown]", "# Why: {{ spec.charter.objective }} (for {{ spec.title }})")
    composer = tiny_composer(tiny_resources(tmp_path, tiny__modeling=script))
    spec = tiny_spec(composer, charter={"objective": "First line\n\nx = 1\n"})
    assert any(
        source_of(cell) == "Why: First line x = 1 (for Tiny things)"
        for cell in composer.notebook(spec, "modeling")["cells"]
    )


def test_single_braces_and_percent_signs_in_code_are_left_alone(tmp_path: Path) -> None:
    line = 'print(f"{x:%Y}", {"a": {"b": 1}}, 5 % 2)  # note: {x}'
    assert line in composed(tmp_path, filling("train", "# %%", line))


def test_a_comment_for_authors_vanishes(tmp_path: Path) -> None:
    script = "#:: why this template exists\n" + filling("train", "#:: for authors", "# %%", "x = 1")
    text = composed(tmp_path, script)
    assert "authors" not in text
    assert "exists" not in text


def test_a_misspelt_block_is_refused_with_line_and_nearest_name(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("trian", "# %%", "x = 1"))
    assert said.startswith("templates/tiny/modeling.py.j2:2: fills block 'trian', which stages/modeling.py.j2 does not")
    assert "did you mean 'train'?" in said


def test_text_outside_every_block_is_refused_with_its_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", "# %%", "x = 1") + "\n# %%\nlost = True\n")
    assert said.startswith("templates/tiny/modeling.py.j2:7: stands outside every block")


def test_a_statement_outside_every_block_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", "# %%", "x = 1") + "#: set lost = 1\n")
    assert said.startswith("templates/tiny/modeling.py.j2:6: stands outside every block")


def test_a_block_inside_one_that_was_replaced_is_refused(tmp_path: Path) -> None:
    child = TEMPLATE.replace("name: tiny", "name: child\nextends: tiny")
    whole = filling("body", "# %%", "x = 1")
    resources = tiny_resources(
        tmp_path, tiny__modeling=whole, child__modeling=filling("train", "# %%", "y = 2").replace("stages/", "tiny/")
    )
    write(tmp_path / "templates/child/template.yml", child)
    composer = tiny_composer(resources, "child")
    with pytest.raises(TemplateError, match="the block around it has been replaced"):
        composer.notebook(tiny_spec(composer), "modeling")


def test_a_block_inside_one_that_was_replaced_with_super_is_filled(tmp_path: Path) -> None:
    child = TEMPLATE.replace("name: tiny", "name: child\nextends: tiny")
    more = filling("body", "{{ super() }}", "# %%", "more = 1")
    resources = tiny_resources(
        tmp_path, tiny__modeling=more, child__modeling=filling("train", "# %%", "y = 2").replace("stages/", "tiny/")
    )
    write(tmp_path / "templates/child/template.yml", child)
    composer = tiny_composer(resources, "child")
    sources = [source_of(cell) for cell in composer.notebook(tiny_spec(composer), "modeling")["cells"]]
    assert sources.index("y = 2") + 1 == sources.index("more = 1")


@pytest.mark.parametrize("line", ['print(f"{{stage}}")', "# f'{{ spec.title }}'", "x = {{ spec.name }}"])
def test_double_braces_in_a_code_cell_are_refused_with_their_line(tmp_path: Path, line: str) -> None:
    said = refusal(tmp_path, filling("train", "# %%", "y = 1", line))
    assert said.startswith("templates/tiny/modeling.py.j2:5: '{{' in a code cell would be eaten")


def test_double_braces_that_close_in_another_line_are_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", "# %%", 'x = {{"a": 1},', '     {"b": 2}}'))
    assert said.startswith("templates/tiny/modeling.py.j2:4: '{{' without '}}' in its line")


@pytest.mark.parametrize("opening", ["{%", "{#"])
@pytest.mark.parametrize("start", ["", "# "])
def test_other_openings_of_the_engine_are_refused_anywhere(tmp_path: Path, opening: str, start: str) -> None:
    said = refusal(tmp_path, filling("train", "# %%", "x = 1", f'{start}"{opening} x"'))
    assert said.startswith(f"templates/tiny/modeling.py.j2:5: '{opening}' would be eaten")


def test_an_unfilled_hole_is_refused_with_the_line_that_asks_for_it(tmp_path: Path) -> None:
    skeleton = SKELETON.replace("#: block train\n# %%\nwork.train(p.run_date)\n", "#: block train required\n")
    said = refusal(tmp_path, filling("purpose", "# hello"), stages__modeling=skeleton)
    assert said.startswith("stages/modeling.py.j2:15: block 'train' must be filled, but templates/tiny/modeling.py.j2")


def test_an_unknown_fact_is_refused_with_line_and_nearest_name(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", "# %% [markdown]", "# a", "# {{ spek.title }}"))
    assert said.startswith("templates/tiny/modeling.py.j2:5: ")
    assert "did you mean 'spec'?" in said


def test_a_broken_statement_is_refused_with_its_line(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", "#: blok inner", "# %%", "x = 1"))
    assert said.startswith("templates/tiny/modeling.py.j2:3: ")


def test_a_missing_parent_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", "# %%", "x").replace("stages/modeling", "stages/modelling"))
    assert "'stages/modelling.py.j2', which is not there" in said


def test_code_that_is_not_python_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", "# %%", "if x"))
    assert "a code cell is not Python" in said
    assert "'if x'" in said


def test_a_job_tag_in_a_template_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, filling("train", '# %% tags=["finish"]', "x = 1"))
    assert "the tag 'finish' must stand exactly once" in said


def test_nothing_of_the_template_language_is_left_in_a_notebook(composer: Composer) -> None:
    for stage in composer.catalog.flow.stages:
        text = json.dumps(composer.notebook(tiny_spec(composer), stage))
        for mark in ("{{", "{%", "{#", "#:", "\\u0001", "\\u0002", "\\u0003", "PACKAGE"):
            assert mark not in text
