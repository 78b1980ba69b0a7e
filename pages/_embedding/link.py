"""The embedding's part of the link: settings of the map, its look, and the chosen samples.

What is as usual is left out. A link that somebody opens is read once; after that the controls
lead and the link follows. A value that cannot be is refused in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from harmony_core.errors import ConfigError, HarmonyError

from .._session.address_bar import rewriting
from .._shared.messages import messages

_NOTED = "embedding link"
_PROBLEM = "embedding link problem"
Take = Callable[[str], None]
"""Takes over a value of the link, ``""`` for what is as usual."""


def arrive(run: str, takes: Mapping[str, Take], *, again: bool) -> None:
    """Take over what the link says and this session did not write itself.

    ``again``: the page was on screen before, so what is missing in the link has been taken back
    (the reader went back); on a page just entered it is only not said.
    """
    noted = _noted(run)
    for key, take in takes.items():
        now = st.query_params.get(key, "")
        if noted.get(key) == now or not (now or (again and key in noted)):
            continue
        try:
            take(now)
        except HarmonyError as error:
            st.session_state[_PROBLEM] = {"text": f"`{key}` in the link: {error}"}
        noted[key] = now
    st.session_state[_NOTED] = (run, noted)


def write(run: str, values: Mapping[str, str]) -> None:
    """Put ``values`` into the link; ``""`` takes one out."""
    with rewriting():
        for key, value in values.items():
            if value and st.query_params.get(key) != value:
                st.query_params[key] = value
            elif not value and key in st.query_params:
                del st.query_params[key]
    noted = _noted(run)
    problem = st.session_state.get(_PROBLEM)
    if problem and "told" in problem and any(noted.get(k) != v for k, v in values.items()):
        del st.session_state[_PROBLEM]
    noted.update(values)
    st.session_state[_NOTED] = (run, noted)


def say_problem() -> None:
    """What was wrong with the link, until the reader changes something."""
    problem = st.session_state.get(_PROBLEM)
    if problem:
        messages().say(problem["text"])
        problem["told"] = True


def whole_numbers(text: str, below: int, what: str) -> list[int]:
    """``2_7`` as numbers below a bound."""
    parts = text.split("_") if text else []
    if all(p.isascii() and p.isdigit() and len(p) < 7 and int(p) < below for p in parts):
        return sorted({int(p) for p in parts})
    raise ConfigError(
        f"Expected numbers of {what} from 0 to {below - 1} joined by _, but got {text[:40]!r}."
    )


def one_of(text: str, known: Mapping[str, object], usual: str) -> str:
    """``text`` if it is known."""
    if not text:
        return usual
    if text in known:
        return text
    raise ConfigError(f"Expected {', '.join(known)}, but got {text[:40]!r}.")


def _noted(run: str) -> dict[str, str]:
    """The link's values as this session knows them; of another experiment, none."""
    known, noted = st.session_state.get(_NOTED, ("", {}))
    return dict(noted) if known == run else {}
