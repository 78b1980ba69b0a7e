"""The options: declared once, the same from the shell, the page's request and a dictionary."""

from __future__ import annotations

import argparse
import json
from typing import Any

import pytest

from harmony_core.errors import ConfigError, DataError
from harmony_core.inspection.command import add_parser
from harmony_core.inspection.pilot.contestants import CONTESTANTS, chosen
from harmony_core.inspection.pilot.flags import pilot_options
from harmony_core.inspection.pilot.options import OPTIONS, QUICK, THOROUGH, PilotOptions
from harmony_core.inspection.process.worker import Request


def parsed(*flags: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    return parser.parse_args(["inspect", "a.csv", *flags])


def test_every_option_is_a_field_a_flag_and_part_of_a_request() -> None:
    flags = [
        "--pilot", "--seeds", "7", "--methods", "linear, boosting_balanced", "--epochs", "30",
        "--test-share", "0.25", "--metric", "macro_f1", "--seconds", "90",
    ]  # fmt: skip
    options = pilot_options(parsed(*flags))
    assert options == PilotOptions(7, ("linear", "boosting_balanced"), 30, 0.25, "macro_f1", 90.0)
    assert options is not None
    assert set(options.to_dict()) == {option.name for option in OPTIONS}
    request = Request("a.csv", "out.npz", pilot=True, options=options)
    assert Request.from_json(request.to_json()) == request
    assert PilotOptions.from_dict(json.loads(json.dumps(options.to_dict()))) == options


def test_without_flags_the_pilot_chooses() -> None:
    assert pilot_options(parsed("--pilot")) == PilotOptions()
    assert pilot_options(parsed()) is None
    assert (PilotOptions().splits, PilotOptions().budget) == (QUICK.splits, QUICK.budget)
    assert PilotOptions(seeds=10).budget == THOROUGH.budget > QUICK.budget
    assert PilotOptions(test_share=0.34).folds == 3


def test_an_option_without_the_pilot_is_refused() -> None:
    with pytest.raises(DataError, match="--test-share together with --pilot"):
        pilot_options(parsed("--test-share", "0.3"))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"seeds": 1}, "--seeds"),
        ({"test_share": 0.9}, "--test-share"),
        ({"metric": "ece"}, "--metric"),
        ({"epochs": 2.5}, "--epochs"),
        ({"seconds": 0}, "--seconds"),
        ({"methods": ["svm"]}, "'svm'"),
        ({"methods": []}, "at least one method"),
        ({"folds": 3}, "option of the pilot"),
    ],
)
def test_values_out_of_range_are_said(values: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        PilotOptions.from_dict(values)


def test_methods_are_named_one_by_one_by_family_or_by_remedy() -> None:
    def names(*words: str) -> list[str]:
        return [c.name for c in chosen(words)]

    assert names("boosting_balanced", "logistic") == ["logistic", "boosting_balanced"]
    assert names("network")[0] == "network"
    assert {c.family for c in chosen(("network",))} == {"network"}
    assert {c.remedy for c in chosen(("balanced",))} == {"balanced"}
    assert set(names("default", "logistic")) == {c.name for c in chosen(None, "table")}
    assert {c.family for c in chosen(None, "points")} == {"linear", "network"}  # of images
    simplicity = [c.simplicity for c in CONTESTANTS.values()]
    assert simplicity == sorted(set(simplicity))


def test_every_remedy_belongs_to_a_plain_contestant_of_its_family() -> None:
    for contestant in CONTESTANTS.values():
        assert bool(contestant.remedy) == bool(contestant.plain)
        if contestant.plain:
            plain = CONTESTANTS[contestant.plain]
            assert (plain.family, plain.remedy) == (contestant.family, "")
            assert plain.simplicity < contestant.simplicity
