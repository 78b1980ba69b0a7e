"""Which samples the checks marked: a table to filter and sort, pictures, its first rows as text.

Axes: m marks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from harmony_core.inspection.quality import Quality
from harmony_core.inspection.quality.flagged import Flagged
from harmony_core.inspection.quality.measures import CHECKS
from harmony_core.plots.png_uri import png_uri

from .._shared.markdown import literal, spoken
from .._shared.tables import cells, table
from .._shared.widgets import set_widget

CHECK, CLASS, SPLIT = "inspect-of-check", "inspect-of-class", "inspect-of-part"
ALL = "all"
MOST = 5_000
"""Rows sent to the browser."""
PLAIN = 20
"""Rows that are also there as plain text."""
GALLERY = 48
SCORE = (
    "How well the label fits, from 0 to 1; lower is worse. Suspect labels: the probability the "
    "model gives the label. Conflicting duplicates: the share of the equal samples that have it. "
    "Other checks do not judge labels."
)
PLAIN_HEAD = ["Sample", "Label", "Check", "What was found", "Score", "Suggested label"]


def flagged_rows(quality: Quality, names: tuple[str, ...]) -> None:
    """The marked samples, if there are any."""
    flagged = quality.flagged
    if flagged is None or not len(flagged):
        return
    with st.expander(f"Which samples? {len(flagged):,} flags, one by one"):
        kept = _filtered(flagged, names)
        for line in _counted(flagged, kept):
            st.caption(spoken(line))
        if not len(kept):
            return
        shown = kept[:MOST]
        st.dataframe(
            _columns(flagged, shown),
            hide_index=True,
            height=min(38 * (len(shown) + 1), 420),
            column_config={
                "Picture": st.column_config.ImageColumn("Picture"),
                "Score": st.column_config.NumberColumn("Score", format="%.3f", help=SCORE),
            },
        )
        _gallery(flagged, kept)
        with st.popover(f"The first {min(PLAIN, len(kept))} as plain text"):
            table("Marked samples", PLAIN_HEAD, _plain(flagged, kept[:PLAIN]))


def _filtered(flagged: Flagged, names: tuple[str, ...]) -> np.ndarray:
    """(m,) rows of the table that the reader wants to see."""
    checks = list(dict.fromkeys(flagged.check))
    marked = set(flagged.label)
    classes = [name for name in names if name in marked]
    splits = sorted({split for split in flagged.split if split})
    with st.container(horizontal=True, gap="small"):
        first = "suspects" if "suspects" in checks else ALL
        check = _choice(
            "Check", CHECK, checks, lambda c: "All checks" if c == ALL else CHECKS[c].title, first
        )
        label = _choice("Label", CLASS, classes, lambda c: "All labels" if c == ALL else c)
        split = ALL
        if len(splits) > 1:
            split = _choice("Split", SPLIT, splits, lambda c: "All splits" if c == ALL else c)
    kept = np.ones(len(flagged), dtype=bool)
    for wanted, column in ((check, flagged.check), (label, flagged.label), (split, flagged.split)):
        if wanted != ALL:
            kept &= np.array([cell == wanted for cell in column])
    return np.flatnonzero(kept)


def _choice(
    title: str, key: str, options: list[str], words: Callable[[str], str], first: str = ALL
) -> str:
    offered = [ALL, *options]
    if st.session_state.get(key) not in offered:
        set_widget(key, first)
    return str(st.selectbox(title, offered, key=key, format_func=words, width=240))


def _counted(flagged: Flagged, kept: np.ndarray) -> list[str]:
    said = []
    if len(kept) > MOST:
        said.append(f"The first {MOST:,} of {len(kept):,}; the downloads have all.")
    for check, more in flagged.left_out.items():
        said.append(f"{CHECKS[check].title}: {more:,} further marks are counted, but not listed.")
    return said


def _columns(flagged: Flagged, rows: np.ndarray) -> dict[str, list[object]]:
    """Columns by title, for the interactive table."""
    place = {int(row): k for k, row in enumerate(flagged.pictured)}
    columns: dict[str, list[object]] = {}
    at = [int(i) for i in rows]
    if any(i in place for i in at):
        columns["Picture"] = [
            png_uri(flagged.pictures[place[i]]) if i in place else None for i in at
        ]
    columns["Sample"] = [flagged.sample[i] for i in at]
    columns["Label"] = [flagged.label[i] for i in at]
    columns["Suggested label"] = [flagged.suggested_label[i] for i in at]
    columns["Score"] = [
        None if np.isnan(flagged.score[i]) else round(float(flagged.score[i]), 4) for i in at
    ]
    columns["Check"] = [CHECKS[flagged.check[i]].title for i in at]
    columns["What was found"] = [flagged.reason[i] for i in at]
    if any(flagged.split):
        columns["Split"] = [flagged.split[i] for i in at]
    columns["Position"] = [int(flagged.index[i]) for i in at]
    return columns


def _plain(flagged: Flagged, rows: np.ndarray) -> list[tuple[str, list[str]]]:
    return [
        (
            flagged.sample[i],
            cells(
                [
                    flagged.label[i], CHECKS[flagged.check[i]].title, flagged.reason[i],
                    "–" if np.isnan(flagged.score[i]) else f"{flagged.score[i]:.3f}",
                    flagged.suggested_label[i] or "–",
                ]
            ),
        )
        for i in rows.tolist()
    ]  # fmt: skip


def _gallery(flagged: Flagged, kept: np.ndarray) -> None:
    """Pictures of the marked images, with their label and the suggested one."""
    shown = np.flatnonzero(np.isin(flagged.pictured, kept))[:GALLERY].tolist()
    if not shown:
        return
    captions = []
    for k in shown:
        i = int(flagged.pictured[k])
        better = flagged.suggested_label[i]
        label = flagged.label[i]
        captions.append(literal(f"{label} → {better}" if better else label))
    with st.container(key="inspect-pictures"):
        st.image([flagged.pictures[k] for k in shown], width=72, caption=captions)
    if len(kept) > len(shown):
        st.caption(f"Pictures of {len(shown):,} of {len(kept):,} marks.")
