"""The fenced blocks of the documents, with their language and attributes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
DOCUMENTS = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *PAGES]
FENCE = re.compile(
    r"^```(?P<language>\w+)(?: \{(?P<attributes>[^}\n]*)\})?\n(?P<code>.*?)^```$", re.M | re.S
)
NOT_RUN = "data-not-run"
"""The attribute of an example that no test runs; its value says why."""


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    language: str
    attributes: dict[str, str]
    code: str
    line: int
    """Of its first line of code, from 1."""


def fences(document: Path) -> Iterator[Block]:
    """All blocks of a document that name a language, in order."""
    text = document.read_text("utf-8")
    for match in FENCE.finditer(text):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', match["attributes"] or ""))
        line = text.count("\n", 0, match.start("code")) + 1
        yield Block(match["language"], attributes, match["code"], line)


def blocks(document: Path, *languages: str) -> list[str]:
    """The code of the blocks in these languages."""
    return [block.code for block in fences(document) if block.language in languages]


def place(document: Path) -> str:
    """Its path in the repository."""
    return document.relative_to(ROOT).as_posix()
