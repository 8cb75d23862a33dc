"""Marks in a script's source that tell, after rendering, what came out of a `{{ }}` and which empty lines were there.

They are control characters, so that no text of a template can look like one.
"""

from __future__ import annotations

import re

from kit.errors import TemplateError

EXPRESSION = re.compile("\x02([^\x03]*)\x03")
"""Stands before every text that a `{{ }}` gave, with the file and line of that `{{ }}`."""

KEPT = "\x01"
"""Stands on an empty line after a statement, which the engine would swallow together with the statement's line end."""

_BRACES = re.compile(r"\{\{(.*?)\}\}")
_SUPER = re.compile(r"^\s*\{\{ ?super\(\) ?\}\}\s*$")


def marked(source: str, label: str) -> str:
    """Return the source with marks; raises TemplateError at `{%` and `{#`, which hide text.

    `{{ super() }}` alone on its line may stand in code, and brings no empty line of its own.
    """
    lines = source.split("\n")
    for number, line in enumerate(lines, start=1):
        _refuse_hidden(line, f"{label}:{number}")
        if not line.strip() and number > 1 and lines[number - 2].lstrip().startswith("#:"):
            lines[number - 1] = KEPT
        elif _SUPER.match(line):
            lines[number - 1] = line.replace("super()", 'super().rstrip("\\n")')
        elif "{{" in line:
            lines[number - 1] = _BRACES.sub(f"\x02{label}:{number}\x03{{{{ (\\1) | one_line }}}}", line)
    return "\n".join(lines)


def one_line(value: object) -> str:
    """Return a fact as one line: a line break in it would end the comment that a markdown cell is."""
    return " ".join(str(value).split())


def without_marks(text: str) -> str:
    """Return a rendered text as its reader sees it."""
    return EXPRESSION.sub("", text.replace(KEPT, ""))


def _refuse_hidden(line: str, where: str) -> None:
    for opening in ("{%", "{#"):
        if opening in line:
            hint = "Use a line `#: ...` for a statement and `#:: ...` for a comment; in code, write it another way."
            raise TemplateError(f"{where}: '{opening}' would be eaten by the template engine", hint)
    if "{{" in _BRACES.sub("", line):
        raise TemplateError(
            f"{where}: '{{{{' without '}}}}' in its line", "Close it there; in code, write it another way."
        )
    if any(mark in line for mark in "\x01\x02\x03"):
        raise TemplateError(f"{where}: a control character", "Take it out.")
