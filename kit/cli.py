"""The command line: each command parses, calls one function of its verb, and prints the value that comes back.

Results go to stdout, progress to stderr. Exit codes: 0 done, 1 findings or a failed stage, 2 usage or bad
configuration, 3 waiting at a gate, 130 interrupted. Verbs are imported inside their command, so that `kit --help`
answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kit import cli_schedule, cli_team
from kit.cli_base import HERE, AsJson, ProjectPath, assignments, emit
from kit.errors import ConfigError, KitError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Scaffold a data or AI use case as notebooks with owners and gates, and run it end to end.",
)
spark_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The Spark server of a project.")
app.add_typer(spark_app, name="spark")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The folder to make; it must be empty or not exist.")],
    template: Annotated[str | None, typer.Option("--template", "-t", help="See `kit list`.")] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", help="[NAME=]FILE, table or JDBC_URL#TABLE to look at; the cases first."),
    ] = None,
    target: Annotated[str | None, typer.Option("--target", help="The column to predict.")] = None,
    time: Annotated[str | None, typer.Option("--time", help="The column with the time of a case.")] = None,
    key: Annotated[list[str] | None, typer.Option("--key", help="A column that identifies a row; may repeat.")] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing.")] = False,
    answers: Annotated[Path | None, typer.Option(help="YAML file: a fragment of kit.yml.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="key=value, a dotted key of kit.yml.")] = None,
    overlay: Annotated[Path | None, typer.Option(help="Folder with stages/, templates/, config/ of your own.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the files, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a project from a template, or from a look at your data: five notebooks, a tested package, and kit.yml."""
    from kit.new import Said, create_project

    said = Said(source or [], target, time, key or [])
    made = create_project(
        path,
        template,
        said,
        answers=answers,
        assignments=set_ or [],
        ask=not defaults,
        overlay=overlay,
        dry_run=dry_run,
    )
    emit(made.as_dict(), made.text(), as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the stages and the templates."""
    from kit.listing import listing, listing_text

    found = listing()
    emit(found, listing_text(found), as_json)


@app.command()
def check(
    path: ProjectPath = HERE,
    fix: Annotated[
        bool, typer.Option("--fix", help="Rewrite what is computed from kit.yml, and nothing else.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a project with its kit.yml and with what its notebooks must have."""
    from kit.check import check_project, failures, findings_text

    findings = check_project(path, fix=fix)
    emit({"findings": [one.as_dict() for one in findings]}, findings_text(findings), as_json)
    raise typer.Exit(1 if failures(findings) else 0)


@app.command()
def run(
    path: ProjectPath = HERE,
    first: Annotated[str | None, typer.Option("--from", help="First stage to run.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last stage to run.")] = None,
    only: Annotated[str | None, typer.Option("--only", help="The one stage to run.")] = None,
    parameter: Annotated[list[str] | None, typer.Option("--parameter", "-p", help="name=value, as in kit.yml.")] = None,
    environment: Annotated[
        str | None, typer.Option("--env", help="local (as is), solo, staging, prod or one of kit.yml.")
    ] = None,
    date: Annotated[str | None, typer.Option("--date", help="The as-of date, YYYY-MM-DD.")] = None,
    spark: Annotated[str | None, typer.Option("--spark", help="connect or classic.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last run that did not end.")] = False,
    run_id: Annotated[str | None, typer.Option("--run", help="With --resume: go on with this run.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Run stages in which nothing has changed, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, run nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the notebooks with papermill on Spark and record what happened."""
    from kit.progress import Progress
    from kit.project import open_project
    from kit.run import exit_code, plan_resumed, plan_run, plan_text, run_stages, run_text

    project, given = open_project(path), assignments(parameter or [])
    said = {"first": first, "last": last, "only": only, "environment": environment, "date": date, "spark": spark}
    plan = plan_resumed(project, run_id, {**said, **given}) if resume else plan_run(project, given, **said)
    if dry_run:
        emit(plan.as_dict(), plan_text(plan), as_json)
        return
    record = run_stages(project, plan, Progress(is_quiet=as_json), is_forced=force)
    emit(record, run_text(project, record), as_json)
    raise typer.Exit(exit_code(record))


@app.command()
def status(path: ProjectPath = HERE, as_json: AsJson = False) -> None:
    """Show each stage's last state, its key metrics and who is accountable."""
    from kit.project import open_project
    from kit.status import project_status, status_text

    found = project_status(open_project(path))
    emit(found, status_text(found), as_json)


cli_team.register(app)
cli_schedule.register(app)


@app.command()
def doctor(
    path: Annotated[Path | None, typer.Argument(help="A project, to look at its Spark server too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what this machine has and lacks for running notebooks, with the cure."""
    from kit.doctor import diagnose, probes_text

    probes = diagnose(path)
    emit({"probes": [vars(one) for one in probes]}, probes_text(probes), as_json)
    raise typer.Exit(0 if all(one.ok for one in probes) else 1)


@app.command()
def prepare() -> None:
    """Fetch what Spark needs into your cache once; afterwards everything works offline."""
    from kit.doctor import prepare as prepare_machine

    prepare_machine(lambda text: typer.echo(text, err=True))


@app.command()
def lab(path: ProjectPath = HERE) -> None:
    """Open the project in JupyterLab."""
    from kit.lab import open_lab

    raise typer.Exit(open_lab(path))


@spark_app.command("start")
def spark_start(path: ProjectPath = HERE, as_json: AsJson = False) -> None:
    """Start a Spark server that stays until `kit spark stop`; runs and notebooks of the project use it."""
    from kit.spark import start_spark

    found = start_spark(path)
    emit(found, f"Spark runs at {found['url']} (process {found['pid']}).", as_json)


@spark_app.command("stop")
def spark_stop(path: ProjectPath = HERE) -> None:
    """Stop the project's Spark server."""
    from kit.spark import stop_spark

    typer.echo("stopped" if stop_spark(path) else "there was none")


@spark_app.command("status")
def spark_status(path: ProjectPath = HERE, as_json: AsJson = False) -> None:
    """Say whether the project's Spark server runs."""
    from kit.spark import spark_state

    found = spark_state(path)
    emit(found, f"runs at {found['url']}" if found["is_running"] else "does not run", as_json)


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """Scaffold a data or AI use case as notebooks with owners and gates, and run it end to end."""
    if version:
        import kit

        typer.echo(f"kit {kit.__version__}")
        raise typer.Exit(0)


def main() -> NoReturn:
    """Run the command line; the only place that turns errors into words and an exit code."""
    try:
        app()
    except KitError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(2 if isinstance(error, ConfigError) else 1)
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        sys.exit(130)
    sys.exit(0)
