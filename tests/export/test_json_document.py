"""The figures in the JSON of a run."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from harmony_core.cli import main

PLANE = "--data hard_head --data-param n_max=60,test_per_class=20 --imbalance-factor 6"


def methods(flags: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    command = f"run {flags} --device cpu --epochs 1 --quiet --json"
    assert main(shlex.split(command)) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["methods"]
    return found


def test_points_in_the_plane_have_more_figures(capsys: pytest.CaptureFixture[str]) -> None:
    found = methods(f"{PLANE} --methods ce,harmonized --repeats 2", capsys)
    assert len(found) == 2
    for method in found:
        for name in ("balanced_accuracy", "disagreement", "hard_part"):
            values = method[name]["values"]
            assert len(values) == 2
            assert all(0 <= value <= 1 for value in values)


def test_images_do_not_have_them(capsys: pytest.CaptureFixture[str]) -> None:
    (method,) = methods("--data digits --methods ce", capsys)
    assert "balanced_accuracy" in method
    assert not {"disagreement", "hard_part"} & set(method)
