"""A loop that is recorded by mistake is told so: nothing is written down that did not happen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import harmony_core
from harmony_core.cli import main
from harmony_core.errors import DataError, RunError
from harmony_core.runs.store import RunStore

from .loops import only_frame

DRAW = torch.Generator().manual_seed(0)
LOGITS = torch.randn(6, 3, generator=DRAW)
TARGETS = torch.tensor([0, 1, 2, 2, 1, 2])


def test_arguments_by_name_may_come_in_any_order(tmp_path: Path) -> None:
    criterion, shares = nn.CrossEntropyLoss(), F.one_hot(TARGETS, 3).float()
    with harmony_core.record(tmp_path, loss=criterion) as run:
        criterion(target=shares, input=LOGITS)
        run.epoch()
    frame = only_frame(tmp_path, run.id, 1)
    assert frame.grad_counts.sum(axis=1).tolist() == [1, 2, 3]
    g = 1 - LOGITS.softmax(1).gather(1, TARGETS[:, None])[:, 0].double()
    np.testing.assert_allclose(frame.grad_pull.sum(), g.sum(), rtol=1e-5)


@pytest.mark.parametrize(
    ("function", "label", "named"),
    [
        (F.cross_entropy, -100, {}),
        (F.cross_entropy, 255, {"ignore_index": 255}),
        (partial(F.cross_entropy, ignore_index=9), 9, {}),
    ],
)
def test_a_function_leaves_out_what_it_ignores(
    tmp_path: Path, function: object, label: int, named: dict[str, int]
) -> None:
    targets = TARGETS.clone()
    targets[:2] = label
    with harmony_core.record(tmp_path) as run:
        criterion = run.watch(function)  # type: ignore[type-var]
        criterion(LOGITS, targets, **named)  # type: ignore[operator]
        run.epoch()
    assert only_frame(tmp_path, run.id, 1).grad_counts.sum(axis=1).tolist() == [0, 1, 3]


def test_another_criterion_for_validation_has_its_own_form(tmp_path: Path) -> None:
    criterion, other = nn.CrossEntropyLoss(), nn.CrossEntropyLoss(ignore_index=2)
    with harmony_core.record(tmp_path, loss=criterion) as run:
        run.watch(other)
        criterion(LOGITS, TARGETS)
        with torch.no_grad():
            other(LOGITS, TARGETS)
        run.epoch()
    frame = only_frame(tmp_path, run.id, 1)
    assert frame.grad_counts.sum(axis=1).tolist() == [1, 2, 3]
    assert frame.tested.tolist() == [1, 2, 0]


@pytest.mark.parametrize("shape", [(6,), (6, 1)])
@pytest.mark.parametrize("dtype", [torch.int64, torch.float32])
def test_ignored_targets_of_a_single_logit_count_nowhere(
    tmp_path: Path, shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    loss = harmony_core.HarmonizedLoss([3, 3], ignore_index=255)
    targets = torch.tensor([0, 1, 255, 1, 255, 1]).to(dtype)
    with harmony_core.record(tmp_path, loss=loss) as run:
        loss(LOGITS[:, 0].reshape(shape), targets)
        run.epoch()
    assert only_frame(tmp_path, run.id, 1).grad_counts.sum(axis=1).tolist() == [1, 3]


def test_an_image_of_single_logits_is_two_classes(tmp_path: Path) -> None:
    loss, targets = nn.BCEWithLogitsLoss(), torch.tensor([0.0, 1, 1, 1, 0, 1]).reshape(2, 1, 3, 1)
    with harmony_core.record(tmp_path, loss=loss) as run:
        loss(LOGITS[:, 0].reshape(2, 1, 3, 1), targets)
        run.epoch()
    assert only_frame(tmp_path, run.id, 1).grad_counts.sum(axis=1).tolist() == [2, 4]


@pytest.mark.parametrize(
    ("criterion", "targets"),
    [
        (nn.BCEWithLogitsLoss(), torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])),
        (nn.MSELoss(), torch.tensor([[0.3, -1.2, 1.9], [1.0, 0.0, 0.0]])),
    ],
)
def test_what_is_no_class_is_refused(tmp_path: Path, criterion: nn.Module, targets: Tensor) -> None:
    run = harmony_core.record(tmp_path, loss=criterion)
    with pytest.raises(DataError, match="several labels of one sample"):
        criterion(LOGITS[:2], targets)
    run.close()


@pytest.mark.parametrize("label", [-1, 3])
def test_a_label_of_no_class_is_refused(tmp_path: Path, label: int) -> None:
    run = harmony_core.record(tmp_path)
    with pytest.raises(DataError, match=f"from 0 to 2, but got {label}.*ignore_index"):
        run.step(LOGITS[:1], torch.tensor([label]))
    run.close()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([0, 1, 2, 3, 4, 6], "rows of the 6 samples"),
        ([1, 0, 2, 3, 4, 5], "row 1 to be of class 1"),
        ([0, 1], "a row for each of the 6 samples"),
    ],
)
def test_rows_have_to_be_those_of_the_targets(tmp_path: Path, rows: list[int], said: str) -> None:
    run = harmony_core.record(tmp_path, train_targets=TARGETS)
    with pytest.raises(DataError, match=said):
        run.step(LOGITS, TARGETS, index=torch.tensor(rows))
    run.close()


def test_a_criterion_watched_twice_is_counted_once(tmp_path: Path) -> None:
    criterion = nn.CrossEntropyLoss()
    with harmony_core.record(tmp_path, loss=criterion) as run:
        assert run.watch(criterion) is criterion
        criterion(LOGITS, TARGETS)
        run.epoch()
    assert only_frame(tmp_path, run.id, 1).grad_counts.sum() == 6


def test_an_epoch_in_which_nothing_happened_is_refused(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        run.step(LOGITS, TARGETS)
        run.epoch()
        with pytest.raises(RunError, match="once an epoch"):
            run.epoch()
    assert RunStore(tmp_path).epochs(run.id) == [1]


def test_a_closed_recording_takes_no_more_epochs(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        run.step(LOGITS, TARGETS)
        run.epoch()
    run.step(LOGITS, TARGETS)
    with pytest.raises(RunError, match="before the recording was closed"):
        run.epoch()
    assert RunStore(tmp_path).epochs(run.id) == [1]


def test_classes_are_counted_in_the_first_epoch_that_trains(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        run.test(LOGITS, TARGETS)
        run.epoch()
        run.step(LOGITS, TARGETS)
        run.epoch()
    assert RunStore(tmp_path).scene(run.id).train_counts.tolist() == [1, 2, 3]


def test_a_recording_without_a_test_pass_says_so(tmp_path: Path) -> None:
    criterion = nn.CrossEntropyLoss()
    with harmony_core.record(tmp_path, loss=criterion) as run:
        criterion(LOGITS.clone().requires_grad_(), TARGETS)
        run.epoch()
        assert "No test pass was seen" in " ".join(RunStore(tmp_path).scene(run.id).notes)
        with torch.no_grad():
            criterion(LOGITS, TARGETS)
        run.epoch()
    assert "No test pass was seen" not in " ".join(RunStore(tmp_path).scene(run.id).notes)


def test_names_cannot_steer_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["a\x1b[2J", "b\u202e", "c\nd"]
    with harmony_core.record(tmp_path, classes=names, loop="e\x1b[31m", label="f\x07") as run:
        run.step(LOGITS, TARGETS)
        run.test(LOGITS, TARGETS)
        run.epoch()
    assert main(["show", run.id, "--runs", str(tmp_path)]) == 0
    assert main(["list", "--runs", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "a�[2J" in said
    assert not set(said) & {"\x1b", "\u202e", "\x07"}
    assert "c�d" in said
