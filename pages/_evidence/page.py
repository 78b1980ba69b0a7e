"""What the page Evidence draws: a study, what may be said of it, its pictures and its tables."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from harmony_core.studies.framing import framing
from harmony_core.studies.report import values_section
from harmony_core.studies.sentences import figure_title, sentences

from .._session.glossary_links import glossary_links
from .._shared.messages import lead, messages
from .._shared.page import Page
from .._shared.tables import cells, table
from .chosen import Chosen, choose, choose_study, studies
from .gains import gains, parts
from .ranks import ranks


def evidence(page: Page) -> None:
    """Draw the page; a study that is damaged becomes a message, and the others can be chosen."""
    st.title(page.title, anchor=False)
    lead(page.lead)
    found = studies()
    if not found:
        st.info(
            "There are no results yet. `python -m harmony_core study quick` trains a study; "
            "it then appears here."
        )
        return
    name = choose_study(found)
    with messages():
        chosen = choose(name, found[name])
        _words(chosen)
        gains(chosen)
        parts(chosen)
        ranks(chosen.statistics)
        _values(chosen)
    glossary_links(page)


def _words(chosen: Chosen) -> None:
    study = chosen.result.study
    st.header("What the results show", anchor=False)
    meant = "A setting is a data set with one imbalance factor; a seed decides what is random."
    st.html(f'<p class="note">{html.escape(study.title)}. {meant}</p>')
    _list(sentences(chosen.statistics))
    told = framing(chosen.result)
    if chosen.figure != study.figure:
        told = [
            f"The study was planned to compare {figure_title(study.figure).lower()}. Looking at "
            "one figure after another finds differences by chance: take this one as a hint.",
            *told,
        ]
    with st.expander("How to read it: seeds, intervals, settings"):
        _list(told)


def _values(chosen: Chosen) -> None:
    section = values_section(chosen.statistics)
    head, *rows = section.rows
    title = f"{section.title} of each method"
    with st.expander(title):
        st.html(f'<p class="note">{html.escape(section.note)}</p>')
        table(title, head, [(row[0], cells(row[1:])) for row in rows])


def _list(lines: Sequence[str]) -> None:
    items = "".join(f"<li>{html.escape(line)}</li>" for line in lines)
    st.html(f'<ul class="said">{items}</ul>')
