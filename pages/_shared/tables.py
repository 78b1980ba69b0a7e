"""Tables of figures as HTML, with real headers, which scroll sideways on their own."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import streamlit as st

from harmony_core.plots.html_parts import cells, figures_table, mark

__all__ = ["cells", "grouped_table", "mark", "table"]


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str]]],
    *,
    marks: bool = False,
) -> None:
    """Rows are a name and finished cells (``<td>…</td>``); ``marks``: row i is method i."""
    st.html(figures_table(caption, head, rows, marks=marks))


def grouped_table(
    caption: str, head: Sequence[str], groups: Mapping[str, Sequence[tuple[str, Sequence[str]]]]
) -> None:
    """As `table`, with a heading above the rows of each group."""
    titles = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in head)
    body = ""
    for group, rows in groups.items():
        wide = f'<th class="group" scope="rowgroup" colspan="{len(head)}">'
        body += f"<tbody><tr>{wide}{html.escape(group)}</th></tr>"
        body += "".join(
            f'<tr><th scope="row">{html.escape(name)}</th>{"".join(cells)}</tr>'
            for name, cells in rows
        )
        body += "</tbody>"
    st.html(
        f'<div class="figures" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
        f"<table><thead><tr>{titles}</tr></thead>{body}</table></div>"
    )
