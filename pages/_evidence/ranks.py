"""Average ranks over settings, and which methods they cannot tell apart."""

from __future__ import annotations

import html

import streamlit as st

from harmony_core.plots.studies import critical_difference_diagram
from harmony_core.studies.statistics import Statistics

from .._shared.tables import cells, table
from .._shared.theme import theme


def ranks(statistics: Statistics) -> None:
    """The diagram and its table; nothing for a single setting or method."""
    found = statistics.ranks
    if found is None:
        return
    st.header("Average ranks", anchor=False)
    st.html(
        f'<p class="note">Over {found.settings} settings; 1 is best. A bar joins methods that '
        "differ by less than the critical difference of the Nemenyi test at 5 %, "
        f"{found.critical_difference:.2f} ranks, and so are not distinguishable (Demšar 2006).</p>"
    )
    st.plotly_chart(
        critical_difference_diagram(
            found.labels, found.ranks, found.critical_difference, found.groups, theme()
        ),
        theme=None,
        key="evidence-ranks",
        config={"displaylogo": False, "displayModeBar": False},
        alt="Average ranks of the methods; the table below has its numbers.",
    )
    rows = []
    for label, rank in zip(found.labels, found.ranks, strict=True):
        near = {other for group in found.groups if label in group for other in group} - {label}
        named = ", ".join(other for other in found.labels if other in near)
        rows.append((label, [*cells([f"{rank:.2f}"]), f"<td>{html.escape(named or '–')}</td>"]))
    table("Average ranks", ["Method", "Average rank", "Not distinguishable from"], rows)
