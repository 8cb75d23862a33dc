"""A tiny organisation for the tests: minimal skeletons and one template, over the kit's own frame and configuration."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from kit.compose import Composer, composer_for
from kit.config import load_catalog
from kit.intake.profile import TableProfile, look
from kit.intake.sources import Place
from kit.resources import Resources, kit_resources
from kit.spec import Spec, parse_spec
from kit.template import project_fragment
from kit.yaml_source import YamlSource

STAGES = ("definition", "data_engineering", "modeling", "deployment", "monitoring")

SKELETON = """\
#: extends "stages/_frame.py.j2"
#: block purpose
# ## What it does
# It is about {{ spec.title }}.
#: endblock

#: block imports
from PACKAGE import work
#: endblock

#: block body
# %% [markdown]
# ## Train

#: block train
# %%
work.train(p.run_date)
#: endblock
#: endblock

#: block finish
stage.finish(open_points=[])
#: endblock
"""

TEMPLATE = """\
name: tiny
version: 0.2.0
title: Tiny
description: A use case for tests
project:
  title: Tiny things
  sources:
    things: {path: things.csv, description: Things, owner: data_owner}
  problem: {type: classification, target: is_good, key: [id], event_time: at}
  expectations:
    silver.things:
    - {name: has_id, condition: id is not null, action: fail}
  parameters:
    run_date: {type: date, default: 2020-02-29, description: As of}
    folds: {type: integer, default: 3, stages: [modeling]}
"""


def tiny_resources(root: Path, **scripts: str) -> Resources:
    """Return resources whose overlay is `root`, with scripts such as `tiny__modeling` or `stages__modeling` in it."""
    files = {f"stages/{stage}.py.j2": SKELETON for stage in STAGES}
    files |= {
        "templates/tiny/template.yml": TEMPLATE,
        "templates/tiny/package/work.py": '"""Work."""\n\nHOME = "PACKAGE"\n',
        "templates/tiny/tests/test_work.py": (
            "from PACKAGE import work\n\n\ndef test_home() -> None:\n    assert work.HOME\n"
        ),
    }
    for name, text in scripts.items():
        owner, _, stage = name.partition("__")
        files[f"stages/{stage}.py.j2" if owner == "stages" else f"templates/{owner}/{stage}.py.j2"] = text
    for path, text in files.items():
        write(root / path, text)
    return kit_resources(root)


def look_file(source: str, path: Path, time: str | None = None) -> TableProfile:
    """Look at a file, for which no Spark is lent."""

    def no_spark() -> NoReturn:
        raise AssertionError("a file needs no Spark")

    return look(source, Place(path), no_spark, time)


def write(path: Path, text: str) -> Path:
    """Write a text, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def tiny_composer(resources: Resources, template: str = "tiny") -> Composer:
    """Return the composer of a template of a tiny organisation."""
    return composer_for(resources, load_catalog(resources), template)


def tiny_spec(composer: Composer, **answers: object) -> Spec:
    """Return the spec that the template brings, with answers laid over it."""
    own = {"kit": "0.1.0", "template": "tiny", "template_version": "0.2.0", "name": "tiny", "package": "tiny_case"}
    said = {**own, **project_fragment(list(composer.chain)), **answers}
    return parse_spec(YamlSource("test", "{}", said))
