"""The app: its name, its theme and its pages. A new page is a file in `pages` and a line here."""

from __future__ import annotations

import streamlit as st

from pages._session.address_bar import restore_address
from pages._shared.app_files import APP_ASSETS
from pages._shared.backend import warm_workers
from pages._shared.page import inside_app, register
from pages._shared.theme import style_page, theme

PAGES = (
    "home",
    "arena",
    "density",
    "weights",
    "embedding",
    "evidence",
    "inspect_data",
    "learn",
    "teach",
    "glossary",
)

st.set_page_config(
    page_title="Harmony",
    page_icon=str(APP_ASSETS / "mark.svg"),
    layout="wide",
    initial_sidebar_state=350,
)
logo = APP_ASSETS / f"logo-{theme()}.svg"
st.logo(logo, size="large", icon_image=logo)
style_page()
opened = st.navigation(
    [
        st.Page(page.file, title=page.title, icon=page.symbol, default=page.name == PAGES[0])
        for page in register(PAGES)
    ],
    position="top",
)
restore_address(opened.url_path)
warm_workers()
with inside_app():
    opened.run()
