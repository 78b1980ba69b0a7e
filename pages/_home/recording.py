"""The recorded experiment that plays on the home page, if one ships with the app."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import streamlit as st

from harmony_core.errors import HarmonyError
from harmony_core.viewer.payload import Payload, unpack_payload

from .._session.lockstep_view import lockstep_view
from .._shared.app_files import ROOT

RECORDING = ROOT / "assets" / "replays" / "checkerboard.bin"
"""A packed `Payload` of the whole run, written by `scripts/make-replay`."""


def replay() -> bool:
    """Play the recording and return True, or return False if it is missing or unreadable."""
    payload = _recording(RECORDING, _modified_ns(RECORDING))
    if payload is not None:
        with st.container(key="replay"):
            lockstep_view(payload, key="home", live=False, autoplay=True)
    return payload is not None


def _modified_ns(path: Path) -> int:
    """Time of the last change in nanoseconds, 0 if there is no file."""
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=2)
def _recording(path: Path, modified_ns: int) -> Payload | None:
    if not modified_ns:
        return None
    try:
        return unpack_payload(path.read_bytes())
    except (HarmonyError, ValueError, OSError):
        return None
