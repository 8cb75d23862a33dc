"""The Databricks bundle of a project: `databricks.yml` and `resources/`, projections of `kit.yml`.

What a user writes between the two lines of a section `# yours: NAME` stays when the rest is written anew.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from kit.bundle_job import YOURS, main_job, retraining_job
from kit.config import Catalog
from kit.spec import Spec
from kit.spec_databricks import Target
from kit.template import Template

BUNDLE = "databricks.yml"
TARGETS = ("dev", "staging", "prod")
_NAMESPACE = uuid.UUID("6f0d9a5e-0d5c-4c55-9f5e-3a1f5c1d7a42")
_HEAD = """\
# Written by `kit bundle` from kit.yml; what stands between the two lines of a section `yours` is kept.
"""
_MARK = re.compile(rf"^(?P<indent> *)(?:- )?{YOURS}(?P<name>\w+): null\n", re.MULTILINE)
_SECTION = re.compile(r"^ *# yours: (?P<name>\w+)\n(?P<text>.*?)^ *# end of yours\n", re.MULTILINE | re.DOTALL)


def bundle_files(catalog: Catalog, chain: Sequence[Template], spec: Spec) -> dict[str, str]:
    """Return the text of each file by path, the user's sections empty."""
    jobs = f"resources/{spec.package}"
    return {
        BUNDLE: _text(bundle_values(spec)),
        f"{jobs}.job.yml": _text({"resources": {"jobs": {spec.package: main_job(catalog, chain, spec)}}}),
        f"{jobs}_retraining.job.yml": _text(
            {"resources": {"jobs": {f"{spec.package}_retraining": retraining_job(catalog, chain, spec)}}}
        ),
        f"{jobs}.volume.yml": _text({"resources": storage_values(spec)}),
    }


def with_yours(text: str, said: str) -> str:
    """Return the text of a file with the user's sections of what is there now."""
    kept = {found["name"]: found["text"] for found in _SECTION.finditer(said)}

    def section(found: re.Match[str]) -> str:
        first, _, rest = found[0].partition("\n")
        inner = kept.get(found["name"])
        return found[0] if inner is None else f"{first}\n{inner}{rest[len(found['text']) :]}"

    return _SECTION.sub(section, text)


def bundle_values(spec: Spec) -> dict[str, Any]:
    """Return `databricks.yml`: its targets are dev (one schema for each developer), staging and prod."""
    stem = spec.name.replace("-", "_")
    principal = spec.databricks.service_principal
    variables: dict[str, Any] = {
        "catalog": {"description": "Catalog of the tables and models."},
        "schema": {"description": "Schema of the tables and models."},
    }
    if principal is None:
        # A variable without a value fails every target, also those that do not use it.
        said = "Application id of the service principal that runs prod; prod cannot be deployed without it."
        variables["service_principal"] = {"description": said, "default": ""}
    return {
        "bundle": {"name": spec.name, "uuid": str(uuid.uuid5(_NAMESPACE, f"{spec.name}/{spec.template}"))},
        "include": ["resources/*.yml"],
        "sync": {"include": ["dist/*.whl", ".kit/resolved.json"], "exclude": ["tests/**", ".github/**", ".gitlab/**"]},
        "artifacts": {stem: {"type": "whl", "build": "kit bundle --wheels", "path": "."}},
        "variables": {**variables, f"{YOURS}variables": None},
        "targets": {name: _target(spec, name) for name in TARGETS},
        f"{YOURS}more": None,
    }


def storage_values(spec: Spec) -> dict[str, Any]:
    """Return the schema of the tables, and the volume in it for the records of runs."""
    return {
        "schemas": {spec.package: {"catalog_name": "${var.catalog}", "name": "${var.schema}", "comment": spec.title}},
        "volumes": {
            f"{spec.package}_kit": {
                "catalog_name": "${var.catalog}",
                "schema_name": f"${{resources.schemas.{spec.package}.name}}",
                "name": "kit",
                "comment": "Records of the runs: facts, decisions that wait, reports.",
            }
        },
    }


def _target(spec: Spec, name: str) -> dict[str, Any]:
    told = spec.databricks.targets.get(name, Target())  # type: ignore[call-overload]
    own = f"{spec.package}_${{workspace.current_user.short_name}}" if name == "dev" else spec.package
    where: dict[str, Any] = {"host": told.host} if told.host else {}
    if name != "dev":  # mode production asks for a place of its own, so that there is one copy
        where["root_path"] = (
            "/Workspace/Users/${workspace.current_user.userName}/.bundle/${bundle.name}/${bundle.target}"
        )
    values: dict[str, Any] = {"mode": "development" if name == "dev" else "production"}
    if name == "dev":
        values["default"] = True
    if where:
        values["workspace"] = where
    values["variables"] = {"catalog": told.catalog or name, "schema": told.schema_ or own}
    if name == "prod":
        principal = spec.databricks.service_principal or "${var.service_principal}"
        values["run_as"] = {"service_principal_name": principal}
    if spec.schedule is not None and name not in {"dev", spec.schedule.environment}:
        values["resources"] = {"jobs": {spec.package: {"schedule": {"pause_status": "PAUSED"}}}}
    return {**values, f"{YOURS}{name}": None}


def _text(values: Mapping[str, Any]) -> str:
    written = yaml.dump(dict(values), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return _HEAD + _MARK.sub(r"\g<indent># yours: \g<name>\n\g<indent># end of yours\n", written)


class _Dumper(yaml.SafeDumper):
    """Indents the items of a list, and quotes texts that other readers would take for numbers or booleans."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless=False)


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    # PyYAML leaves 1e-05 and y bare, which are a number and a boolean elsewhere.
    style = "'" if re.match(r"[\d.+-]|(?:y|n)$", text, re.IGNORECASE) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _quoted)
