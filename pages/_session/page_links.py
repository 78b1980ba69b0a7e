"""Links to the same place on the other pages of an experiment, and to the glossary."""

from __future__ import annotations

import streamlit as st

from .._shared.page import Page, registered
from . import place


def page_links(here: str, run: str) -> None:
    """Links from the page ``here`` to the same place on the other pages of an experiment."""
    query = {"run": run, **place.current(run).query()}
    for page in registered():
        if page.link_label and page.name != here:
            st.page_link(page.file, label=page.link_label, icon=page.symbol, query_params=query)


def glossary_links(page: Page) -> None:
    """The terms that ``page`` uses, each a link to its entry in the glossary."""
    with st.container(horizontal=True, gap="small", key="lesson-terms"):
        st.caption("Words of this page", width="content")
        for term in page.terms:
            glossary_link(term)


def glossary_link(term: str) -> None:
    """A link to the entry of ``term``; a term that the glossary lacks becomes plain text."""
    from harmony_core.lessons.glossary.terms import find

    found = find(term)
    if found is None:
        st.caption(term)
        return
    st.page_link(
        "pages/glossary.py",
        label=found.name,
        icon=":material/menu_book:",
        query_params={"term": found.slug},
    )
