"""The grammar that links and method texts share: a name with settings, in two punctuations.

    LINK     harmonized~alpha-0.5~envelope-no~deferral-drw~label-My name
    SHELL    harmonized@literal[alpha=0.5,envelope=false]:drw~My_name

A link needs no escapes of its own: the query of a URL brings them. Its values are read as the type
of the parameter they set. On a command line the owner of a setting may not be known yet, so a value
that looks like a flag or a number is one, and everything else is text; a character that has a
meaning here is written as ``%`` and two hexadecimal digits.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from ..errors import ConfigError
from ..parameters import Parameter, Value, resolve, show


@dataclass(frozen=True)
class Part:
    """An optional part of a section: the characters around it, and a pattern of what it holds."""

    name: str
    opening: str
    closing: str = ""
    pattern: str = r"\w+"


@dataclass(frozen=True)
class Punctuation:
    """How a section and its values are written."""

    grammar: str
    """The form of a section, as messages show it."""
    pair: str
    """The form of a setting, as messages show it."""
    where: str
    """Ends the name of what a message is about, as in "key of the link"."""
    name: str
    """The pattern of a section's name."""
    parts: tuple[Part, ...]
    between: str
    assign: str
    no: str
    yes: str
    whole: str
    number: str
    """Patterns of whole and of decimal numbers; words such as ``nan`` are none."""
    special: str = ""
    """Characters that text escapes; with none, text is not escaped, and blanks count."""
    brackets: str = ""
    """Nothing inside these separates."""
    typed: bool = False
    """Whether values are read as the type of their parameter; 2.0 is then written 2."""

    @cached_property
    def _shape(self) -> re.Pattern[str]:
        parts = (
            f"(?:{re.escape(p.opening)}(?P<{p.name}>{p.pattern}){re.escape(p.closing)})?"
            for p in self.parts
        )
        return re.compile(f"(?P<_>{self.name})" + "".join(parts), re.DOTALL)

    def read(self, text: str, owner: str) -> tuple[str, dict[str, str]]:
        """The name of a section and the text of each part that is there."""
        match = self._shape.fullmatch(text)
        if match is None:
            raise ConfigError(f"Expected {owner} written as {self.grammar}, but got {text[:80]!r}.")
        found = {name: part for name, part in match.groupdict().items() if part is not None}
        return found.pop("_"), found

    def write(self, name: str, parts: Mapping[str, str]) -> str:
        """The section with these parts; empty ones are left out."""
        return name + "".join(
            f"{part.opening}{parts[part.name]}{part.closing}"
            for part in self.parts
            if parts.get(part.name)
        )

    def read_settings(self, text: str, owner: str) -> dict[str, str]:
        """``key=value,key=value`` as a mapping; the values are still text."""
        settings: dict[str, str] = {}
        blanks = None if self.special else ""
        if self.special and not text.strip():
            return settings
        for part in self.split(text, self.between):
            key, assign, value = part.partition(self.assign)
            key = key.strip(blanks)
            if not assign or not key or key in settings:
                raise ConfigError(f"Expected {owner} as {self.pair} once, but got {part[:80]!r}.")
            settings[key] = value.strip(blanks)
        return settings

    def write_settings(self, values: Mapping[str, Any]) -> str:
        pairs = (f"{key}{self.assign}{self.write_value(value)}" for key, value in values.items())
        return self.between.join(pairs)

    def read_params(
        self, settings: Mapping[str, str], declared: tuple[Parameter, ...], owner: str
    ) -> dict[str, Value]:
        """The settings as values of the declared parameters, checked."""
        kinds = {p.name: type(p.default) for p in declared} if self.typed else {}
        values = {k: self.read_value(text, kinds.get(k), k) for k, text in settings.items()}
        full = resolve(values, declared, owner)
        return {name: full[name] for name in values}

    def split(self, text: str, separator: str) -> list[str]:
        """``text`` cut at the separators outside brackets."""
        parts, depth = [""], 0
        for character in text:
            if character in self.brackets:
                depth += 1 if character == self.brackets[0] else -1
            if character == separator and depth == 0:
                parts.append("")
            else:
                parts[-1] += character
        return parts

    def read_value(self, text: str, kind: Any = None, name: str = "") -> Any:
        """A value of type ``kind``, also ``tuple[float, ...]``; ``None`` goes by its looks."""
        if typing.get_origin(kind) is tuple:
            item = typing.get_args(kind)[0]
            items = [] if text == "none" else text.split("_")
            return tuple(self.read_value(part, item, name) for part in items)
        if kind in (bool, None) and text in (self.no, self.yes):
            return text == self.yes
        if kind in (int, None) and re.fullmatch(self.whole, text):
            return int(text)
        if kind in (float, None) and re.fullmatch(self.number, text):
            return float(text)
        if kind in (str, None):
            return unquote(text) if self.special else text
        wanted = {int: "a whole number", float: "a number", bool: f"{self.yes} or {self.no}"}
        raise ConfigError(
            f"Expected `{name}`{self.where} to be {wanted[kind]}, but got {show(text)}."
        )

    def write_value(self, value: Value | tuple[Value, ...]) -> str:
        if isinstance(value, tuple):
            return "_".join(self.write_value(item) for item in value) or "none"
        if isinstance(value, bool):
            return self.yes if value else self.no
        if isinstance(value, str):
            return self._text(value)
        if self.typed and value == int(value) and abs(value) < 1e15:
            return str(int(value))
        return repr(value)

    def read_label(self, text: str) -> str:
        """Free text at the end of a section."""
        return unquote(text.replace("_", " ")) if self.special else text

    def write_label(self, label: str) -> str:
        if not self.special:
            return label
        return _escape(label, "%_,[]").replace(" ", "_")

    def _text(self, value: str) -> str:
        if not self.special:
            return value
        text = _escape(value, self.special)
        if value == value.strip() and isinstance(self.read_value(text), str):
            return text
        return _hexadecimal(value)  # it looks like a number, or has blanks at its ends


def _escape(text: str, special: str) -> str:
    return "".join(_hexadecimal(c) if c in special or not c.isprintable() else c for c in text)


def _hexadecimal(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


_DIGITS = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"

LINK = Punctuation(
    grammar="name~key-value~key-value",
    pair="key-value, each key",
    where=" of the link",
    name="[^~]*",
    parts=(Part("settings", "~", pattern=".*"),),
    between="~",
    assign="-",
    no="no",
    yes="yes",
    whole=r"-?[0-9]{1,12}",
    number=rf"(?=.{{1,32}}\Z)[+-]?{_DIGITS}(?:e[+-]?[0-9]+)?",
    typed=True,
)

SHELL = Punctuation(
    grammar="loss[@preset][[name=value,…]][:drw|:drs][+sampler][~label]",
    pair="name=value, each",
    where="",
    name=r"\w+",
    parts=(
        Part("preset", "@"),
        Part("settings", "[", "]", pattern=r"[^\[\]]*"),
        Part("deferral", ":"),
        Part("sampler", "+"),
        Part("label", "~", pattern=".*"),
    ),
    between=",",
    assign="=",
    no="false",
    yes="true",
    whole=r"[+-]?[0-9]{1,18}",
    number=rf"[+-]?{_DIGITS}(?:[eE][+-]?[0-9]{{1,3}})?",
    special="%,[]=",
    brackets="[]",
)
