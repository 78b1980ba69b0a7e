"""The quotas of a server, from its environment."""

from __future__ import annotations

import dataclasses

import pytest

from harmony_core.errors import ConfigError
from harmony_core.quotas import Quotas, quotas

FIELDS = [item.name for item in dataclasses.fields(Quotas)]


def test_without_variables_the_defaults_hold() -> None:
    assert quotas({}) == Quotas()


@pytest.mark.parametrize("name", FIELDS)
def test_every_limit_can_be_set(name: str) -> None:
    given = quotas({f"HARMONY_{name.upper()}": "7"})
    assert getattr(given, name) == 7
    assert dataclasses.replace(given, **{name: getattr(Quotas(), name)}) == Quotas()


@pytest.mark.parametrize("text", ["many", "0", "-1", "nan", "inf", "1e999"])
@pytest.mark.parametrize("name", FIELDS)
def test_what_is_no_limit_is_refused(name: str, text: str) -> None:
    with pytest.raises(ConfigError, match=f"HARMONY_{name.upper()} to be .* above 0"):
        quotas({f"HARMONY_{name.upper()}": text})
