"""The gallery, and a page for every run in it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from ...config import ExperimentConfig
from ...experiments.complete import complete
from ...experiments.method_text import format_methods, method_labels
from ...plots.html_parts import count_bars
from ..offline import about, caveats
from .exhibit import COURSE, OWN, PRESET, Exhibit
from .shell import page, picture, repeat, template

GROUPS = {
    OWN: ("Own experiments", ""),
    PRESET: (
        "Experiments that make a point",
        "Each was measured over ten seeds; what is played here is one run with another seed.",
    ),
    COURSE: (
        "The runs of the course",
        "They show the outcome of each step: predict it there first.",
    ),
}


def gallery_page(exhibits: Sequence[Exhibit]) -> str:
    """All runs as cards, by group."""
    groups = "".join(
        f"<h2>{title}</h2>"
        + (f"<p>{note}</p>" if note else "")
        + f'<ul class="cards">{"".join(_card(e) for e in exhibits if e.group == group)}</ul>'
        for group, (title, note) in GROUPS.items()
        if any(e.group == group for e in exhibits)
    )
    return page("gallery", "Gallery · Harmony", template("gallery.html", groups=groups))


def run_page(exhibit: Exhibit) -> str:
    """One run to play, with its settings and what it can tell."""
    notes = [*exhibit.notes, *caveats(exhibit.config)]
    results = exhibit.results or (
        '<h2>The data</h2><div class="columns"><figure class="data">'
        f"{picture(exhibit.name, exhibit.picture.words)}</figure>"
        f"<div>{count_bars(exhibit.counts)}</div></div>"
    )
    content = template(
        "run.html",
        title=html.escape(exhibit.title),
        about=html.escape(" ".join(filter(None, (exhibit.look, about(exhibit.config))))),
        seeds=html.escape(exhibit.seeds),
        kept=html.escape(exhibit.kept),
        name=exhibit.name,
        results=results,
        notes="".join(f"<p>{html.escape(note)}</p>" for note in notes),
        settings="".join(
            f'<tr><th scope="row">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
            for name, value in _settings(exhibit.config)
        ),
        repeat=repeat(exhibit.config, exhibit.name),
    )
    return page("run", f"{exhibit.title} · Harmony", content, here="gallery")


def file_of(exhibit: Exhibit) -> str:
    """The page of a run."""
    return f"run-{exhibit.name}.html"


def _card(exhibit: Exhibit) -> str:
    methods = ", ".join(method_labels(exhibit.config.methods))
    look = f"<p>{html.escape(exhibit.look)}</p>" if exhibit.look else ""
    return (
        f"<li>{picture(exhibit.name, exhibit.picture.words, lazy=True)}"
        f'<h3><a href="{file_of(exhibit)}">{html.escape(exhibit.title)}</a></h3>{look}'
        f'<p class="quiet">{html.escape(methods)}</p></li>'
    )


def _settings(config: ExperimentConfig) -> list[tuple[str, str]]:
    """Every setting by name; parts of a part are named after both."""
    rows: list[tuple[str, str]] = []

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                add(f"{name} {key}".strip(), inner)
        elif name != "methods":
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            rows.append((name.replace("_", " "), text or "–"))

    rows.append(("methods", format_methods(config.methods)))
    add("", (config if config.recorded else complete(config)).to_dict())
    return rows
