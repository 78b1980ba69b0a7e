"""The app: its name, its look and its pages. A page more is a line more in `PAGES`."""

from __future__ import annotations

import streamlit as st

from pages._session.address_bar import settle
from pages._shared.backend import warm
from pages._shared.page import entered
from pages._shared.theme import ASSETS, style, theme

PAGES = [
    st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
    st.Page("pages/arena.py", title="Arena", icon=":material/stadium:"),
    st.Page("pages/density.py", title="Gradient density", icon=":material/equalizer:"),
    st.Page("pages/weights.py", title="Weights", icon=":material/balance:"),
    st.Page("pages/embedding.py", title="Embedding", icon=":material/bubble_chart:"),
    st.Page("pages/inspect_data.py", title="Inspect your data", icon=":material/troubleshoot:"),
    st.Page("pages/learn.py", title="Learn", icon=":material/school:"),
    st.Page("pages/teach.py", title="Teach", icon=":material/co_present:"),
    st.Page("pages/glossary.py", title="Glossary", icon=":material/menu_book:"),
]

st.set_page_config(
    page_title="Harmony",
    page_icon=str(ASSETS / "mark.svg"),
    layout="wide",
    initial_sidebar_state=350,
)
logo = ASSETS / f"logo-{theme()}.svg"
st.logo(logo, size="large", icon_image=logo)
style()
page = st.navigation(PAGES, position="top")
settle(page.url_path)
warm()
with entered():
    page.run()
