"""How the file was read: its label column, its split, and notes on it."""

from __future__ import annotations

import streamlit as st

from harmony_core.readers.contents import Contents
from harmony_core.readers.format import AUTO, NO, NONE, YES

from .._shared.markdown import literal, spoken
from .._shared.messages import toasts
from .inspected_file import InspectedFile, current_file, remove_file
from .wording import on_page

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
            st.caption(f":material/info: {spoken(on_page(note, 'above'))}")


def _what(contents: Contents) -> str:
    labels = contents.labels
    unit = {"images": "images", "counts": "counted samples", "annotations": "objects"}
    rows = int(labels.counts.sum()) if contents.kind in ("counts", "annotations") else labels.rows
    said = f"{literal(contents.form)}, {rows:,} {unit.get(contents.kind, 'rows')}"
    size = f", {contents.size / 2**20:.1f} MB" if contents.size >= 2**17 else ""
    splits = f", split into {literal(', '.join(labels.splits))}" if len(labels.splits) > 1 else ""
    return f"{said}{size}{splits}"


def _reading() -> str:
    """What tells this reading of a file from every other one.

    Each has controls of its own, with its values as their defaults: a value that the script sets
    later is sent to the browser once, and lost if another run of the page overtakes that one.
    Callbacks are given the reading that they are for, since a browser on a slow line may still
    report a control of the reading before, which Streamlit then takes for a change.
    """
    file = current_file()
    return "" if file is None else file.result_path.parent.name


def _key(name: str) -> str:
    return f"{name}-{_reading()}"


def _chosen(name: str, default: object = None) -> object:
    """The value of a control, or ``default`` where the page does not have it."""
    return st.session_state.get(_key(name), default)


def _file_of(reading: str) -> InspectedFile | None:
    """The file on the page, if it is still the reading that a callback is for."""
    return current_file() if reading == _reading() else None


def _place_of_classes(contents: Contents) -> None:
    """Choose the level of folders, or the column of the table, that names the class of an image."""
    st.selectbox(
        "Where images have their class",
        [contents.label, *(c for c in contents.choices if c != contents.label)][:MOST],
        key=_key(PLACE),
        on_change=_place_chosen,
        args=(_reading(),),
        width=260,
    )


def _place_chosen(reading: str) -> None:
    file, place = _file_of(reading), _chosen(PLACE)
    if file is not None and place:
        with toasts():
            file.inspect(label=str(place))


def _columns(contents: Contents) -> None:
    counted = contents.kind == "counts"
    others = [c for c in contents.choices if c != contents.label]
    label = COUNTS if counted else contents.label
    if others and not counted:
        best = [contents.label, *others[: BEST - 1]]
        st.segmented_control(
            "Best guesses for the label",
            best,
            default=contents.label,
            key=_key(GUESSES),
            format_func=literal,
            on_change=_guess_chosen,
            args=(_reading(),),
            required=True,
        )
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        rest = [c for c in contents.columns if c != label and c not in others]
        options = [label, *others, *rest][:MOST]
        st.selectbox(
            "Label column",
            options,
            key=_key(LABEL),
            on_change=_read_again,
            args=(_reading(),),
            help=f"Used because {literal(contents.reason)}."
            if contents.reason != "chosen by you"
            else "Chosen by you.",
            width=260,
        )
        if not counted:
            splits = [NO_SPLIT, *(c for c in contents.columns if c != contents.label)][:MOST]
            chosen = contents.split_column if contents.split_column in splits else NO_SPLIT
            st.selectbox(
                "Column that says train or test",
                splits,
                index=splits.index(chosen),
                key=_key(SPLIT),
                on_change=_read_again,
                args=(_reading(),),
                width=260,
            )
        if contents.labels.multi is not None or _given("separator") == NONE:
            st.toggle(
                "Several labels in a cell",
                contents.labels.multi is not None,
                key=_key(CELLS),
                on_change=_read_again,
                args=(_reading(),),
            )
        if contents.header:
            st.toggle(
                "The first row names the columns",
                contents.header == YES,
                key=_key(HEADER),
                on_change=_header_changed,
                args=(_reading(),),
            )


def _given(option: str) -> str:
    """An option that the file is read with."""
    file = current_file()
    return "" if file is None or file.job is None else str(getattr(file.job.request, option))


def _guess_chosen(reading: str) -> None:
    _read_again(reading, _chosen(GUESSES))


def _header_changed(reading: str) -> None:
    """Read the file again with other names, so that columns are guessed anew."""
    file = _file_of(reading)
    if file is not None:
        with toasts():
            file.inspect(header=YES if _chosen(HEADER, True) else NO)


def _read_again(reading: str, guess: object = None) -> None:
    file = _file_of(reading)
    if file is None:
        return
    label, split = guess or _chosen(LABEL), _chosen(SPLIT)
    several = _chosen(CELLS, True)
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
