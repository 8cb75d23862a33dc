"""A generated project as the verbs see it: its folder, its spec, and the catalog and templates it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kit.config import Catalog, load_catalog
from kit.ownership import holders, stage_ownership
from kit.resolved import RESOLVED, environment_values, resolved_bytes
from kit.resources import kit_resources
from kit.spec import SPEC_NAME, Spec, load_spec
from kit.template import Template, template_chain
from kit.yaml_source import YamlSource


@dataclass(frozen=True)
class Project:
    """A project with everything that is needed to run it."""

    folder: Path
    source: YamlSource
    """Its kit.yml as it is written."""
    spec: Spec
    catalog: Catalog
    chain: list[Template]

    def notebook(self, stage: str) -> Path:
        """Return the stage's source notebook."""
        return self.folder / "notebooks" / self.catalog.flow.notebook(stage)

    def enforcement(self, environment: str) -> str:
        """Return what a gate without a valid decision does to a run there: `record`, `warn` or `stop`."""
        return str(environment_values(self.catalog, self.spec, environment).get("gates", "record"))

    def accountable(self, stage: str) -> str:
        """Return the accountable role of a stage with those who hold it."""
        role = stage_ownership(self.catalog, self.chain, self.spec, stage).accountable
        people = ", ".join(person.name for person in holders(self.spec, role))
        return f"{self.catalog.roles[role].title} ({people or 'unfilled'})"


def open_project(folder: Path) -> Project:
    """Return the project with its resolved projection up to date; raises ConfigError where kit.yml is not valid."""
    spec, source = load_spec(folder), YamlSource.read(folder / SPEC_NAME)
    catalog = load_catalog()
    project = Project(folder.resolve(), source, spec, catalog, template_chain(kit_resources(), spec.template))
    resolved = resolved_bytes(catalog, project.chain, spec, source.text)
    path = folder / RESOLVED
    if not path.is_file() or path.read_bytes() != resolved:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(resolved)
    return project
