"""What `bench` measures is what it says: in turn, the same work, the better of the loops."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from harmony_core.bench import command, losses, reference_loop, training
from harmony_core.bench.table import Row, markdown, per_second, seconds
from harmony_core.bench.timing import Timing, interleaved
from harmony_core.cli import main
from harmony_core.losses import build_loss
from harmony_core.losses.weighted import class_balanced_weights


class Clock:
    """Time that passes only when a task says so."""

    def __init__(self) -> None:
        self.now, self.order = 0.0, ""

    def __call__(self) -> float:
        return self.now

    def task(self, name: str, *durations: float) -> object:
        left = list(durations)

        def run() -> None:
            self.order += name
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return run


def test_tasks_take_turns_and_the_first_call_does_not_count() -> None:
    clock = Clock()
    tasks = {"a": clock.task("a", 100, 1), "b": clock.task("b", 100, 3)}
    times = interleaved(tasks, 3, clock=clock)  # type: ignore[arg-type]
    assert clock.order == "aabb" + "ab" * 3
    assert times["a"].seconds == (1, 1, 1)
    assert times["b"].ratio_to(times["a"]) == 3


def test_short_tasks_are_repeated_and_their_mean_is_taken() -> None:
    clock = Clock()
    times = interleaved({"a": clock.task("a", 0.25)}, 2, min_seconds=1.0, clock=clock)  # type: ignore[dict-item]
    assert len(clock.order) == 2 + 2 * 4
    assert times["a"].seconds == (0.25, 0.25)


def test_the_clock_stops_after_the_device_has_finished() -> None:
    clock = Clock()

    def finish() -> None:
        clock.now += 10

    times = interleaved({"a": clock.task("a", 1)}, 1, finish=finish, clock=clock)  # type: ignore[dict-item]
    assert times["a"].seconds == (11,)


def test_a_ratio_is_of_runs_side_by_side() -> None:
    busy = Timing((2.0, 20.0, 2.0)).ratio_to(Timing((1.0, 10.0, 1.0)))
    assert busy == 2.0
    assert Timing((3.0, 1.0, 2.0)).median == 2.0


def test_the_table_is_markdown_and_says_what_was_missed() -> None:
    text = markdown([Row("a|b", "1 s", "", "c", 1.234, "≤ 1 ×", False), Row("d", "2 s")])
    head, line, first, second = text.splitlines()
    assert len({row.count("|") for row in (head, line, first, second)}) == 1
    assert "a/b" in first
    assert "1.23 ×" in first
    assert "**missed**" in first
    assert "missed" not in second


@pytest.mark.parametrize(
    ("value", "text"), [(2.5e-6, "2.5 µs"), (0.01234, "12.3 ms"), (12.34, "12.3 s")]
)
def test_times_have_fitting_units(value: float, text: str) -> None:
    assert seconds(value) == text


def test_rates_have_three_digits() -> None:
    assert per_second(123_456, 1.0) == "123,000 images/s"
    assert per_second(1, 0.1) == "10 images/s"


def test_the_loop_over_bins_computes_ghm() -> None:
    rng = torch.Generator().manual_seed(0)
    logits, targets = (
        3 * torch.randn(64, 5, generator=rng),
        torch.randint(0, 5, (64,), generator=rng),
    )
    loop = losses.LoopGHM(bins=8, momentum=0.0)
    ours = build_loss("ghm", [10] * 5, bins=8, momentum=0.0)
    torch.testing.assert_close(loop(logits, targets), ours(logits, targets))
    again = logits.flip(0)
    torch.testing.assert_close(loop(again, targets), ours(again, targets))


def test_losses_are_compared_on_the_same_logits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(losses, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(losses, "QUICK", ((16, 1000),))
    made = list(losses.rows(False, 1, torch.device("cpu")))
    assert [row.met is None for row in made] == [False, True, True]
    assert all(row.ratio is not None and row.ratio > 0 for row in made)
    assert "16 × 1,000" in made[0].what


def test_random_images_have_a_long_tail() -> None:
    data = training.cifar_shaped(500)
    counts = data.train_counts
    assert counts.sum() == 500
    assert counts[0] > 50 * counts[-1]
    assert data.augment


def test_the_loop_weighs_classes_as_the_literature_does() -> None:
    counts = np.array([500, 50, 5])
    expected = class_balanced_weights(torch.tensor(counts), 0.9999).float()
    torch.testing.assert_close(reference_loop.deferred_weights(counts), expected)
    rng = torch.Generator().manual_seed(1)
    logits, targets = torch.rand(9, 3, generator=rng), torch.randint(0, 3, (9,), generator=rng)
    ours = build_loss("ldam", counts)
    theirs = reference_loop.LDAM(counts)
    torch.testing.assert_close(theirs(logits, targets), ours(logits, targets))


def test_the_loop_learns_and_turns_to_the_tail_at_its_end() -> None:
    data = training.digits()
    counts = data.train_counts
    batches = reference_loop.loader(
        data.train_inputs, data.train_targets, augment=False, batch_size=64, workers=2
    )
    assert batches.num_workers == 0
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
    criterion = reference_loop.WeightedCrossEntropy()
    seen: list[bool] = []
    loss = reference_loop.train(
        network, criterion, batches, counts, epochs=5,
        on_epoch=lambda epoch: seen.append(criterion.weight is not None),
    )  # fmt: skip
    assert loss < math.log(10)
    assert seen == [False, False, False, False, True]


def test_the_loop_augments_as_lockstep_does() -> None:
    images = np.zeros((1, 32, 32, 3), np.uint8)
    images[0, :, :16] = 255
    made = reference_loop.AugmentedImages(images, np.zeros(1, np.int64))
    seen = torch.stack([made[0][0] for _ in range(40)])
    assert seen.shape == (40, 3, 32, 32)
    left, right = seen[:, :, 10:20, 8].mean((1, 2)), seen[:, :, 10:20, 24].mean((1, 2))
    assert 0 < int((left > right).sum()) < 40
    assert len(seen.flatten(1).unique(dim=0)) > 10


def test_both_ways_train_the_same_images() -> None:
    rows = list(
        training.image_rows("tiny", training.cifar_shaped(160), "small_cnn", 1, workers=(0,))
    )
    floor, *rows = rows
    assert "the floor" in floor.what
    assert [row.what.split(", ")[-1] for row in rows] == [
        "1 network in lockstep", "4 networks in lockstep",
    ]  # fmt: skip
    assert all("loop, 0 workers" in row.against for row in rows)


def test_the_command_writes_one_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def part(full: bool, repeats: int) -> Iterator[Row]:
        asked.append((full, repeats))
        yield Row("something", "1 s")

    monkeypatch.setattr(command, "PARTS", {"plane": part, "gpu": part})
    assert main(["bench", "--output", str(tmp_path / "table.md"), "--repeats", "2"]) == 0
    text = (tmp_path / "table.md").read_text("utf-8")
    assert text.count("| something |") == 2
    assert f"PyTorch {torch.__version__.split('+')[0]}" in text
    assert "cores" in text
    assert asked == [(False, 2)] * 2
    assert capsys.readouterr().out == ""
    command.bench(argparse.Namespace(full=True, repeats=None, only=["gpu"], output=None))
    assert asked[-1] == (True, 7)
    assert "| something |" in capsys.readouterr().out


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu_its_rows_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--only", "gpu"]) == 0
    out = capsys.readouterr().out
    assert "no GPU" in out
    assert "ResNet" not in out


def test_a_number_of_runs_has_to_make_sense(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("0", "-1", "many"):
        assert main(["bench", "--repeats", text]) == 2
    assert "repeats" in capsys.readouterr().err
