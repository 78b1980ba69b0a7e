"""What the home page draws: a way in, three scenarios, and what is known about the method."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.data import DATASETS, scenario_preview
from harmony_core.experiments.link import to_query
from harmony_core.experiments.presets import PRESETS

from .._session.lockstep_view import lockstep_view
from .._session.recording import recorded_run
from .._shared.messages import lead
from .._shared.page import Page
from .._shared.theme import theme
from .._shared.thumbnails import scatter, svg_uri, thumbnail

ARENA = "pages/arena.py"
DOORS = (
    ("learn", "Learn it step by step", "school"),
    ("inspect_data", "Inspect your own data", "troubleshoot"),
    ("teach", "Teach with it", "co_present"),
    ("evidence", "See the evidence", "balance"),
)
PANELS = ("plane",)
CARDS = (
    (
        "hard_head_samples",
        "The most frequent class has a small outpost beside the rarest class. Four losses compete "
        "for that corner. Watch who owns it at the end.",
    ),
    (
        "learnable",
        "Every class has two small clusters of its own, far from all others. One loss gives hard "
        "samples more weight, the other does not. Watch which comes closer to the best boundary.",
    ),
    (
        "overlap",
        "The clusters overlap, so some samples are on the wrong side for good. One loss gives them "
        "more weight to the end, one lets it fade. Watch how far each is off the best boundary.",
    ),
)
"""Presets whose claims held in every seed measured, and what is asked; the run gives the answer."""
READING = (
    (
        "The plane",
        "Colour is the class a method chooses at that place. The dashed line is the best possible "
        "boundary if every class were equally frequent.",
    ),
    (
        "The bars",
        "Recall: of the test samples of a class, the share that is recognised. The head is the "
        "frequent classes, the tail the rare ones. A good method lifts the tail and pays little "
        "for it at the head.",
    ),
    (
        "The curves",
        "Balanced accuracy is the mean recall of all classes, so a class with ten samples counts "
        "as much as one with a thousand.",
    ),
    (
        "The scrubber",
        "Every method sees the same samples, from the same initial weights, in the same order. "
        "Drag through the epochs to see where they part.",
    ),
)

KNOWN = (
    "The idea is that of Zhang, Lin, Zhang and Xu (ICASSP 2022): imbalance is a matter of "
    "<em>difficulty</em> inside a class and of <em>size</em> between classes, and the two are "
    "corrected separately. We have the paper’s abstract and introduction, not its equations. "
    "<strong>What runs here is our reconstruction.</strong>",
    "Correcting for class size does most of the work. What the weights inside classes add is real "
    "and modest, and comes where rare kinds of samples can be learned. They fade over the training "
    "and agree where two classes meet, because weights that do neither move the boundary for good. "
    "The page Evidence has the studies, with every comparison that came out undecided.",
)


def home(page: Page) -> None:
    """Draw the home page."""
    del page
    _hero()
    _scenarios()
    _reading()
    _status()


def _hero() -> None:
    with st.container(key="hero"):
        words, picture = st.columns([5, 6], gap="large", vertical_alignment="center")
        with words:
            _words()
        with picture:
            if recorded := recorded_run(PANELS):
                lockstep_view(
                    recorded.payload,
                    key="home",
                    live=False,
                    autoplay=True,
                    compact=True,
                    panels=PANELS,
                )
                st.caption(
                    "A recorded training: three losses, the same samples. Colour is the class that "
                    "the network chooses there; the dashed line is the best possible boundary."
                )
            else:
                points, targets = scenario_preview("checkerboard", 900)
                svg = scatter(points, targets, theme(), (480, 420), 3.2)
                st.html(f'<img class="hero-picture" src="{svg_uri(svg)}" alt="">')


def _words() -> None:
    st.title("Watch a network learn its rare classes, or forget them", anchor=False)
    lead(
        "Most data has a long tail: a few frequent classes and many rare ones, which a network "
        "trained the usual way gives up on. Harmony trains several losses side by side on the "
        "same data and shows, epoch by epoch, what each does for the tail and what it costs."
    )
    with st.container(key="door"):
        st.page_link(ARENA, label="Play in the Arena", icon=":material/play_arrow:")
    with st.container(horizontal=True, gap="small", key="page-links"):
        for page, label, icon in DOORS:
            st.page_link(f"pages/{page}.py", label=label, icon=f":material/{icon}:")


def _scenarios() -> None:
    st.header("Three things to find out in a minute each", anchor=False)
    columns = st.columns(len(CARDS), gap="medium")
    for column, (name, text) in zip(columns, CARDS, strict=True):
        preset = PRESETS[name]
        data = preset.config.data.name
        with column, st.container(border=True, key=f"card-{name}", height="stretch"):
            st.html(f'<img class="card-picture" src="{thumbnail(data, theme())}" alt="">')
            st.subheader(preset.title, anchor=False)
            st.html(f'<p class="card-text">{html.escape(text)}</p>')
            st.page_link(
                ARENA,
                label=f"Train “{DATASETS[data].title}”",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params=to_query(preset.config),
            )


def _reading() -> None:
    st.header("How to read what you will see", anchor=False)
    items = "".join(
        f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd></div>"
        for name, text in READING
    )
    st.html(f'<dl class="reading">{items}</dl>')


def _status() -> None:
    st.header("What is known about the harmonized loss, and what is not", anchor=False)
    paragraphs = "".join(f"<p>{text}</p>" for text in KNOWN)
    st.html(f'<div class="prose">{paragraphs}</div>')
