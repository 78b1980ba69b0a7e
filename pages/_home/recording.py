"""A recorded experiment that plays by itself, if one ships with the app."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.viewer.payload import Payload, unpack_payload

from .._session.lockstep_view import lockstep_view
from .._shared.app_files import ROOT

RECORDING = ROOT / "assets" / "replays" / "hard_head.bin"
"""A `Payload` from its first frame on, as `scripts/make-replay` writes it."""


def replay() -> bool:
    """Play the recording; show nothing if there is none or it cannot be read."""
    payload = _recording(RECORDING, _changed(RECORDING))
    if payload is not None:
        with st.container(key="replay"):
            lockstep_view(payload, key="home", live=False, autoplay=True)
    return payload is not None


def _changed(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=2)
def _recording(path: Path, changed: int) -> Payload | None:
    if not changed:
        return None
    try:
        return unpack_payload(path.read_bytes())
    except (HarmonyError, ValueError, OSError):
        return None
