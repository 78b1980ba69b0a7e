"""A word of the glossary as HTML: its sentence, its picture and its source."""

from __future__ import annotations

import html

from harmony_core.lessons.glossary.drawings import INKS, picture
from harmony_core.lessons.glossary.terms import Term

from .theme import theme
from .thumbnails import svg_uri


def glossary_entry(term: Term, *, beside_text: bool = False) -> str:
    """The entry; ``beside_text``: for a popover, where its name is no heading of the page."""
    note = f"<p>{html.escape(term.note)}</p>" if term.note else ""
    source = svg_uri(picture(term.picture, INKS[theme()]))
    name = html.escape(term.name)
    title = f"<p><strong>{name}</strong></p>" if beside_text else f"<h2>{name}</h2>"
    place = "" if beside_text else f' id="{term.slug}"'
    return (
        f'<article{place}><img src="{source}" alt="{html.escape(term.alt)}">'
        f"<div>{title}<p>{html.escape(term.sentence)}</p>{note}"
        f'<p class="source">{html.escape(term.source)}, '
        f'<a href="{html.escape(term.link)}" rel="noreferrer" target="_blank">'
        f"{html.escape(term.number)}</a></p></div></article>"
    )
