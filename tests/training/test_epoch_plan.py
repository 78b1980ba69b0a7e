"""An epoch is a shuffle, or drawn by class at the stated power."""

from __future__ import annotations

import pytest
import torch

from harmony_core.training.epoch_plan import draw_epoch

CPU = torch.device("cpu")


def test_an_epoch_is_a_shuffle_and_samplers_have_streams_of_their_own() -> None:
    targets = torch.tensor([0] * 90 + [1] * 10)
    counts = torch.tensor([90, 10])

    def draw(names: set[str], epoch: int = 0) -> dict[str, torch.Tensor]:
        return draw_epoch(targets, counts, frozenset(names), 5, epoch, False, CPU).index

    both = draw({"uniform", "class_balanced"})
    assert sorted(both["uniform"].tolist()) == list(range(100))
    assert torch.equal(both["class_balanced"], draw({"class_balanced"})["class_balanced"])
    assert not torch.equal(both["uniform"], draw({"uniform"}, epoch=1)["uniform"])


@pytest.mark.parametrize(("name", "expected"), [("class_balanced", 0.5), ("square_root", 0.25)])
def test_samplers_draw_classes_at_the_stated_power(name: str, expected: float) -> None:
    targets = torch.tensor([0] * 9000 + [1] * 1000)
    index = draw_epoch(targets, torch.tensor([9000, 1000]), frozenset({name}), 0, 0, False, CPU)
    assert (targets[index.index[name]] == 1).double().mean() == pytest.approx(expected, abs=0.02)
