"""The pages of one experiment, each a link to the others with run, epoch and sample."""

from __future__ import annotations

import streamlit as st

from . import place as where

NAMES = {
    "arena": ("Back to the Arena", "stadium"),
    "density": ("See its density", "equalizer"),
    "weights": ("See its weights", "balance"),
    "embedding": ("See its embedding", "bubble_chart"),
}
WORDS = {
    "arena": ("decision boundary", "Bayes rule", "balanced accuracy", "recall", "logit adjustment"),
    "density": ("gradient norm", "gradient density", "unit region", "GHM"),
    "weights": ("intra balance", "inter balance", "effective number of samples", "re-weighting"),
    "embedding": ("features", "decision boundary", "seed"),
    "inspect_data": ("long tail", "imbalance factor", "label noise", "confidence interval"),
}


def words(page: str) -> None:
    """The terms that ``page`` speaks in, each a link to what it means."""
    with st.container(horizontal=True, gap="small", key="lesson-terms"):
        st.caption("Words of this page", width="content")
        for term in WORDS[page]:
            glossary_link(term)


def page_links(here: str, run: str) -> None:
    """Links from the page ``here`` to the same place on the other pages."""
    now = where.place(run)
    query = {"run": run, **now.query()}
    for page, (label, icon) in NAMES.items():
        if page != here:
            st.page_link(
                f"pages/{page}.py", label=label, icon=f":material/{icon}:", query_params=query
            )


def glossary_link(term: str, label: str = "") -> None:
    """A link to what ``term`` means; a term that the glossary lacks is plain text."""
    from harmony_core.lessons.glossary.terms import find

    found = find(term)
    if found is None:
        st.caption(label or term)
        return
    st.page_link(
        "pages/glossary.py",
        label=label or found.name,
        icon=":material/menu_book:",
        query_params={"term": found.slug},
    )
