"""Render a stage's percent script along the chain of templates, refusing what Jinja would drop or eat in silence."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import jinja2.nodes

from kit.blocks import Layer, read_layer, refuse_lost_blocks
from kit.errors import TemplateError
from kit.marks import KEPT, marked, one_line
from kit.resources import Resources
from kit.template import template_chain
from kit.yaml_source import nearest


@dataclass(frozen=True)
class Scripts:
    """Renders the stage scripts of one template; `facts` are the names that `{{ }}` may use."""

    environment: jinja2.Environment
    loader: _Loader
    template: str

    def render(self, stage: str, facts: Mapping[str, Any]) -> str:
        """Return the script with marks; raises TemplateError naming file and line of whatever would be lost."""
        name = f"{self.template}/{stage}.py.j2"
        layers = self._layers(name)
        refuse_lost_blocks(layers)
        try:
            return self.environment.get_template(name).render(facts).replace(KEPT, "")
        except jinja2.UndefinedError as error:
            raise _undefined(error, layers, facts) from error

    def _layers(self, name: str) -> list[Layer]:
        """Return the scripts from the most derived to the frame."""
        layers: list[Layer] = []
        following: str | None = name
        try:
            while following:
                layers.append(self.loader.layer(self.environment, following))
                following = layers[-1].extends
        except jinja2.TemplateNotFound as error:
            where = f"{layers[-1].file}:1: extends" if layers else "no template has"
            raise TemplateError(f"{where} '{error.name}', which is not there", "Correct the name.") from error
        except jinja2.TemplateSyntaxError as error:
            said = f"{error.filename or error.name}:{error.lineno}: {error.message}"
            raise TemplateError(said, "A line that begins with `#:` is a Jinja statement.") from error
        return layers


def scripts_of(resources: Resources, template: str) -> Scripts:
    """Return the renderer of a template's stage scripts."""
    names = [one.name for one in template_chain(resources, template)]
    parents: dict[str, str | None] = dict(zip(names, [None, *names], strict=False))
    loader = _Loader(resources, parents)
    environment = jinja2.Environment(
        loader=loader,
        undefined=jinja2.StrictUndefined,
        line_statement_prefix="#:",
        line_comment_prefix="#::",
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the output is a notebook, not HTML
    )
    environment.filters["one_line"] = one_line
    return Scripts(environment, loader, template)


class _Loader(jinja2.BaseLoader):
    """Finds `stages/x.py.j2` and `<template>/x.py.j2`; one that is missing is that of the template before."""

    def __init__(self, resources: Resources, parents: Mapping[str, str | None]) -> None:
        self.resources = resources
        self.parents = parents
        self._parsed: dict[str, tuple[jinja2.nodes.Template, Layer]] = {}

    def layer(self, environment: jinja2.Environment, name: str) -> Layer:
        """Return a script's blocks; a script is read and parsed once, for its blocks and to be compiled."""
        if name not in self._parsed:
            path = self._path(name)
            if path is None:
                raise jinja2.TemplateNotFound(name)
            label = self.resources.label(path)
            script = environment.parse(marked(path.read_text(encoding="utf-8"), label), name, label)
            self._parsed[name] = script, read_layer(script, label)
        return self._parsed[name][1]

    def load(
        self,
        environment: jinja2.Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> jinja2.Template:
        """Return the compiled script; raises TemplateNotFound where there is none."""
        label = self.layer(environment, name).file
        code = environment.compile(self._parsed[name][0], name, label)
        return jinja2.Template.from_code(environment, code, globals or {})

    def _path(self, template: str) -> Path | None:
        owner, _, file = template.partition("/")
        following: str | None = owner
        while following is not None and following in self.parents:
            path = self.resources.find(f"templates/{following}/{file}")
            if path:
                return path
            following = self.parents[following]
        return self.resources.find(f"stages/{file}") if owner in self.parents or owner == "stages" else None


def _undefined(error: jinja2.UndefinedError, layers: list[Layer], facts: Mapping[str, Any]) -> TemplateError:
    files = {layer.file for layer in layers}
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename in files]
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else layers[0].file
    name = re.search(r"'(\w+)' is undefined", str(error))
    near = nearest(name[1], facts) if name else ""
    hint = "`{{ }}` is for facts of the project in a markdown cell; code reads them from `stage`."
    return TemplateError(f"{where}: {error}{near}", hint)
