"""How results look: one style for every figure, and the payload of the view in the browser.

Nothing here imports torch or streamlit; arrays come in, plain data goes out.
"""

from .payload import Payload, build_payload, unpack_payload

__all__ = ["Payload", "build_payload", "unpack_payload"]
