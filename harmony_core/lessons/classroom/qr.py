"""A QR code of a link, as SVG."""

from __future__ import annotations

import io

import segno


def qr_svg(link: str) -> str:
    """Black on white, with the quiet margin that scanners need, in any theme."""
    out = io.BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, border=4, light="#fff", omitsize=True)
    return out.getvalue().decode()
