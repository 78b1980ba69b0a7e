"""What every page of the site has around its content, and small pieces of HTML."""

from __future__ import annotations

import html
from functools import lru_cache
from importlib.resources import files
from string import Template

from ... import __version__
from ...config import ExperimentConfig
from ...errors import RunError
from ...experiments.shell_command import FILE, command_line
from ...lessons.course.number_tables import NumberTable
from ...plots.html_parts import cells, figures_table
from .pictures import SHADES

POLICY = (
    "default-src 'none'; script-src 'self' file:; style-src 'self' file: 'unsafe-inline'; "
    "img-src 'self' file: data: blob:; base-uri 'none'; form-action 'none'"
)
"""Own files only. ``file:`` is what a page on disk comes from; the view sets styles of elements."""
LINKS = (("index", "Course"), ("glossary", "Glossary"), ("gallery", "Gallery"))


def page(kind: str, title: str, content: str, *, step: str = "", here: str = "") -> str:
    """A whole page; ``step`` is the step whose data it loads, ``here`` names its link."""
    links = "".join(
        f'<a href="{name}.html"{" aria-current=page" if name == (here or kind) else ""}>{text}</a>'
        for name, text in LINKS
    )
    return template(
        "page.html",
        policy=POLICY,
        title=html.escape(title),
        data=f'<script src="steps/{step}.js" defer></script>\n' if step else "",
        page=kind,
        step=step,
        links=links,
        content=content,
        version=__version__,
    )


def template(name: str, /, **parts: str) -> str:
    """A file of ``templates/`` with its ``$names`` replaced; ``parts`` are HTML."""
    return Template(_template(name)).substitute(parts)


@lru_cache
def _template(name: str) -> str:
    return own_file("templates", name)


def own_file(folder: str, name: str) -> str:
    """The text of a file that comes with this package."""
    try:
        return (files(__package__) / folder / name).read_text(encoding="utf-8")
    except OSError as error:
        raise RunError(
            f"Expected the file {folder}/{name} of Harmony, but got: {error.strerror or error}. "
            "Install Harmony again, or run `npm run build` in a copy of its repository."
        ) from error


def picture(name: str, words: str, *, lazy: bool = False) -> str:
    """An image for each theme; the style sheet shows one of them."""
    how = ' loading="lazy"' if lazy else ""
    alt = html.escape(words)
    return "".join(
        f'<img class="{shade}" src="pictures/{name}-{shade}.svg" alt="{alt}"{how}>'
        for shade in SHADES
    )


def described(svg: str, words: str) -> str:
    """An SVG inside a page, with what it shows in words."""
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(words)}" ', 1)


def table(made: NumberTable, *, marks: bool = False) -> str:
    """The table as HTML; ``marks``: row i is method i."""
    rows = [(name, cells(texts)) for name, texts in made.rows]
    return figures_table(made.caption, made.head, rows, marks=marks)


def repeat(config: ExperimentConfig, name: str) -> str:
    """How to train an experiment with Harmony; ``configs/<name>.json`` is its config."""
    if config.recorded is not None:
        return '<p class="quiet">It was trained by another loop, which Harmony cannot repeat.</p>'
    command = command_line(config).replace(FILE, f"{name}.json")
    return (
        '<p class="quiet">With Harmony installed, this command trains it; '
        f'<a href="configs/{name}.json" download>{name}.json</a> has all settings.</p>'
        f'<pre tabindex="0" aria-label="Command">{html.escape(command)}</pre>'
    )


def formula_box(name: str, made: str) -> str:
    """A formula that scrolls sideways on its own."""
    return (
        f'<div class="formula" tabindex="0" role="group" aria-label="{html.escape(name)}">'
        f"{made}</div>"
    )
