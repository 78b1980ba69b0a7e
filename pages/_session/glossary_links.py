"""Words of the glossary that a page uses, as buttons."""

from __future__ import annotations

import streamlit as st

from .._shared.page import Page


def glossary_links(page: Page) -> None:
    """The terms that ``page`` uses, each opens its entry beside the text."""
    with st.container(horizontal=True, gap="small", key="lesson-terms"):
        st.caption("Words of this page", width="content")
        for term in page.terms:
            glossary_word(term)


def glossary_word(term: str) -> None:
    """A button that opens the entry of ``term`` beside the text, so that the page stays as it is.

    A term that the glossary lacks becomes plain text.
    """
    from harmony_core.lessons.glossary.terms import find

    from .._shared.glossary_entry import glossary_entry

    found = find(term)
    if found is None:
        st.caption(term)
        return
    with st.popover(found.name, icon=":material/menu_book:"):
        st.html(f'<div class="glossary-word">{glossary_entry(found, beside_text=True)}</div>')
        st.page_link(
            "pages/glossary.py",
            label=f"{found.name} in the glossary",
            icon=":material/menu_book:",
            query_params={"term": found.slug},
        )
