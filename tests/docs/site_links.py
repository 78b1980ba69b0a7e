"""What the pages of a built site link to and load."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADS = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"),
    "video": ("src", "poster"), "audio": ("src",), "object": ("data",), "embed": ("src",),
    "use": ("href", "xlink:href"), "image": ("href", "xlink:href"),
}  # fmt: skip
"""Attributes from which a browser loads something by itself."""
LOADING_LINKS = {"stylesheet", "icon", "preload", "preconnect", "prefetch", "modulepreload"}
IN_CSS = re.compile(r"@import\s+[\"']([^\"']+)|url\(\s*[\"']?([^\"')]+)")


@dataclass
class Page(HTMLParser):
    """One page: its anchors, what it links to, and what a browser loads for it."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    without_text: list[str] = field(default_factory=list)
    """Pictures without an alternative text."""
    paragraphs: list[str] = field(default_factory=list)
    """The text of each paragraph, code left out."""
    inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        self.loads += [given[name] for name in LOADS.get(tag, ()) if name in given]
        self.loads += css_addresses(given.get("style", ""))
        if tag == "link" and set(given.get("rel", "").split()) & LOADING_LINKS:
            self.loads.append(given.get("href", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img" and not given.get("alt"):
            self.without_text.append(given.get("src", ""))
        if tag in ("p", "code", "style"):
            self.inside.append(tag)
        if tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside == ["p"]:
            self.paragraphs[-1] += data
        elif self.inside == ["style"]:
            self.loads += css_addresses(data)


def css_addresses(text: str) -> list[str]:
    """What a style sheet loads."""
    return [first or second for first, second in IN_CSS.findall(text)]


def is_elsewhere(address: str) -> bool:
    """Whether an address names another host."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme in ("http", "https", "ftp")


def broken(pages: dict[Path, Page]) -> list[str]:
    """The links of a site that lead to no file or to no anchor."""
    found = []
    for page in pages.values():
        for link in page.links:
            parts = urlsplit(link)
            if is_elsewhere(link) or parts.scheme in ("mailto", "data"):
                continue
            target = page.path
            if parts.path:
                target = (page.path.parent / unquote(parts.path)).resolve()
            anchor = unquote(parts.fragment)
            known = pages.get(target)
            if not target.is_file() or (anchor and known and anchor not in known.ids):
                found.append(f"{page.path.name}: {link}")
    return found
