"""What the home page draws: a way in, three scenarios, and what is known about the method."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.config import DataConfig, ExperimentConfig
from harmony_core.data import DATASETS, scenario_preview
from harmony_core.experiments.link import to_query

from .._shared.messages import lead
from .._shared.page import Page
from .._shared.theme import theme
from .._shared.thumbnails import scatter, svg_uri, thumbnail
from .recording import replay

ARENA = "pages/arena.py"
DOORS = (
    ("learn", "Learn it step by step", "school"),
    ("inspect_data", "Inspect your own data", "troubleshoot"),
    ("teach", "Teach with it", "co_present"),
    ("evidence", "See the evidence", "balance"),
)
CARDS = (
    ("checkerboard", "When the shape has to be guessed", 50.0, "exponential"),
    ("hard_head", "When the head has a hard part", 50.0, "exponential"),
    ("uneven_clusters", "When hard samples stay hard", 50.0, "exponential"),
)
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
        words, picture = st.columns([3, 2], gap="large", vertical_alignment="center")
        with words:
            _words()
        if not replay():
            points, targets = scenario_preview("checkerboard", 900)
            svg = scatter(points, targets, theme(), (480, 420), 3.2)
            picture.html(f'<img class="hero-picture" src="{svg_uri(svg)}" alt="">')


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
    for column, (name, title, factor, profile) in zip(columns, CARDS, strict=True):
        spec = DATASETS[name]
        config = ExperimentConfig(DataConfig(name, {}, factor, profile))
        with column, st.container(border=True, key=f"card-{name}", height="stretch"):
            st.html(f'<img class="card-picture" src="{thumbnail(name, theme())}" alt="">')
            st.subheader(title, anchor=False)
            st.html(f'<p class="card-text">{html.escape(spec.lesson)}</p>')
            st.page_link(
                ARENA,
                label=f"Try “{spec.title}”",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params=to_query(config),
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
