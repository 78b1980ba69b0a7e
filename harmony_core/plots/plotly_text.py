"""Text of users in Plotly's figures."""

from __future__ import annotations

from html import escape

from ..printable import printable


def plotly_text(text: str) -> str:
    """``text`` escaped for Plotly, which reads links and other HTML, and fills in ``%{…}``.

    >>> plotly_text('<a href="x">%{y}')
    '&lt;a href="x"&gt;&#37;{y}'
    """
    return escape(printable(text), quote=False).replace("%{", "&#37;{")
