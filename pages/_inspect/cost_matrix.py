"""What errors cost: a matrix to edit, and which method is cheapest by it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from harmony_core.arrays import Array
from harmony_core.inspection.pilot.costs import LARGEST, PER, costs, equal_costs, rarity_costs
from harmony_core.inspection.pilot.pilot import Pilot

from .._shared.markdown import spoken
from .._shared.messages import messages
from .._shared.tables import cells, table
from .._shared.widgets import set_widget

START = "inspect-of-costs"
STARTS = {"equal": "Every error costs 1", "rarity": "By the rarity of the true class"}
EDITOR = "inspect-of-cost-matrix"


def cost_section(pilot: Pilot) -> None:
    """The matrix, and what every method costs by it."""
    st.subheader("What do errors cost?", anchor=False)
    if len(pilot.names) > LARGEST:
        st.caption(f"A cost matrix can be edited for up to {LARGEST} classes.")
        return
    st.caption(
        "Enter what it costs to answer the column’s class where the row’s is true; any unit. The "
        "answers stay the most probable classes; only what they cost is counted."
    )
    if st.session_state.get(START) not in STARTS:
        set_widget(START, "equal")
    start = st.segmented_control(
        "Start from", list(STARTS), key=START, format_func=STARTS.__getitem__, required=True
    )
    with messages():
        _costs(pilot, _edited(pilot, str(start)))


def _edited(pilot: Pilot, start: str) -> Array:
    matrix = equal_costs(pilot) if start == "equal" else rarity_costs(pilot)
    columns = [f"as {name}" for name in pilot.names]
    given = pd.DataFrame(matrix, index=list(pilot.names), columns=columns)
    given.index.name = "true class"
    edited = st.data_editor(
        given,
        key=f"{EDITOR}-{start}",
        column_config={
            name: st.column_config.NumberColumn(min_value=0.0, step=0.01) for name in columns
        },
    )
    return np.asarray(edited.to_numpy(dtype=float))


def _costs(pilot: Pilot, matrix: Array) -> None:
    found = costs(pilot, matrix)
    if not found:
        return
    cheapest = pilot.trial(found[0].name).label
    rows = []
    for i, cost in enumerate(found):
        name = pilot.trial(cost.name).label
        dearer = "–" if i == 0 else f"{cost.dearer} of {cost.splits}"
        shown = f"{cost.mean:,.1f} ({cost.low:,.1f}–{cost.high:,.1f})"
        rows.append((f"◆ {name}" if i == 0 else name, cells([shown, dearer])))
    said = f"Cheapest: {cheapest}, {found[0].mean:,.1f} per {PER:,} samples"
    if len(found) > 1:
        second = found[1]
        said += (
            f"; next {pilot.trial(second.name).label}, {second.mean:,.1f}, dearer in "
            f"{second.dearer} of {second.splits} splits"
        )
    st.markdown(spoken(f"{said}."))
    table(
        "Cost of each method",
        ["Method", f"Cost per {PER:,} samples (95 % interval)", "Dearer than the cheapest in"],
        rows,
    )
