"""Pixels as a link that holds the picture itself."""

from __future__ import annotations

import base64
import io

from ..arrays import Array


def png_uri(pixels: Array) -> str:
    """A PNG of (h, w), (h, w, 3) or (h, w, 4) uint8 as a data URI.

    >>> import numpy as np
    >>> png_uri(np.zeros((1, 1, 3), dtype=np.uint8))[:30]
    'data:image/png;base64,iVBORw0K'
    """
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
