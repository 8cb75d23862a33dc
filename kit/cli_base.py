"""What the commands share: their common arguments, and how they read dates, ask and print."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kit.errors import ConfigError

ProjectPath = Annotated[Path, typer.Argument(help="The project's folder.", show_default="this folder")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else on stdout.")]
StageName = Annotated[str, typer.Argument(help="definition, data_engineering, modeling, deployment or monitoring.")]
OfGate = Annotated[
    str | None, typer.Option("--env", help="The environment to decide for.", show_default="that of the last run")
]
HERE = Path()


def assignments(pairs: list[str]) -> dict[str, Any]:
    """Return `name=value` pairs as a dictionary; raises ConfigError for a pair without `=` or a name said twice."""
    values: dict[str, Any] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark or not name:
            raise ConfigError(f"'{pair}' is not name=value", "Write -p name=value.")
        if name in values:
            raise ConfigError(f"parameter '{name}' is given twice", "Keep one of the two.")
        values[name] = value
    return values


def day(text: str | None) -> dt.date | None:
    """Return a date of the command line; raises ConfigError for what is none."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigError(f"'{text}' is not a date", "Write YYYY-MM-DD.") from error


def ask(question: str, default: str) -> str:
    """Put a question on the terminal and return the reply."""
    return str(typer.prompt(question, default=default, err=True))


def emit(value: Any, text: str, as_json: bool) -> None:
    """Print the value as JSON, or its text for a person."""
    typer.echo(json.dumps(value, indent=2, sort_keys=True, default=str) if as_json else text)
