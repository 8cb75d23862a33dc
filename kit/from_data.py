"""What a command line says of the data of a new project, and the answers that one look at it makes."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.config import load_catalog
from kit.errors import ConfigError
from kit.fragment import merge
from kit.questions import Question
from kit.resources import Resources
from kit.template import chain_needs, project_fragment, template_chain, template_for

if TYPE_CHECKING:
    from kit.intake.profile import TableProfile
    from kit.intake.proposal import Proposal, Wishes

_KEYS = {"target": "target", "event_time": "time", "key": "key"}


@dataclass(frozen=True)
class Said:
    """The options `--source`, `--target`, `--time` and `--key`."""

    sources: Sequence[str] = ()
    target: str | None = None
    time: str | None = None
    key: Sequence[str] = ()

    def answers(self) -> dict[str, Any]:
        """Return them as a fragment of `kit.yml`, for data that is not looked at."""
        said = {"target": self.target, "event_time": self.time, "key": list(self.key)}
        problem = {name: value for name, value in said.items() if value}
        return {"problem": problem} if problem else {}


def look_at(
    resources: Resources,
    template: str | None,
    said: Said,
    given: Mapping[str, Any],
    project: Path,
    ask: Callable[[Question], str] | None = None,
) -> tuple[str, Proposal]:
    """Return the template (the one named, or the one for what the data says) and what the files propose.

    Answers in `given` count as said. Without a target a person is asked, if there is one to `ask`. A Spark is started
    only for what is no file. Raises ConfigError, with the cure, where a source cannot be read or cannot carry the
    problem.
    """
    from kit.intake.profile import look
    from kit.intake.proposal import likely_problem, propose
    from kit.intake.sources import named_sources
    from kit.runtime.session import passing_session

    _refuse_bare_kit()
    problem = given.get("problem", {})
    if template:
        _refuse_own_sources(resources, template)
    wishes = _wishes(said, problem)
    places = named_sources(said.sources)
    lend = partial(passing_session, load_catalog(resources).spark)
    tables = [
        look(name, place, lend, None if number else wishes.time) for number, (name, place) in enumerate(places.items())
    ]
    kind = problem.get("type") or (_type(resources, template) if template else None)
    needs = chain_needs(template_chain(resources, template)) if template else []
    if not wishes.target and ask and (not kind or "target" in needs):
        wishes = _wishes(said, {**problem, "target": _asked_target(tables[0], ask)})
    if not kind:
        kind, target = likely_problem(tables[0], wishes)
        wishes = _wishes(said, {**problem, "target": target})
    template = template or template_for(resources, kind, _has_several_classes(tables[0], wishes))
    needs = chain_needs(template_chain(resources, template))
    return template, propose(tables, kind, wishes, needs, project)


def _has_several_classes(table: TableProfile, wishes: Wishes) -> bool:
    """Return whether the target's classes are to be told apart, nobody having named a positive one."""
    from kit.intake.targets import has_several_classes

    return (
        wishes.positive is None
        and wishes.target is not None
        and has_several_classes(table.column(wishes.target, "--target"))
    )


def answers_over(proposal: Proposal, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is proposed with the answers laid over it; a column that they call a feature is no leak nor unused.

    Target, key and time in the answers may be names of the file; they come back as safe names.
    """
    proposed = dict(proposal.fragment["problem"])
    said = dict(given.get("problem", {}))
    features = {name for names in said.get("features", {}).values() for name in names}
    for list_ in ("leaks", "unused"):
        proposed[list_] = {name: why for name, why in proposed.get(list_, {}).items() if name not in features}
    said |= {key: proposed[key] for key in ("target", "key", "event_time", "user", "item") if said.get(key)}
    kept = {key: value for key, value in proposed.items() if value}
    return merge({**proposal.fragment, "problem": kept}, {**given, "problem": said} if said else given)


def _refuse_bare_kit() -> None:
    missing = [name for name in ("numpy", "pyarrow") if importlib.util.find_spec(name) is None]
    if missing:
        said = f"looking at a file needs {' and '.join(missing)}, which this Python does not have"
        raise ConfigError(said, "Install usecase-kit[local], or declare the source in kit.yml.")


def _wishes(said: Said, problem: Mapping[str, Any]) -> Wishes:
    from kit.intake.proposal import Wishes

    positive = problem.get("positive")
    return Wishes(
        target=problem.get("target") or said.target,
        time=problem.get("event_time") or said.time,
        key=_key(said, problem),
        positive=None if positive is None else str(positive),
    )


def _key(said: Said, problem: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the named key; `problem.user` and `problem.item` name one as well."""
    pair = tuple(problem[one] for one in ("user", "item") if problem.get(one))
    return pair if len(pair) == 2 else tuple(problem.get("key") or said.key)


def _type(resources: Resources, template: str) -> str | None:
    problem: Mapping[str, Any] = project_fragment(template_chain(resources, template)).get("problem", {})
    return problem.get("type")


def _refuse_own_sources(resources: Resources, template: str) -> None:
    own = project_fragment(template_chain(resources, template)).get("sources", {})
    if own:
        said = f"template {template} brings its own sources: {', '.join(own)}"
        raise ConfigError(said, "Leave --source out, or choose a template for any data.")


def _asked_target(table: TableProfile, ask: Callable[[Question], str]) -> str:
    from kit.intake.targets import likely_targets

    likely = likely_targets(table)
    listed = f" (likely: {', '.join(likely)})" if likely else ""
    return ask(Question("problem.target", f"Column to predict{listed}", likely[0] if likely else "")).strip()
