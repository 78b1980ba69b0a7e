"""The visits whose visitors may use the server: all, or those who have signed in if they must."""

from __future__ import annotations

from streamlit import runtime

from harmony_core.serving.people import login_required

_admitted: set[str] = set()


def admit(visit: str) -> None:
    """Let a visit in, by its id, and forget those that are over."""
    if login_required() and visit not in _admitted:
        if runtime.exists():
            active = runtime.get_instance().is_active_session
            _admitted.difference_update({old for old in _admitted if not active(old)})
        _admitted.add(visit)


def is_admitted(visit: str) -> bool:
    """Whether a visit has been let in."""
    return visit in _admitted or not login_required()
