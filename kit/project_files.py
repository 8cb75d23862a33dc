"""The files of a new project, planned as values: nothing here touches the disk that they will go to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jinja2

from kit.codeowners import codeowners_files
from kit.compose import Composer, with_package
from kit.errors import TemplateError
from kit.files import File
from kit.notebook import notebook_bytes
from kit.parameter_cell import stage_parameters
from kit.readme import owners_section
from kit.resolved import RESOLVED, resolved_bytes
from kit.resources import Resources
from kit.runtime.parameters import parse_value, to_text
from kit.spec import SPEC_NAME, Spec
from kit.spec_text import spec_text
from kit.template import SHARED

SCHEMA = ".kit/kit.schema.json"
_BY_STAGE = ("package", "tests")


def project_files(resources: Resources, composer: Composer, spec: Spec) -> list[File]:
    """Return every file of the project, sorted by path; the same spec and templates give the same bytes."""
    text = spec_text(spec)
    files = {
        SPEC_NAME: text.encode(),
        RESOLVED.as_posix(): resolved_bytes(composer.catalog, composer.chain, spec, text),
        **_shared_files(resources, composer, spec),
        **{
            path: content.encode() for path, content in codeowners_files(composer.catalog, composer.chain, spec).items()
        },
        **_modules(resources, composer, spec, "package", f"src/{spec.package}"),
        **_modules(resources, composer, spec, "tests", "tests"),
        **notebook_files(composer, spec),
    }
    return [File(path, files[path]) for path in sorted(files)]


def notebook_files(composer: Composer, spec: Spec) -> dict[str, bytes]:
    """Return the notebooks by path."""
    flow = composer.catalog.flow
    return {
        f"notebooks/{flow.notebook(stage)}": notebook_bytes(composer.notebook(spec, stage)) for stage in flow.stages
    }


def shared_file(resources: Resources, path: str) -> bytes:
    """Return the bytes of a file that every project gets unchanged, such as the JSON Schema of `kit.yml`."""
    found = resources.find(f"templates/{SHARED}/{path}")
    if found is None:
        raise TemplateError(f"templates/{SHARED}/{path}: no such file", "Install usecase-kit again.")
    return found.read_bytes()


def _modules(resources: Resources, composer: Composer, spec: Spec, folder: str, target: str) -> dict[str, bytes]:
    """Return the modules of a folder along the chain by their path in the project; a later template's replace."""
    modules: dict[str, bytes] = {}
    for template in [SHARED, *(one.name for one in composer.chain)]:
        for path, file in _files_below(resources, f"templates/{template}/{folder}"):
            content = file.read_bytes()
            if path.endswith(".py"):
                content = with_package(content.decode(), spec.package).encode()
            modules[f"{target}/{path}"] = content
    return modules


def _shared_files(resources: Resources, composer: Composer, spec: Spec) -> dict[str, bytes]:
    """Return the plain files of every project; `.j2` ones are rendered."""
    environment = jinja2.Environment(  # noqa: S701 - Markdown and TOML, not HTML
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    facts = {"spec": spec, "owners": owners_section(composer.catalog, composer.chain, spec), "example": _example(spec)}
    files: dict[str, bytes] = {}
    for path, file in _files_below(resources, f"templates/{SHARED}"):
        if path.split("/")[0] in _BY_STAGE:
            continue
        try:
            if path.endswith(".j2"):
                files[path.removesuffix(".j2")] = (
                    environment.from_string(file.read_text("utf-8")).render(facts).encode()
                )
            else:
                files[path] = file.read_bytes()
        except jinja2.TemplateError as error:
            raise TemplateError(f"{resources.label(file)}: {error}", "Correct the template.") from error
    return files


def _files_below(resources: Resources, folder: str) -> Iterator[tuple[str, Path]]:
    """Yield each file below a folder by its relative path, from every root; an overlay's come last."""
    for layer in resources.layers(folder):
        for file in sorted(layer.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and file.name != ".DS_Store":
                yield file.relative_to(layer).as_posix(), file


def _example(spec: Spec) -> str:
    """Return `name=value` of a parameter that the modeling stage takes, for the README."""
    for name, parameter in stage_parameters(spec, "modeling").items():
        value = parse_value(name, parameter.model_dump(), parameter.default)
        return f"{name}={'...' if value is None else to_text(value)}"
    return "name=value"
