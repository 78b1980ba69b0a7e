"""The view in the browser: what a page sends it, and the script and styles that draw it.

Nothing here imports torch or streamlit; arrays come in, plain data goes out.
"""

from .bands import view_bands
from .panels import ARENA, DENSITY, WEIGHTS, parts_of
from .payload import Payload, blank_payload, build_payload, unpack_payload

__all__ = [
    "Payload",
    "blank_payload",
    "build_payload",
    "unpack_payload",
    "ARENA",
    "DENSITY",
    "WEIGHTS",
    "parts_of",
    "view_bands",
]
