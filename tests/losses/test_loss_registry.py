"""The declarations, and building by name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from harmony_core.errors import ConfigError
from harmony_core.losses import LOSSES, build_loss

DOCS = Path(__file__).parents[2] / "docs" / "losses.md"
RELEASED = [
    "ce",
    "weighted_ce",
    "class_balanced",
    "focal",
    "cb_focal",
    "ghm",
    "ldam",
    "balanced_softmax",
    "logit_adjusted",
    "vs",
    "ib",
    "harmonized",
]
"""The losses of version 0.1.0, whose names are in links, run folders and commands."""


def test_released_losses_keep_their_names_and_their_order() -> None:
    assert [name for name in LOSSES if name in RELEASED] == RELEASED
    assert all(spec.name == name for name, spec in LOSSES.items())


@pytest.mark.parametrize("name", LOSSES)
def test_declarations_are_fit_to_be_shown(name: str) -> None:
    spec = LOSSES[name]
    assert spec.title
    assert spec.reference
    assert spec.summary.endswith(".")
    assert spec.equation.count("{") == spec.equation.count("}")
    assert len(re.findall(r"\\left", spec.equation)) - spec.equation.count(r"\leftarrow") == len(
        re.findall(r"\\right", spec.equation)
    )
    for parameter in spec.parameters:
        assert parameter.check(parameter.default) == parameter.default
        assert parameter.help.endswith(".")
        if not isinstance(parameter.default, bool | str):
            assert parameter.low is not None
            assert parameter.high is not None


def test_the_documentation_lists_every_loss_with_its_source() -> None:
    rows = {
        line.split("|")[1].strip(" `"): line
        for line in DOCS.read_text("utf-8").splitlines()
        if line.startswith("| `")
    }
    assert [name for name in rows if "@" not in name] == list(LOSSES)
    for name, spec in LOSSES.items():
        for paper in re.findall(r"arXiv:([\d.]+)", spec.reference.split(";")[0]):
            assert paper in rows[name]


def test_the_harmonized_loss_is_called_a_reconstruction() -> None:
    assert "reconstruction" in LOSSES["harmonized"].reference


def test_declarations_cost_no_torch() -> None:
    code = "import sys, harmony_core, harmony_core.losses; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_losses_and_parameters_list_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"one of ce, weighted_ce, .*, harmonized.*'triplet'"):
        build_loss("triplet", [3, 1])
    with pytest.raises(ConfigError, match=r"loss `focal` \(gamma\), but got 'beta'"):
        build_loss("focal", [3, 1], beta=0.5)
    with pytest.raises(ConfigError, match=r"parameter of loss `ce` \(none\)"):
        build_loss("ce", [3, 1], weight=2)


def test_presets_are_settings_that_can_be_overridden() -> None:
    literal = build_loss("harmonized", [50, 5], preset="literal")
    assert (literal.alpha, literal.envelope, literal.smoothing) == (1.0, False, 0.0)
    assert literal.inter == "weight"
    assert build_loss("harmonized", [50, 5], preset="literal", alpha=0.5).alpha == 0.5
    resolved = LOSSES["harmonized"].resolve({"preset": "one_density"})
    assert (resolved["classwise"], resolved["fixed_bins"]) == (False, 30)
    assert "preset" not in resolved
    with pytest.raises(ConfigError, match=r"literal, intra_only, inter_only, one_density"):
        build_loss("harmonized", [50, 5], preset="verbatim")
    with pytest.raises(ConfigError, match="preset of loss `ce`"):
        build_loss("ce", [50, 5], preset="literal")


@pytest.mark.parametrize("name", LOSSES)
def test_losses_draw_no_random_numbers(name: str) -> None:
    before = torch.get_rng_state()
    build_loss(name, [5, 3])(torch.zeros(4, 2), torch.tensor([0, 1, 0, 1]), torch.ones(4, 3))
    assert torch.equal(torch.get_rng_state(), before)
