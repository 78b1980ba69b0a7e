"""Recent experiments in the sidebar: the visitor's own first; find, open, compare, delete."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.experiments.method_text import method_labels
from harmony_core.runs.record import ExperimentRecord

from .._experiment.scores import picture, scores
from .._session import draft, own_runs
from .._session.visitor import access
from .._shared.backend import store
from .._shared.labels import data_title, run_title
from .._shared.markdown import literal, spoken
from .._shared.messages import toasts
from .._shared.status import ICONS, NAMES, age
from .._shared.theme import theme
from .._shared.widgets import set_widget
from .deleted import deleted
from .room import room_taken

NEWEST = 12
"""Experiments shown at first, and added by every press of the button below them."""
METHODS = 2
"""Methods that a row names."""
_SHOWN = "history-shown"


def history(shown: str) -> None:
    """The newest experiments that fit what is searched for, and those that were deleted.

    ``shown`` is the one on the page.
    """
    _kept(shown)
    deleted()
    room_taken()


def _kept(shown: str) -> None:
    ids = access().listed()
    if not ids:
        st.caption("No experiment yet. Press Train and it will be kept here.")
        return
    wanted = st.text_input(
        "Find experiments",
        key="history-find",
        placeholder="Title, data or method",
        icon=":material/search:",
    )
    found = _fitting(ids, wanted)
    if not found:
        st.caption("No experiment has all these words in its title, data or methods.")
        return
    top = st.container()
    own, others = own_runs.split(found)
    most = int(st.session_state.get(_SHOWN, NEWEST))
    earlier = "Yours, from before" if access().visitor.shared else "On this server"
    pictures: list[str] = []
    for heading, group in (("Started in this browser", own), (earlier, others)):
        if group and own:
            st.caption(heading)
        pictures += [_entry(run, current=run == shown) for run in group[:most]]
        most = max(0, most - len(group))
    st.html(f"<style>{''.join(pictures)}</style>")
    left = len(found) - int(st.session_state.get(_SHOWN, NEWEST))
    if left > 0:
        st.button(
            f"Show {min(NEWEST, left)} more of {left} older experiments",
            key="history-more",
            on_click=_more,
            width="stretch",
        )
    with top:
        _comparison(found)


def _fitting(ids: Sequence[str], wanted: str) -> list[str]:
    """Those whose title, data or methods have every word; all of them, unread, without any."""
    words = wanted.casefold().split()
    if not words:
        return list(ids)
    return [run for run in ids if all(word in _text(run) for word in words)]


def _text(run: str) -> str:
    try:
        record = store().get(run)
    except HarmonyError:
        return run
    config = record.config
    said = (run, record.title, data_title(config), config.data.name, *method_labels(config.methods))
    return " ".join(said).casefold()


def _comparison(found: Sequence[str]) -> None:
    """What to do with the chosen experiments: two are compared."""
    chosen = [run for run in found if st.session_state.get(f"compare-{run}")]
    if len(chosen) == 2:
        st.page_link(
            "pages/compare.py",
            label="Compare the two chosen experiments",
            icon=":material/compare_arrows:",
            query_params={"a": chosen[0], "b": chosen[1]},
        )
    elif len(chosen) > 2:
        st.caption(f"{len(chosen)} chosen; two can be compared.")
    else:
        st.caption("Choose two with their boxes to compare them.")


def _entry(run: str, *, current: bool) -> str:
    """One row; the style rule of its picture."""
    try:
        record = store().get(run)
    except HarmonyError as error:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
            st.caption(f":material/broken_image: {run}: unreadable", help=spoken(str(error)))
            _menu(run, run, deletable=True)
        return ""
    title = literal(run_title(record))
    with st.container(
        horizontal=True, gap="xsmall", vertical_alignment="center", key=f"history-{run}"
    ):
        st.checkbox(
            f"Compare {title}, {run[-4:]}", key=f"compare-{run}", label_visibility="collapsed"
        )
        st.button(
            f"{title}  \n:small[{_figures(record)}]  \n:small[{_when(record)}]{_pin_mark(run)}",
            key=f"open-{run}",
            on_click=draft.open_run,
            args=(run,),
            type="secondary" if current else "tertiary",
            width="stretch",
        )
        _menu(run, run_title(record), deletable=not record.active)
    return f'.st-key-open-{run} button{{--picture:url("{picture(record, theme())}")}}'


def _figures(record: ExperimentRecord) -> str:
    """The first methods with their balanced accuracy, the best first, and how many others."""
    found = sorted(scores(record), key=lambda score: -score[1])
    said = [f"{literal(label)} {value:.1f}\N{NO-BREAK SPACE}%" for label, value in found]
    said = said or [literal(label) for label in method_labels(record.config.methods)]
    more = len(said) - METHODS
    return ", ".join(said[:METHODS] + ([f"+{more}"] if more > 0 else []))


def _when(record: ExperimentRecord) -> str:
    state = f":material/{ICONS[record.state]}: {NAMES[record.state]}"
    return f"{state} · {age(record.created)} · {record.id[-4:]}"


def _pin_mark(run: str) -> str:
    return "  \n:small[:material/keep: Pinned]" if _pinned(run) else ""


def _pinned(run: str) -> bool:
    """Whether it stays when room is made, which happens on a shared server alone."""
    return access().visitor.shared and store().pinned(run)


def _menu(run: str, title: str, *, deletable: bool) -> None:
    shared = access().visitor.shared
    with st.popover(
        f"{'Rename, pin' if shared else 'Rename'} or delete {literal(title)}, {run[-4:]}",
        icon=":material/more_horiz:",
        type="tertiary",
        key=f"menu-{run}",
    ):
        st.text_input(
            "Title", value=title, key=f"title-{run}", on_change=_rename, args=(run,), max_chars=120
        )
        if shared:
            set_widget(f"pin-{run}", _pinned(run))
            st.toggle(
                "Pinned",
                key=f"pin-{run}",
                on_change=_pin,
                args=(run,),
                help="It stays when older experiments go to make room. It still counts.",
            )
        if not deletable:
            st.caption("Stop it before deleting it.")
            return
        sure = st.checkbox(
            "Yes, delete it with all its results; it can be restored for up to a week",
            key=f"sure-{run}",
        )
        st.button(
            f"Delete {literal(title)}",
            icon=":material/delete:",
            key=f"delete-{run}",
            disabled=not sure,
            on_click=_delete,
            args=(run,),
        )


def _more() -> None:
    st.session_state[_SHOWN] = int(st.session_state.get(_SHOWN, NEWEST)) + NEWEST


def _rename(run: str) -> None:
    with toasts():
        access().rename(run, st.session_state[f"title-{run}"])


def _pin(run: str) -> None:
    with toasts():
        access().pin(run, stays=bool(st.session_state[f"pin-{run}"]))


def _delete(run: str) -> None:
    with toasts():
        access().delete(run)
        if draft.shown_run() == run:
            draft.show_run("")
