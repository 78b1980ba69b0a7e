"""The views of one experiment as a row of tabs, each with an address of its own."""

from __future__ import annotations

import html

import streamlit as st

from .._session import draft, place
from .._shared.page import registered
from . import paint
from .experiment_page import ExperimentPage


def tabs(here: ExperimentPage, run: str, *, painted: bool = False) -> None:
    """Links from the view ``here`` to the same place in the other views of ``run``.

    ``painted`` adds the switch that opens the editor of points, where the view has one.
    """
    with st.container(horizontal=True, gap="small", key="views", vertical_alignment="center"):
        for page in registered():
            if not isinstance(page, ExperimentPage):
                continue
            if page.name == here.name:
                st.html(_current(page), width="content")
            else:
                st.page_link(page.file, label=page.title, query_params=_address(page, run))
        if painted and here.sets_up:
            paint.switch(run)


def _current(page: ExperimentPage) -> str:
    name = html.escape(page.title)
    return f'<a class="tab" role="link" tabindex="0" aria-current="page">{name}</a>'


def _address(page: ExperimentPage, run: str) -> dict[str, str | list[str]]:
    """What `page` would write into the address itself, so that Back leads here in one step."""
    if page.sets_up:
        return {**draft.address(draft.current()), **place.current(run).query()}
    return {"run": run, **place.current(run).query()} if run else {}
