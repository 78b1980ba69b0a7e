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
from .pictures import SHADES, Counts

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


def count_bars(counts: Counts) -> str:
    """Training samples of each class as bars with numbers."""
    top = max(n for _, n in counts) or 1
    rows = "".join(
        f'<li><span class="bar-name">{html.escape(name)}</span><span class="bar-track">'
        f'<span class="bar" style="width:{100 * n / top:.1f}%;background:var(--c{c % 10})"></span>'
        f'</span><span class="bar-n">{n:,}</span></li>'
        for c, (name, n) in enumerate(counts)
    )
    return f'<ul class="counts" aria-label="Training samples by class">{rows}</ul>'


def table(made: NumberTable, *, marks: bool = False) -> str:
    """A table that scrolls sideways on its own; ``marks``: row i is method i."""
    titles = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in made.head)
    rows = "".join(
        f'<tr><th scope="row">{_mark(i) if marks else ""}{html.escape(name)}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        + "</tr>"
        for i, (name, cells) in enumerate(made.rows)
    )
    return (
        f'<div class="figures" tabindex="0" role="region" aria-label="{html.escape(made.caption)}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


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


def _mark(method: int) -> str:
    return f'<span class="mark" style="background:var(--m{method % 8})"></span>'
