"""What the docstrings of the library need to become Markdown, as an extension of griffe.

A docstring is plain sentences with `names` and ``code``, and examples that begin with ``>>>``,
which Markdown would take for quotations.
"""

from __future__ import annotations

import re
from typing import Any

import griffe

QUOTED = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)(\(\))?`(?!`)")


def fenced(text: str) -> str:
    """The text with each example, up to the next empty line, in a fence."""
    lines: list[str] = []
    inside = False
    for line in [*text.splitlines(), ""]:
        if line.startswith(">>> ") and not inside:
            lines += ["", "```pycon"]
            inside = True
        elif inside and not line.strip():
            lines.append("```")
            inside = False
        lines.append(line)
    return "\n".join(lines).rstrip()


def linked(text: str, obj: griffe.Object) -> str:
    """The text with the names it quotes as links, where a page documents them."""

    def link(match: re.Match[str]) -> str:
        name, call = match[1], match[2] or ""
        try:
            target = obj.resolve(name)
        except griffe.NameResolutionError:
            return match[0]
        return f'<autoref identifier="{target}" optional><code>{name}{call}</code></autoref>'

    return QUOTED.sub(link, text)


class Docstrings(griffe.Extension):
    """Rewrites every docstring, linking outside of fences only."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            parts = re.split(r"(^```pycon.*?^```$)", fenced(obj.docstring.value), flags=re.M | re.S)
            parts[::2] = [linked(part, obj) for part in parts[::2]]
            obj.docstring.value = "".join(parts)
