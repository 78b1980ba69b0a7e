"""How the file was read: its label column, its split, and what to know about it."""

from __future__ import annotations

import streamlit as st

from harmony_core.readers.contents import Contents
from harmony_core.readers.format import AUTO, NONE

from .._shared.labels import literal
from .._shared.messages import spoken, toasts
from .._shared.page import put
from .inspected_file import Look, look, remove

LABEL, SPLIT, CELLS = "inspect-of-label", "inspect-of-split", "inspect-of-cells"
NO_SPLIT = "(no split)"
MOST = 500
"""Columns to choose from."""


def file_line(now: Look, contents: Contents) -> None:
    """One line on what was read, the choice of columns, notes, and a way to remove the file."""
    with st.container(key="inspect-file", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{literal(now.title)}** · {_what(contents)}", width="stretch")
            st.button(
                "Remove the file",
                icon=":material/delete:",
                key="inspect-remove",
                type="tertiary",
                on_click=remove,
                help="Ends what goes on and empties the page.",
            )
        if now.counts and contents.kind != "counts":
            st.warning(
                "Expected each class once, with a whole number; this was read as a table of "
                "samples instead. Check the lines.",
                icon=":material/warning:",
            )
        if now.example:
            st.caption(f"To be found here: {now.example}")
        if contents.kind == "table" and contents.columns:
            _columns(contents)
        elif contents.reason:
            st.caption(f"Labels: {literal(contents.label)} ({literal(contents.reason)}).")
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


def _columns(contents: Contents) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        others = [c for c in contents.choices if c != contents.label]
        rest = [c for c in contents.columns if c != contents.label and c not in others]
        options = [contents.label, *others, *rest][:MOST]
        put(LABEL, contents.label)
        st.selectbox(
            "Label column",
            options,
            key=LABEL,
            on_change=_relook,
            help=f"Taken because {contents.reason}."
            if contents.reason != "chosen by you"
            else "Chosen by you.",
            width=260,
        )
        splits = [NO_SPLIT, *(c for c in contents.columns if c != contents.label)][:MOST]
        chosen = contents.split_column if contents.split_column in splits else NO_SPLIT
        put(SPLIT, chosen)
        st.selectbox(
            "Column that says train or test", splits, key=SPLIT, on_change=_relook, width=260
        )
        if contents.labels.multi is not None or _cells_given():
            put(CELLS, contents.labels.multi is not None)
            st.toggle("Several labels in a cell", key=CELLS, on_change=_relook)


def _cells_given() -> bool:
    now = look()
    return now is not None and now.job is not None and now.job.request.separator == NONE


def _relook() -> None:
    now = look()
    if now is None:
        return
    label, split = st.session_state.get(LABEL), st.session_state.get(SPLIT)
    several = st.session_state.get(CELLS, True)
    with toasts():
        now.again(
            label=str(label) if label else None,
            split="" if split in (None, NO_SPLIT, label) else str(split),
            separator=AUTO if several else NONE,
        )
