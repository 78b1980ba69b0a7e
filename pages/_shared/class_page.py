"""A page of the classes below the view: found by name, in a chosen order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from harmony_core.frames import Scene

SORTS = {"large": "Largest class first", "small": "Smallest class first", "name": "By name"}


def class_page(
    key: str,
    scene: Scene,
    classes: Sequence[int],
    most: int,
    more: Mapping[str, tuple[str, Callable[[int], float]]],
) -> list[int]:
    """At most ``most`` of ``classes``, the largest first, as the widgets drawn here say.

    ``key`` begins the keys of the widgets. ``more`` are further orders: a text, and of each class
    a number whose largest value comes first.
    """
    names = scene.class_names
    row = st.columns([3, 2, 2], vertical_alignment="bottom")
    wanted = row[0].text_input("Find a class", key=f"{key}-find", placeholder="Part of a name")
    texts = {**SORTS, **{name: text for name, (text, _) in more.items()}}
    sort = row[1].selectbox(
        "Order of the classes", list(texts), key=f"{key}-sort", format_func=texts.__getitem__
    )
    found = [c for c in classes if wanted.strip().casefold() in names[c].casefold()]
    if sort == "small":
        found.reverse()
    elif sort == "name":
        found.sort(key=lambda c: names[c].casefold())
    elif sort in more:
        found.sort(key=lambda c: -more[sort][1](c))
    pages = max(1, -(-len(found) // most))
    page = row[2].number_input(
        f"Page of {pages:,}", 1, pages, 1, key=f"{key}-page-{pages}", disabled=pages == 1
    )
    start = (int(page) - 1) * most
    shown = found[start : start + most]
    if shown:
        st.caption(f"Classes {start + 1:,}–{start + len(shown):,} of {len(found):,}.")
    return shown
