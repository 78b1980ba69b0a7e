"""What the glossary draws: all its terms, or the one that the link names."""

from __future__ import annotations

import streamlit as st

from harmony_core.lessons.glossary.terms import find, glossary

from .._session.address_bar import rewriting
from .._shared.glossary_entry import glossary_entry
from .._shared.messages import lead
from .._shared.page import Page
from .._shared.widgets import set_widget

_ALL = "All terms"


def glossary_page(page: Page) -> None:
    st.title(page.title, anchor=False)
    lead(page.lead)
    terms = glossary()
    chosen = find(st.query_params.get("term", ""))
    set_widget("glossary-term", chosen.name if chosen else _ALL)
    st.selectbox(
        "Term",
        [_ALL, *(term.name for term in terms)],
        key="glossary-term",
        on_change=_picked,
        width=360,
    )
    if chosen is None and "term" in st.query_params:
        st.warning("This term is not in the glossary yet. Here are all there are.")
    shown = (chosen,) if chosen else terms
    st.html(f'<div class="glossary">{"".join(map(glossary_entry, shown))}</div>')
    st.page_link("pages/learn.py", label="To the course", icon=":material/school:")


def _picked() -> None:
    name = st.session_state.get("glossary-term")
    found = find(str(name))
    with rewriting():
        st.query_params.from_dict({"term": found.slug} if found else {})
