"""How the file was read: its label column, its split, and notes on it."""

from __future__ import annotations

import streamlit as st

from harmony_core.readers.contents import Contents
from harmony_core.readers.format import AUTO, NO, NONE, YES

from .._shared.labels import literal
from .._shared.messages import spoken, toasts
from .._shared.widgets import set_widget
from .inspected_file import InspectedFile, current_file, remove_file

LABEL, SPLIT, CELLS = "inspect-of-label", "inspect-of-split", "inspect-of-cells"
GUESSES, HEADER = "inspect-of-guess", "inspect-of-header"
COUNTS = "(each row is a class with its count)"
BEST = 3
"""Guesses that take one click."""
PLACE = "inspect-of-place"
NO_SPLIT = "(no split)"
MOST = 500
"""Columns to choose from."""


def reading_section(file: InspectedFile, contents: Contents) -> None:
    """One line on what was read, the choice of columns, notes, and a way to remove the file."""
    with st.container(key="inspect-file", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{literal(file.title)}** · {_what(contents)}", width="stretch")
            st.button(
                "Remove the file",
                icon=":material/delete:",
                key="inspect-remove",
                type="tertiary",
                on_click=remove_file,
                help="Cancels what is running and empties the page.",
            )
        if file.counts and contents.kind != "counts":
            st.warning(
                "Expected each class once, with a whole number; this was read as a table of "
                "samples instead. Check the lines.",
                icon=":material/warning:",
            )
        if file.example:
            st.caption(f"What to look for: {file.example}")
        if contents.columns:
            _columns(contents)
        elif contents.reason:
            st.caption(f"Labels: {literal(contents.label)} ({literal(contents.reason)}).")
        if contents.choices and not contents.columns:
            _place_of_classes(contents)
        for note in contents.notes:
            st.caption(f":material/info: {spoken(note)}")


def _what(contents: Contents) -> str:
    labels = contents.labels
    unit = {"images": "images", "counts": "counted samples", "annotations": "objects"}
    rows = int(labels.counts.sum()) if contents.kind in ("counts", "annotations") else labels.rows
    said = f"{contents.form}, {rows:,} {unit.get(contents.kind, 'rows')}"
    size = f", {contents.size / 2**20:.1f} MB" if contents.size >= 2**17 else ""
    splits = f", split into {', '.join(labels.splits)}" if len(labels.splits) > 1 else ""
    return f"{said}{size}{splits}"


def _place_of_classes(contents: Contents) -> None:
    """Choose the level of folders, or the column of the table, that names the class of an image."""
    set_widget(PLACE, contents.label)
    st.selectbox(
        "Where images have their class",
        [contents.label, *(c for c in contents.choices if c != contents.label)][:MOST],
        key=PLACE,
        on_change=_place_chosen,
        width=260,
    )


def _place_chosen() -> None:
    file, place = current_file(), st.session_state.get(PLACE)
    if file is not None and place:
        with toasts():
            file.inspect(label=str(place))


def _columns(contents: Contents) -> None:
    counted = contents.kind == "counts"
    others = [c for c in contents.choices if c != contents.label]
    label = COUNTS if counted else contents.label
    if others and not counted:
        best = [contents.label, *others[: BEST - 1]]
        set_widget(GUESSES, contents.label)
        st.segmented_control(
            "Best guesses for the label",
            best,
            key=GUESSES,
            format_func=literal,
            on_change=_guess_chosen,
            required=True,
        )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        rest = [c for c in contents.columns if c != label and c not in others]
        options = [label, *others, *rest][:MOST]
        set_widget(LABEL, label)
        st.selectbox(
            "Label column",
            options,
            key=LABEL,
            on_change=_read_again,
            help=f"Used because {contents.reason}."
            if contents.reason != "chosen by you"
            else "Chosen by you.",
            width=260,
        )
        if not counted:
            splits = [NO_SPLIT, *(c for c in contents.columns if c != contents.label)][:MOST]
            chosen = contents.split_column if contents.split_column in splits else NO_SPLIT
            set_widget(SPLIT, chosen)
            st.selectbox(
                "Column that says train or test",
                splits,
                key=SPLIT,
                on_change=_read_again,
                width=260,
            )
        if contents.labels.multi is not None or _given("separator") == NONE:
            set_widget(CELLS, contents.labels.multi is not None)
            st.toggle("Several labels in a cell", key=CELLS, on_change=_read_again)
        if contents.header:
            set_widget(HEADER, contents.header == YES)
            st.toggle("The first row names the columns", key=HEADER, on_change=_header_changed)


def _given(option: str) -> str:
    """An option that the file is read with."""
    file = current_file()
    return "" if file is None or file.job is None else str(getattr(file.job.request, option))


def _guess_chosen() -> None:
    st.session_state[LABEL] = st.session_state.get(GUESSES)
    _read_again()


def _header_changed() -> None:
    """Read the file again with other names, so that columns are guessed anew."""
    file = current_file()
    if file is not None:
        with toasts():
            file.inspect(header=YES if st.session_state.get(HEADER, True) else NO)


def _read_again() -> None:
    file = current_file()
    if file is None:
        return
    label, split = st.session_state.get(LABEL), st.session_state.get(SPLIT)
    several = st.session_state.get(CELLS, True)
    with toasts():
        file.inspect(
            label=str(label) if label and label != COUNTS else None,
            split=_split_given(split, label),
            separator=AUTO if several else NONE,
            header=_given("header") or AUTO,
        )


def _split_given(split: object, label: object) -> str | None:
    if split is None:
        return None  # not on the page yet
    return "" if split in (NO_SPLIT, label) else str(split)
