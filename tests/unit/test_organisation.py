"""Templates, configuration and an organisation's overlay: found, laid over each other, refused where wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.config import load_catalog
from kit.errors import ConfigError, KitError, TemplateError
from kit.fragment import merge
from kit.listing import listing, listing_text
from kit.resources import OVERLAY_VARIABLE, kit_resources
from kit.template import load_template, project_fragment, template_chain, template_names
from tests.unit.tiny import TEMPLATE, tiny_composer, tiny_resources, tiny_spec, write


def test_mappings_are_merged_deeply_and_lists_are_replaced() -> None:
    base = {"a": {"x": 1, "y": [1, 2]}, "b": {"z": 1}}
    assert merge(base, {"a": {"y": [3]}, "b": None, "c": 1}) == {"a": {"x": 1, "y": [3]}, "b": None, "c": 1}
    assert base == {"a": {"x": 1, "y": [1, 2]}, "b": {"z": 1}}


def test_a_template_is_laid_over_the_one_that_it_extends(tmp_path: Path) -> None:
    resources = tiny_resources(tmp_path)
    child = (
        "name: child\nversion: '1'\ntitle: C\ndescription: C\nextends: tiny\nproject:\n  problem: {target: is_bad}\n"
    )
    write(tmp_path / "templates/child/template.yml", child)
    chain = template_chain(resources, "child")
    assert [one.name for one in chain] == ["tiny", "child"]
    problem = project_fragment(chain)["problem"]
    assert (problem["target"], problem["key"]) == ("is_bad", ["id"])


DATA = "name: shop\nversion: '1'\ntitle: S\ndescription: S\nproject:\n  problem: {target: paid, key: [order]}\n"
CHILD = TEMPLATE.replace("name: tiny", "name: child\nextends: tiny\nuses: [shop]").split("project:")[0]


def test_what_a_template_uses_lies_between_it_and_what_it_extends(tmp_path: Path) -> None:
    resources = tiny_resources(tmp_path)
    write(tmp_path / "templates/shop/template.yml", DATA)
    write(tmp_path / "templates/child/template.yml", CHILD)
    write(tmp_path / "templates/grandchild/template.yml", CHILD.replace("child", "grandchild").replace("tiny", "child"))
    chain = template_chain(resources, "child")
    assert [one.name for one in chain] == ["tiny", "shop", "child"]
    assert project_fragment(chain)["problem"]["target"] == "paid"
    with pytest.raises(TemplateError, match="uses 'shop', which is in the chain already"):
        template_chain(resources, "grandchild")
    write(tmp_path / "templates/shop/template.yml", DATA.replace("title: S", "title: S\nextends: tiny"))
    with pytest.raises(TemplateError, match="uses 'shop', which extends or uses another template"):
        template_chain(resources, "child")
    write(tmp_path / "templates/child/template.yml", CHILD.replace("[shop]", "[shpo]"))
    with pytest.raises(TemplateError, match=r"child/template.yml: uses 'shpo': .*did you mean 'shop'"):
        template_chain(resources, "child")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEMPLATE.replace("title: Tiny", "titel: Tiny"), "template.yml:3: titel: unknown key; did you mean 'title'?"),
        (TEMPLATE.replace("name: tiny", "name: other"), "says name 'other' but lies in the folder 'tiny'"),
        (TEMPLATE.replace("version: 0.2.0", "extends: tiny\nversion: 0.2.0"), "in a circle: tiny -> tiny"),
        (TEMPLATE.replace("version: 0.2.0", "extends: nobody\nversion: 0.2.0"), "there is no template 'nobody'"),
        (TEMPLATE + "ownership:\n  modelling: {}\n", "ownership.modelling"),
    ],
)
def test_a_template_that_cannot_be_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    resources = tiny_resources(tmp_path)
    write(tmp_path / "templates/tiny/template.yml", text)
    with pytest.raises(TemplateError) as error:
        template_chain(resources, "tiny")
    assert said in error.value.message


def test_what_every_project_gets_is_not_a_template(tmp_path: Path) -> None:
    resources = tiny_resources(tmp_path)
    assert "_project" not in template_names(resources)
    with pytest.raises(TemplateError, match="there is no template '_project'"):
        load_template(resources, "_project")


def test_an_overlay_adds_roles_and_changes_owners_without_touching_the_kit(tmp_path: Path) -> None:
    write(tmp_path / "config/roles.yml", "auditor: {title: Auditor, duty: Looks}\n")
    write(tmp_path / "config/ownership.yml", "modeling: {informed: [auditor]}\n")
    catalog = load_catalog(tiny_resources(tmp_path))
    assert catalog.roles["auditor"].title == "Auditor"
    assert catalog.ownership["modeling"].informed == ["auditor"]
    assert catalog.ownership["modeling"].accountable == "data_scientist_lead"
    assert "auditor" not in load_catalog(kit_resources()).roles


def test_an_overlays_mistake_is_named_with_its_own_file_and_line(tmp_path: Path) -> None:
    file = write(tmp_path / "config/roles.yml", "# ours\nauditor: {title: Auditor}\n")
    with pytest.raises(ConfigError) as error:
        load_catalog(tiny_resources(tmp_path))
    assert error.value.message.startswith(f"{file}:2: auditor.duty: ")


def test_an_overlays_files_win_and_its_folders_join_the_kits(tmp_path: Path) -> None:
    write(tmp_path / "templates/_project/SECURITY.md.j2", "# {{ spec.title }}\n")
    write(tmp_path / "templates/_project/AGENTS.md.j2", "Ours\n")
    from kit.project_files import project_files

    resources = tiny_resources(tmp_path)
    composer = tiny_composer(resources)
    files = {file.path: file.content for file in project_files(resources, composer, tiny_spec(composer))}
    assert files["SECURITY.md"] == b"# Tiny things\n"
    assert files["AGENTS.md"] == b"Ours\n"
    assert "README.md" in files


def test_the_overlay_is_named_by_argument_or_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OVERLAY_VARIABLE, str(tmp_path))
    assert kit_resources().roots[0] == tmp_path
    monkeypatch.setenv(OVERLAY_VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(KitError, match="the overlay is not a folder"):
        kit_resources()


def test_the_list_shows_stages_in_order_and_templates_by_name(tmp_path: Path) -> None:
    found = listing(tiny_resources(tmp_path))
    assert [one["name"] for one in found["stages"]] == [
        "definition", "data_engineering", "modeling", "deployment", "monitoring",
    ]  # fmt: skip
    assert found["stages"][2]["accountable"] == "Data scientist lead"
    tiny = next(one for one in found["templates"] if one["name"] == "tiny")
    assert (tiny["problem"], tiny["description"]) == ("classification", "A use case for tests")
    names = [one["name"] for one in found["templates"]]
    assert names == sorted(names)
    assert "tiny" in listing_text(found)
