"""The embedding's part of the link: settings of the map, its style, and the chosen samples.

Usual values are left out. A link is read once, when it is opened; after that the controls lead and
the link follows. A value that is not allowed is refused in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from harmony_core.errors import ConfigError, HarmonyError

from .._session.address_bar import rewriting
from .._shared.messages import messages

_NOTED = "embedding link"
_PROBLEM = "embedding link problem"
Reader = Callable[[str], None]
"""Takes over a value of the link, ``""`` for the usual one."""


def read_link(run: str, readers: Mapping[str, Reader], *, again: bool) -> None:
    """Pass to ``readers`` the values that this session did not write to the link itself.

    ``again``: the page was on screen before. A value that is missing from the link was then taken
    back, as the reader went back in the history; on a page just opened it is merely not given.
    """
    noted = _noted(run)
    for key, reader in readers.items():
        value = st.query_params.get(key, "")
        if noted.get(key) == value or not (value or (again and key in noted)):
            continue
        try:
            reader(value)
        except HarmonyError as error:
            st.session_state[_PROBLEM] = {"text": f"`{key}` in the link: {error}"}
        noted[key] = value
    st.session_state[_NOTED] = (run, noted)


def write_link(run: str, values: Mapping[str, str]) -> None:
    """Put ``values`` into the link; ``""`` takes one out."""
    with rewriting():
        for key, value in values.items():
            if value and st.query_params.get(key) != value:
                st.query_params[key] = value
            elif not value and key in st.query_params:
                del st.query_params[key]
    noted = _noted(run)
    problem = st.session_state.get(_PROBLEM)
    if problem and "shown" in problem and any(noted.get(k) != v for k, v in values.items()):
        del st.session_state[_PROBLEM]
    noted.update(values)
    st.session_state[_NOTED] = (run, noted)


def report(text: str) -> None:
    """Something else was wrong with the link."""
    st.session_state[_PROBLEM] = {"text": text}


def show_problem() -> None:
    """What was wrong with the link, until the reader changes something."""
    problem = st.session_state.get(_PROBLEM)
    if problem:
        messages().say(problem["text"])
        problem["shown"] = True


def whole_numbers(text: str, below: int, what: str) -> list[int]:
    """``2_7`` as numbers below a bound."""
    parts = text.split("_") if text else []
    if all(p.isascii() and p.isdigit() and len(p) < 7 and int(p) < below for p in parts):
        return sorted({int(p) for p in parts})
    raise ConfigError(
        f"Expected numbers of {what} from 0 to {below - 1} joined by _, but got {text[:40]!r}."
    )


def one_of(text: str, known: Mapping[str, object], usual: str) -> str:
    """``text`` if it is a known value; ``usual`` for none."""
    if not text:
        return usual
    if text in known:
        return text
    raise ConfigError(f"Expected {', '.join(known)}, but got {text[:40]!r}.")


def _noted(run: str) -> dict[str, str]:
    """The values last read from or written to the link; none if it was another experiment's."""
    known, noted = st.session_state.get(_NOTED, ("", {}))
    return dict(noted) if known == run else {}
