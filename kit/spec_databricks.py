"""The platform of `kit.yml`: how a project runs as a job on Databricks, and where its targets put their tables."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from kit.spec_parts import Part


class Target(Part):
    """Where a target of the bundle puts its tables."""

    catalog: str | None = None
    """Catalog of the tables; none means the target's name."""
    schema_: str | None = Field(default=None, alias="schema")
    """Schema of the tables; none means the project's package, in dev one for each developer."""
    host: str | None = Field(default=None, pattern=r"^https://[^/\s]+$")
    """Address of the workspace; none means that of the profile which deploys."""


class Databricks(Part):
    """How the project runs as a job on Databricks."""

    compute: Literal["serverless", "job_cluster"] = "serverless"
    runtime: str = Field(default="17.3.x-cpu-ml-scala2.13", pattern=r"^\d+\.\d+\.x-[a-z0-9.-]+$")
    """Runtime of a job cluster."""
    node_type: str = "i3.xlarge"
    """Machine type of a job cluster, as the workspace's cloud names it."""
    workers: int = Field(default=1, ge=0)
    """Workers of a job cluster; none means that the driver does the work."""
    service_principal: str | None = None
    """Application id of the service principal that runs the job in prod; none means the variable of that name."""
    targets: dict[Literal["dev", "staging", "prod"], Target] = {}
