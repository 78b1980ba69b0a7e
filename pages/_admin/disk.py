"""The disk of a shared server: how much visitors may take, and what went to make room."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from harmony_core.quotas import quotas
from harmony_core.serving.made_room import gone
from harmony_core.serving.usage import Usage

from .._session.visitor import visitor
from .._shared.backend import store
from .._shared.status import made
from .._shared.tables import cells, table
from .words import name, size

MOST = 50
"""Experiments listed that went, the last ones."""


def disk(found: Sequence[Usage]) -> None:
    """What visitors take of what they may, and which experiments went."""
    if not visitor().shared:
        return
    limits = quotas()
    taken = sum(one.size + one.binned for one in found if one.owner)
    st.caption(
        f"Visitors take {size(taken)} of {limits.disk_mb:,.0f} MB, and each may take "
        f"{limits.disk_visitor_mb:,.0f} MB. Beyond that the oldest experiments go by themselves, "
        "deleted ones first; pinned ones, those that train and those of open classes stay."
    )
    went = gone(store().root)[: -MOST - 1 : -1]
    if not went:
        return
    with st.expander(f"Deleted to make room ({len(went)})", key="admin-went"):
        table(
            "Experiments deleted to make room",
            ["When", "Visitor", "Experiment", "Size", "In the bin before"],
            [
                (
                    made(one.at),
                    cells(
                        [name(one.owner), one.title, size(one.size), "yes" if one.binned else "no"]
                    ),
                )
                for one in went
            ],
        )
