from __future__ import annotations

import math

import pytest

from harmony_core.errors import ConfigError
from harmony_core.parameters import Parameter, check_number, choose, resolve, show

ALPHA = Parameter("alpha", 0.3, "Strength.", low=0.0, high=1.0)
BINS = Parameter("bins", 10, "Regions.", low=2, high=30)
ENVELOPE = Parameter("envelope", True, "Monotone.")
INTER = Parameter("inter", "margin", "Form.", choices=("margin", "weight", "none"))
DECLARED = (ALPHA, BINS, ENVELOPE, INTER)


def test_defaults_fill_in_what_is_not_given() -> None:
    assert resolve({"alpha": 1}, DECLARED, "loss `harmonized`") == {
        "alpha": 1.0,
        "bins": 10,
        "envelope": True,
        "inter": "margin",
    }


def test_a_value_takes_the_type_of_the_default() -> None:
    values = resolve({"alpha": 1, "bins": 12.0}, DECLARED, "loss")
    assert type(values["alpha"]) is float
    assert type(values["bins"]) is int


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (ALPHA, "0.3"),
        (ALPHA, True),
        (ALPHA, None),
        (ALPHA, math.nan),
        (ALPHA, math.inf),
        (ALPHA, -0.001),
        (ALPHA, 1.001),
        (ALPHA, 10**400),
        (BINS, 2.5),
        (BINS, 1),
        (BINS, 31),
        (BINS, False),
        (ENVELOPE, 1),
        (ENVELOPE, "true"),
        (INTER, "Margin"),
        (INTER, ["margin"]),
        (INTER, None),
    ],
)
def test_a_wrong_value_is_refused_by_name(parameter: Parameter, value: object) -> None:
    with pytest.raises(ConfigError, match=f"Expected loss `{parameter.name}` to be .*but got"):
        parameter.check(value, "loss")


@pytest.mark.parametrize("bound", [0.0, 1.0])
def test_both_ends_of_a_range_belong_to_it(bound: float) -> None:
    assert ALPHA.check(bound) == bound


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"loss `x` \(alpha, bins, envelope, inter\).*'alhpa'"):
        resolve({"alhpa": 1.0}, DECLARED, "loss `x`")
    with pytest.raises(ConfigError, match=r"\(none\)"):
        resolve({"alpha": 1.0}, (), "loss `ce`")


def test_the_message_names_the_range() -> None:
    with pytest.raises(ConfigError, match=r"Expected epochs to be from 1 to 2147483647, but got 0"):
        check_number(0, "epochs", 1, 2**31 - 1, whole=True)
    with pytest.raises(ConfigError, match=r"Expected lr to be at least 0, but got -1"):
        check_number(-1, "lr", 0)
    with pytest.raises(ConfigError, match=r"Expected lr to be a finite number at most 2, but got"):
        check_number("x", "lr", high=2)


def test_choose_compares_by_value_and_lists_the_known() -> None:
    choose("b", ["a", "b"], "letter")
    with pytest.raises(ConfigError, match=r"letter to be one of a, b, but got \['b'\]"):
        choose(["b"], ["a", "b"], "letter")


def test_a_quoted_value_stays_short() -> None:
    nested: list[object] = []
    for _ in range(5000):
        nested = [nested]
    assert len(show(nested)) < 100
    assert len(show("x" * 10_000)) < 100
    assert len(show(list(range(10_000)))) < 100
    assert show("as is") == "'as is'"


def test_text_with_a_pattern_has_to_have_that_form() -> None:
    word = Parameter("word", "", "Letters.", pattern="[a-z]+")
    assert word.check("abc") == "abc"
    assert word.check("") == "", "the default is always allowed"
    for text in ("ABC", "abc\n", "a b"):
        with pytest.raises(ConfigError, match="of the form"):
            word.check(text)
