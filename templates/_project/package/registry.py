"""The model registry: versions, the aliases champion, challenger and previous, and the saved pipeline behind a version.

A pipeline is saved in Spark's own format inside an MLflow model, with a signature, an example and a loader, so that
`mlflow.pyfunc.load_model` knows it on any platform and `load_pipeline` needs no MLflow flavour of Spark.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from kit.runtime.errors import KitError
from pyspark.ml import PipelineModel

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"
PIPELINE = "pipeline"
"""Folder of the saved pipeline inside the data of the MLflow model."""


@dataclass(frozen=True)
class Version:
    """A registered version: where its model lies, the run that made it, and what was said of it when it was
    registered.
    """

    name: str
    number: int
    uri: str
    run_id: str
    tags: Mapping[str, str] = field(default_factory=dict)


def registered_name(spec: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Return the name under which models are registered: the project's, in the catalog's schema where there is one."""
    if not settings.get("catalog"):
        return str(spec["name"])
    return f"{settings['catalog']}.{settings['schema']}.{str(spec['name']).replace('-', '_')}"


def log_pipeline(
    mlflow: Any,
    pipeline: PipelineModel,
    scratch: Path,
    *,
    loader: str,
    example: pd.DataFrame,
    outputs: Mapping[str, str],
) -> str:
    """Save a pipeline into the active run as an MLflow model and return its uri.

    As `log_folder`, of a folder that is made in `scratch`, which is emptied before.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    folder = scratch / PIPELINE
    pipeline.write().overwrite().save(folder.as_uri())
    return log_folder(mlflow, folder, loader=loader, example=example, outputs=outputs)


def log_folder(mlflow: Any, folder: Path, *, loader: str, example: pd.DataFrame, outputs: Mapping[str, str]) -> str:
    """Log a folder into the active run as an MLflow model and return its uri.

    `loader` is the module whose `_load_pyfunc` reads the folder; `example` a few input rows, whose columns are the
    signature's inputs (numbers as double, the rest as string), `outputs` the columns of a prediction by kind: an MLflow
    type such as double or string, or shares (a map of texts to double).
    """
    import logging

    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import Map

    logging.getLogger("mlflow.pyfunc").setLevel(logging.WARNING)  # it reports each check of the example
    kinds = {name: "double" if pd.api.types.is_numeric_dtype(example[name]) else "string" for name in example}
    inputs = Schema([ColSpec(kind, name, required=False) for name, kind in kinds.items()])
    results = [ColSpec(Map(DataType.double) if kind == "shares" else kind, name) for name, kind in outputs.items()]
    info = mlflow.pyfunc.log_model(
        name="model",
        loader_module=loader,
        data_path=str(folder),
        code_paths=[str(Path(__file__).parent)],
        signature=ModelSignature(inputs, Schema(results)),
        input_example=example,
        pip_requirements=_requirements(),
    )
    return str(info.model_uri)


def log_measures(mlflow: Any, params: Mapping[str, Any], measured: pd.DataFrame) -> None:
    """Log parameters, and measures to the active run: `test.auc` from the first row, `benchmark.auc` from the last."""
    mlflow.log_params(dict(params))
    for prefix, place in (("test", 0), ("benchmark", -1)):
        mlflow.log_metrics({f"{prefix}.{name}": float(value) for name, value in measured.iloc[place].items()})


def log_documents(mlflow: Any, plots: Mapping[str, Any], card: str) -> None:
    """Log figures below `plots/` and the model card to the active run."""
    for name, figure in plots.items():
        mlflow.log_figure(figure, f"plots/{name}.png")
    mlflow.log_text(card, "model_card.md")


def load_pipeline(mlflow: Any, uri: str) -> PipelineModel:
    """Return the pipeline of an MLflow model that `log_pipeline` made."""
    return PipelineModel.load(logged_folder(mlflow, uri, PIPELINE).as_uri())


def logged_folder(mlflow: Any, uri: str, name: str) -> Path:
    """Return the folder `name` that `log_folder` logged; raises KitError where the model has none."""
    folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri)) / "data" / name
    if not folder.is_dir():
        raise KitError(f"{uri} holds no saved {name}", "Register a version that the modeling stage has logged.")
    return folder


def version_of(mlflow: Any, name: str, alias: str) -> Version | None:
    """Return the version that an alias stands for, None where it stands for none."""
    from mlflow.exceptions import MlflowException

    try:
        found = mlflow.MlflowClient().get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise
    return _version(found)


def register(mlflow: Any, name: str, uri: str, run_id: str, tags: Mapping[str, str]) -> Version:
    """Return the version of a logged model, which is registered unless it is already."""
    client = mlflow.MlflowClient()
    if not any(one.name == name for one in client.search_registered_models(f"name = '{name}'")):
        client.create_registered_model(name)
    known = [one for one in client.search_model_versions(f"name = '{name}'") if one.source == uri]
    found = known[0] if known else client.create_model_version(name, source=uri, run_id=run_id, tags=dict(tags))
    client.set_registered_model_alias(name, CHALLENGER, found.version)
    return _version(found)


def owner_tags(owner: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a version that say who answers for it: the accountable role, and its people."""
    people = ", ".join(one.get("email") or one["name"] for one in owner["people"])
    return {"accountable": owner["role"], "accountable_people": people or "unfilled"}


def promote(mlflow: Any, version: Version) -> None:
    """Make a version the champion; the one that it replaces becomes `previous`."""
    client, old = mlflow.MlflowClient(), version_of(mlflow, version.name, CHAMPION)
    if old and old.number != version.number:
        client.set_registered_model_alias(version.name, PREVIOUS, str(old.number))
    client.set_registered_model_alias(version.name, CHAMPION, str(version.number))


def roll_back(mlflow: Any, name: str) -> Version:
    """Make the previous version the champion again and return it; the one taken back becomes `previous`.

    Raises KitError where there is no previous version.
    """
    champion, previous = version_of(mlflow, name, CHAMPION), version_of(mlflow, name, PREVIOUS)
    if champion is None or previous is None:
        raise KitError(
            f"model '{name}' has no previous version to go back to", "A first version can only be taken out of use."
        )
    promote(mlflow, previous)
    return previous


@dataclass(frozen=True)
class Rehearsal:
    """The way back as it was tried."""

    is_done: bool
    said: str
    call: str = "roll_back"
    """The function of this module that goes it."""

    def __str__(self) -> str:
        return self.said


def rehearse_rollback(mlflow: Any, name: str) -> Rehearsal:
    """Go the way back and forth again, and say what was seen; nothing has changed afterwards.

    The way back goes to the previous version; that of a first champion is to take it out of use. Raises KitError where
    it did not come back.
    """
    champion, previous = version_of(mlflow, name, CHAMPION), version_of(mlflow, name, PREVIOUS)
    if champion is None:
        return Rehearsal(is_done=False, said="Not possible: there is no champion.")
    if previous is None:
        withdraw(mlflow, name)
        back = version_of(mlflow, name, CHAMPION)
        promote(mlflow, champion)
        said, call = f"version {champion.number} is the first: it was taken out of use and put back.", withdraw.__name__
    else:
        roll_back(mlflow, name)
        back = version_of(mlflow, name, CHAMPION)
        roll_back(mlflow, name)
        call = roll_back.__name__
        said = f"champion was version {champion.number}, then {previous.number}, then {champion.number} again."
    if back != previous or version_of(mlflow, name, CHAMPION) != champion:
        raise KitError(
            f"the rollback of '{name}' did not come back to version {champion.number}", "Set the alias by hand."
        )
    return Rehearsal(is_done=True, said=f"Done: {said}", call=call)


def withdraw(mlflow: Any, name: str) -> None:
    """Take the champion out of use: nothing is served until another version is promoted."""
    mlflow.MlflowClient().delete_registered_model_alias(name, CHAMPION)


def packaged(mlflow: Any, version: Version) -> list[str]:
    """Return the sorted modules of the project that lie with a version: what it needs to be loaded anywhere."""
    code = Path(mlflow.artifacts.download_artifacts(artifact_uri=version.uri)) / "code"
    return sorted(file.relative_to(code).as_posix() for file in code.rglob("*.py"))


def _version(found: Any) -> Version:
    return Version(found.name, int(found.version), found.source, found.run_id, dict(found.tags))


def _requirements() -> list[str]:
    """Return what the loader needs, by the versions with which the model was made."""
    import kit
    import pyspark

    return [f"usecase-kit=={kit.__version__}", f"pandas=={pd.__version__}", f"pyspark=={pyspark.__version__}"]
