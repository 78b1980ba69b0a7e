"""Five hundred hostile links: each is read or refused in one sentence, for little work."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from harmony_core.config import ExperimentConfig
from harmony_core.errors import ConfigError, HarmonyError
from harmony_core.experiments.complete import complete
from harmony_core.experiments.link import from_query, to_query
from harmony_core.experiments.price import check_price
from harmony_core.quotas import quotas
from tests.hostile_links import BY_HAND, Query, generated

LINKS = BY_HAND + generated(500, seed=7)
MOST_CALLS = 100_000
"""Calls of functions for a link; the most needed of these is some 30,000, in a few milliseconds."""
LONGEST_MESSAGE = 1_500


def priced(query: Query) -> ExperimentConfig:
    """What a server does with a link before it draws data or starts anything."""
    config = complete(from_query(query))
    check_price(config, quotas(), samples=10_000)
    return config


def calls(query: Query) -> int:
    """How many functions are called until a link is refused or priced."""
    count = 0

    def note(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        priced(query)
    except HarmonyError:
        pass
    finally:
        sys.setprofile(None)
    return count


def test_a_hostile_link_is_an_experiment_or_one_sentence() -> None:
    read = 0
    for query in LINKS:
        try:
            config = priced(query)
        except HarmonyError as error:
            said = str(error)
            assert said.startswith("Expected "), (query, said)
            assert len(said) < LONGEST_MESSAGE, (query, said[:300])
            assert said.isprintable() or "\n" in said, (query, said)
        else:
            read += 1
            assert complete(from_query(to_query(config))) == config, query
    assert 10 <= read <= len(LINKS) - 400


def test_a_hostile_link_costs_little_before_it_is_priced() -> None:
    priced({"v": "4"})  # what is imported or cached once is no cost of a link
    worst = max(LINKS, key=calls)
    assert calls(worst) < MOST_CALLS, worst


@pytest.mark.parametrize("query", [{"m": []}, {"data": []}, {"v": []}])
def test_an_empty_list_is_refused(query: Query) -> None:
    with pytest.raises(ConfigError, match="once"):
        from_query(query)
