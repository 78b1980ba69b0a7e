"""The words of the field: one sentence, one picture and one source each, from a text file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from ...errors import ConfigError

FILE = Path(str(files(__package__) / "terms.yaml"))
KEYS = ("name", "sentence", "picture", "alt", "source", "arxiv", "doi", "note")
NEEDED = ("name", "sentence", "picture", "alt", "source")
ARXIV = re.compile(r"\d{4}\.\d{4,5}")
DOI = re.compile(r"10\.\d{4,9}/\S+")


@dataclass(frozen=True)
class Term:
    """One word of the field."""

    name: str
    sentence: str
    picture: str
    """A name of `drawings.PICTURES`"""
    alt: str
    source: str
    arxiv: str = ""
    doi: str = ""
    note: str = ""

    @property
    def slug(self) -> str:
        """The term as links write it."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def link(self) -> str:
        """Where the source is."""
        return (
            f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else f"https://doi.org/{self.doi}"
        )

    @property
    def number(self) -> str:
        """The arXiv number or DOI as text."""
        return f"arXiv {self.arxiv}" if self.arxiv else f"doi {self.doi}"


def glossary(path: Path = FILE) -> tuple[Term, ...]:
    """All terms in alphabetical order; a file that has changed is read again."""
    return _read(path, path.stat().st_mtime_ns)


def find(text: str) -> Term | None:
    """The term with this name or slug."""
    return next((t for t in glossary() if text.lower() in (t.name.lower(), t.slug)), None)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> tuple[Term, ...]:
    del changed
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ConfigError(
            f"Expected {path.name} to be YAML, but got: {str(error)[:200]}."
        ) from error
    terms = []
    for row in rows if isinstance(rows, list) else ():
        name = row.get("name") if isinstance(row, dict) else row
        if not isinstance(row, dict) or set(row) - set(KEYS) or not set(NEEDED) <= set(row):
            raise ConfigError(
                f"Expected entry {name!r} of {path.name} to have {', '.join(NEEDED)} and the "
                f"number of its source, and no other keys than {', '.join(KEYS)}."
            )
        term = Term(**{key: str(value) for key, value in row.items()})
        if not (ARXIV.fullmatch(term.arxiv) or DOI.fullmatch(term.doi)):
            raise ConfigError(
                f"Expected an arXiv number or a DOI for {term.name!r} in {path.name}."
            )
        terms.append(term)
    return tuple(sorted(terms, key=lambda term: term.name.lower()))
