"""The few questions of `kit new` on a terminal, each with a default, and the answers that the replies make."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kit.answers import slug
from kit.config import Attribute, Catalog
from kit.fragment import merge
from kit.template import Template, project_fragment


@dataclass(frozen=True)
class Question:
    """A question and what an empty reply means; with `choices` only these are taken."""

    key: str
    text: str
    default: str = ""
    choices: tuple[str, ...] = ()


Ask = Callable[[Question], str]
"""Puts a question to a person and gives back the reply, or the default."""


def questions(
    catalog: Catalog, chain: Sequence[Template], answers: Mapping[str, Any], folder: str, identity: tuple[str, str]
) -> list[Question]:
    """Return what is still to be asked; `identity` is the name and e-mail that git knows."""
    said = merge(project_fragment(list(chain)), answers)
    name = str(said.get("name") or slug(folder))
    accountable = dict.fromkeys(owned.accountable for owned in catalog.ownership.values())
    asked = [
        Question("title", "Title of the use case", str(said.get("title") or name.replace("-", " ").capitalize())),
        Question("name", "Short name", name),
        Question("topology", topology_question(catalog), next(iter(catalog.topologies)), tuple(catalog.topologies)),
        *_about_maturity(catalog, said),
        *_about_data(said),
    ]
    if "people" not in answers:
        asked += [
            Question("person", "Who is accountable, for now (name; `-` for nobody)", identity[0] or "-"),
            Question("email", "E-mail", identity[1]),
            Question("roles", "Roles held, of the accountable ones", " ".join(accountable)),
        ]
    return [one for one in asked if one.key not in answers]


def topology_question(catalog: Catalog) -> str:
    """Return the question for the topology, after a line that describes each."""
    lines = [f"  {name}: {one.description}" for name, one in catalog.topologies.items()]
    return "\n".join([*lines, "Topology of the team"])


def level_question(attribute: Attribute) -> str:
    """Return the question for a level of maturity, after the sentences by which a team places itself."""
    lines = [f"  {number} {one.name}: {one.sentence}" for number, one in enumerate(attribute.levels, start=1)]
    return "\n".join([*lines, f"{attribute.title}, the level that fits best"])


def _about_maturity(catalog: Catalog, said: Mapping[str, Any]) -> list[Question]:
    return [
        Question(f"maturity.{name}", level_question(attribute), "2", ("1", "2", "3"))
        for name, attribute in catalog.maturity.items()
        if name not in said.get("maturity", {})
    ]


def _about_data(said: Mapping[str, Any]) -> list[Question]:
    """Return the questions that a template for any data leaves open: where it lies, and what is predicted from what."""
    asked = (
        [] if said.get("sources") else [Question("sources", "Data (.csv, .parquet, .json; relative to the project)")]
    )
    texts = {
        "target": "Column to predict",
        "key": "Columns that identify a row",
        "event_time": "Column with the time, if any",
    }
    problem = said.get("problem", {})
    if any(source.get("columns") for source in said.get("sources", {}).values()):
        texts.pop("event_time")  # a look at the data has found whether there is one
    return asked + [Question(f"problem.{key}", text) for key, text in texts.items() if not problem.get(key)]


def _data_answers(replies: Mapping[str, str]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    path = replies.get("sources")
    if path:
        suffix = path.rpartition(".")[2].lower()
        kind = suffix if suffix in {"csv", "parquet", "json"} else "parquet"
        header = {"options": {"header": "true"}} if kind == "csv" else {}
        answers["sources"] = {"cases": {"path": path, "format": kind, **header}}
    problem: dict[str, Any] = {
        key: replies[f"problem.{key}"] for key in ("target", "event_time") if replies.get(f"problem.{key}")
    }
    if replies.get("problem.key"):
        problem["key"] = replies["problem.key"].replace(",", " ").split()
    return {**answers, "problem": problem} if problem else answers


def ask_all(asked: Sequence[Question], ask: Ask) -> dict[str, Any]:
    """Put the questions and return the answers; without a person, e-mail and roles are not asked for."""
    replies: dict[str, str] = {}
    for question in asked:
        if question.key in ("email", "roles") and replies.get("person", "-") in ("", "-"):
            continue
        replies[question.key] = ask(question).strip()
    return replied_answers(replies)


def replied_answers(replies: Mapping[str, str]) -> dict[str, Any]:
    """Return the fragment of `kit.yml` that the replies make."""
    answers: dict[str, Any] = {key: replies[key] for key in ("title", "name", "topology") if replies.get(key)}
    levels = {
        key.removeprefix("maturity."): int(reply) for key, reply in replies.items() if key.startswith("maturity.")
    }
    answers |= {"maturity": levels} if levels else {}
    answers |= _data_answers(replies)
    if replies.get("email"):
        roles = replies.get("roles", "").replace(",", " ").split()
        answers["people"] = [{"name": replies["person"], "email": replies["email"], "roles": roles}]
    return answers


def git_identity() -> tuple[str, str]:
    """Return the name and e-mail that git is configured with; empty texts where there is none."""

    def configured(key: str) -> str:
        try:
            said = subprocess.run(["git", "config", key], capture_output=True, text=True, timeout=2, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return ""
        return said.stdout.strip()

    return configured("user.name"), configured("user.email")
