"""Hostile links in the address of pages: a message or nothing, never a traceback."""

from __future__ import annotations

import pytest

from tests.hostile_links import BY_HAND, TEXTS, Query, generated

from .conftest import FakeQueue, Open

SOME = [*BY_HAND[1:36:6], *generated(8, seed=11)]
KEYS = {
    "arena": ("run", "epoch", "sample", "repeat"),
    "samples": ("run", "epoch", "sample"),
    "embedding": ("run", "epoch"),
    "compare": ("a", "b"),
    "learn": ("step", "class", "seed", "steps", "scenario", "seat"),
    "teach": ("class", "key", "view", "steps"),
    "glossary": ("term",),
    "evidence": ("study", "figure", "seed"),
}
"""What else pages read from their address."""


def sendable(query: Query) -> dict[str, str | list[str]]:
    """What of a link gets into an address: text that UTF-8 can hold, under a key."""

    def text(value: str) -> str:
        return value.encode("utf-8", "replace").decode()

    return {
        text(key): text(value) if isinstance(value, str) else [text(one) for one in value]
        for key, value in query.items()
        if value
    }  # fmt: skip


@pytest.mark.parametrize("number", range(len(SOME)))
def test_the_arena_refuses_or_shows_it(open_page: Open, queue: FakeQueue, number: int) -> None:
    at = open_page(**{"page": "arena", **sendable(SOME[number])})
    assert not at.exception
    assert not queue.submitted
    assert at.button(key="train")


@pytest.mark.parametrize("page", KEYS)
def test_pages_survive_what_their_keys_may_hold(open_page: Open, page: str) -> None:
    for text in (TEXTS[8] + TEXTS[9], "9" * 400, "-1", "../../x"):
        at = open_page(page, **dict.fromkeys(KEYS[page], text))
        assert not at.exception, text
