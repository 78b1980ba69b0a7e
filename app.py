"""The app: its name, its theme and its pages. A new page is a file in `pages` and a line here.

`streamlit run app.py` imports this file once, for its server, and runs it as a script whenever a
page is drawn.
"""

from __future__ import annotations

import streamlit as st
from streamlit.starlette import App

from harmony_core.serving.announcement import announcement
from pages._account.page import refuse
from pages._server.door import door
from pages._session.address_bar import restore_address
from pages._session.place import leave
from pages._session.sign_in import let_in, offered
from pages._session.visitor import learn_address
from pages._shared.app_files import APP_ASSETS
from pages._shared.backend import store, warm_workers
from pages._shared.drawer import close_drawer_on_navigation
from pages._shared.markdown import literal
from pages._shared.messages import messages
from pages._shared.page import at_address, draw, inside_app, register
from pages._shared.theme import style_page, theme

PAGES = (
    "home",
    "arena",
    "density",
    "weights",
    "samples",
    "embedding",
    "evidence",
    "inspect_data",
    "learn",
    "teach",
    "glossary",
    "compare",
    "account",
    "admin",
)
OF_PEOPLE = ("account",)  # listed where people sign in


def draw_visit() -> None:
    """Draw the page that the address names."""
    st.set_page_config(
        page_title="Harmony",
        page_icon=str(APP_ASSETS / "mark.svg"),
        layout="wide",
        initial_sidebar_state=350,
    )
    with messages():
        learn_address()
    logo = APP_ASSETS / f"logo-{theme()}.svg"
    st.logo(logo, size="large", icon_image=logo)
    style_page()
    close_drawer_on_navigation()
    listed = OF_PEOPLE * offered()
    admitted = let_in()
    opened = st.navigation(
        [
            st.Page(
                page.file,
                title=page.title,
                icon=page.symbol,
                default=page.name == PAGES[0],
                visibility="visible" if page.listed or page.name in listed else "hidden",
            )
            for page in register(PAGES)
        ],
        position="top" if admitted else "hidden",
    )
    if not admitted:
        refuse()
        return
    restore_address(opened.url_path)
    warm_workers()
    page = at_address(opened.url_path)
    with st.container():  # always there, so that an announcement moves nothing else
        if said := announcement(store().root):
            st.info(literal(said), icon=":material/campaign:")
    with inside_app():
        if page.stays:
            # Not by `opened.run`, as Streamlit removes what a page drew when another one is opened.
            with st.container(key="stays"):
                draw(page)
        else:
            st.empty()  # removes at once what has stayed
            leave()
            opened.run()


if __name__ == "app":
    app = App(__file__, **door())
else:
    draw_visit()
