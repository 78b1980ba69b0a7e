"""Tables of figures as HTML, with real headers, which scroll sideways on their own."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import streamlit as st


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[tuple[str, Sequence[str]]],
    *,
    marks: bool = False,
) -> None:
    """Rows are a name and finished cells (``<td>…</td>``); ``marks``: row i is method i."""
    titles = "".join(f'<th scope="col">{html.escape(title)}</th>' for title in head)
    names = [(mark(i) if marks else "") + html.escape(name) for i, (name, _) in enumerate(rows)]
    body = "".join(
        f'<tr><th scope="row">{name}</th>{"".join(cells)}</tr>'
        for name, (_, cells) in zip(names, rows, strict=True)
    )
    st.html(
        f'<div class="figures" tabindex="0" role="region" aria-label="{html.escape(caption)}">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


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


def cells(values: Sequence[str]) -> list[str]:
    """Plain cells of texts."""
    return [f"<td>{html.escape(value)}</td>" for value in values]


def mark(method: int) -> str:
    """The square in the colour of a method."""
    return f'<span class="mark" style="background:var(--m{method % 8})"></span>'
