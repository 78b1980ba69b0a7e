"""The glossary as one page, every term with an anchor."""

from __future__ import annotations

import html

from ...lessons.glossary.drawings import picture
from ...lessons.glossary.terms import Term, glossary
from .shell import described, page

INKS = {"q": "var(--draw-q)", "a": "var(--draw-a)", "b": "var(--draw-b)"}


def glossary_page() -> str:
    """All terms in alphabetical order, with links to them at the top."""
    terms = glossary()
    links = "".join(f'<li><a href="#{t.slug}">{html.escape(t.name)}</a></li>' for t in terms)
    content = (
        "<h1>Glossary</h1>"
        '<p class="lead">One sentence, one picture and one source for each word.</p>'
        f'<nav aria-label="Terms"><ul class="terms">{links}</ul></nav>'
        f'<div class="glossary">{"".join(map(_entry, terms))}</div>'
    )
    return page("glossary", "Glossary · Harmony", content)


def _entry(term: Term) -> str:
    note = f"<p>{html.escape(term.note)}</p>" if term.note else ""
    drawing = described(picture(term.picture, INKS), term.alt)
    return (
        f'<article id="{term.slug}">{drawing}<div><h2>{html.escape(term.name)}</h2>'
        f"<p>{html.escape(term.sentence)}</p>{note}"
        f'<p class="quiet">{html.escape(term.source)}, <a href="{html.escape(term.link)}" '
        f'rel="noreferrer">{html.escape(term.number)}</a></p></div></article>'
    )
