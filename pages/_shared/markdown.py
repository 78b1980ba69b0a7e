"""Texts of users, and messages that quote them, as Markdown that shows them as they are."""

from __future__ import annotations

import re

from harmony_core.printable import printable

_ADDRESS = r"https://www\.cs\.toronto\.edu/[^\s<>`]*[^\s<>`.,;:!?()\[\]'\"]"
"""Of what the app downloads; an address in a user's text must not become a link."""
_CODE = r"(?<!`)`[^`\n]+`(?!`)"
_APART = "\N{WORD JOINER}"
_JOINED = re.compile(
    r"(:(?=//|[\w/+-]+:)|www(?=\.)|@(?=[\w-])|(?<!\S)[-<>~](?=(?:->|-|>|=)(?!\S)))", re.IGNORECASE
)
"""What Streamlit replaces after the escapes are resolved, so that no escape helps: addresses,
icons and emoji such as ``:material/home:``, and signs such as ``->`` between blanks."""


def literal(text: str) -> str:
    """``text`` of a user, on one line, with nothing in it that Markdown or Streamlit would read."""
    plain = _apart(printable(" ".join(text.split())))
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$&^=])", r"\\\1", plain)


def spoken(text: str) -> str:
    """A message escaped for Markdown, except for its `code`; the app's addresses become links."""
    text = re.sub(r"(?m)^[ \t]+", "", text)  # no line is set as code
    parts = re.split(rf"({_CODE}|{_ADDRESS})", text)
    return "".join(_kept(part) if i % 2 else _escaped(part) for i, part in enumerate(parts))


def code(text: str) -> str:
    """``text`` of a user as inline code."""
    plain = printable(" ".join(text.split())).replace("`", "'")
    return f"`{plain}`" if plain else ""


def _escaped(part: str) -> str:
    part = _apart("\n".join(map(printable, part.expandtabs(1).split("\n"))))
    part = re.sub(r"([\\`*_\[\]<>$~&]|:(?=[A-Za-z]))", r"\\\1", part)
    return re.sub(r"(?m)^(\s*(?=[-+#=|])|\s*\d+(?=[.)](?:\s|$)))", r"\1\\", part)


def _apart(text: str) -> str:
    return _JOINED.sub(rf"\1{_APART}", text)


def _kept(part: str) -> str:
    return part if part.startswith("`") else f"<{part}>"
