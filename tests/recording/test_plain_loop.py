"""A recorded loop says of a training what the engine says of the same one, and it opens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import harmony_core
from harmony_core.data import build_dataset
from harmony_core.errors import ConfigError, RunError
from harmony_core.losses import LOSSES, build_loss
from harmony_core.runs.results import summaries_of
from harmony_core.runs.store import RunStore
from harmony_core.training.lockstep import train as lockstep

from .loops import COUNTS, EPOCHS, engine_config, only_frame, record_as_the_engine, record_blobs

EXACT = ("confusion", "grad_counts", "regions")
CLOSE = (
    "grad_weights", "grad_pull", "weight_square", "inter_weight", "head_norms", "density",
    "region_weight", "test_loss", "ece", "auprc", "train_loss", "lr", "learned_offset",
)  # fmt: skip


STEADY = [name for name, spec in LOSSES.items() if not spec.random]
"""Losses that draw nothing: what another one draws is drawn anew when it is measured."""


@pytest.mark.parametrize("loss", STEADY)
def test_a_plain_loop_records_what_the_engine_does(tmp_path: Path, loss: str) -> None:
    config = engine_config(loss)
    dataset = build_dataset(config.data, 0)
    expected = {frames[0].epoch: frames[0] for frames in lockstep(config, dataset)}
    run = record_as_the_engine(tmp_path, config)
    assert RunStore(tmp_path).epochs(run) == list(range(1, EPOCHS + 1))
    for epoch in range(1, EPOCHS + 1):
        found, engine = only_frame(tmp_path, run, epoch), expected[epoch]
        for name in EXACT:
            ours, theirs = getattr(found, name), getattr(engine, name)
            assert (ours is None) == (theirs is None), name
            if theirs is not None:
                np.testing.assert_array_equal(ours, theirs, err_msg=name)
        for name in CLOSE:
            if name == "head_norms" and LOSSES[loss].head != "linear":
                assert np.isnan(found.head_norms).all()
                continue
            ours, theirs = getattr(found, name), getattr(engine, name)
            if theirs is not None:
                np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5, err_msg=name)


def test_what_was_recorded_names_its_loop_and_no_settings(tmp_path: Path) -> None:
    loss = build_loss("focal", COUNTS, gamma=1.5)
    run = record_blobs(tmp_path, loss, classes=["a", "b", "c"], data="blobs", model="two layers")
    record = RunStore(tmp_path).get(run)
    assert record.state == "done"
    assert (record.epoch, record.config.epochs) == (EPOCHS, EPOCHS)
    assert record.config.recorded is not None
    assert record.config.recorded.data == "blobs"
    (method,) = record.config.methods
    assert (method.loss, method.params) == ("focal", {"gamma": 1.5})
    written = record.config.to_dict()
    assert "optim" not in written
    assert "seeds" not in written
    (summary,) = summaries_of(RunStore(tmp_path), record)
    assert 0 < summary["balanced_accuracy"].mean <= 1


def test_the_class_weights_of_cross_entropy_are_recorded(tmp_path: Path) -> None:
    weight = torch.tensor([0.5, 1.0, 3.0])
    run = record_blobs(tmp_path, nn.CrossEntropyLoss(weight=weight))
    frame = only_frame(tmp_path, run, 1)
    np.testing.assert_allclose(frame.mean_weight, weight)
    np.testing.assert_allclose(frame.grad_counts.sum(axis=1), COUNTS)
    notes = RunStore(tmp_path).scene(run).notes
    assert any("class weights of nn.CrossEntropyLoss" in note for note in notes)


def test_another_criterion_is_measured_as_cross_entropy_and_says_so(tmp_path: Path) -> None:
    class Squared(nn.Module):
        def forward(self, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return nn.functional.cross_entropy(z, y) ** 2

    run = record_blobs(tmp_path, Squared())
    assert "Squared is not one of Harmony's losses" in " ".join(RunStore(tmp_path).scene(run).notes)
    (method,) = RunStore(tmp_path).get(run).config.methods
    assert (method.loss, method.label) == ("other", "Squared")
    np.testing.assert_array_equal(only_frame(tmp_path, run, 2).mean_weight, 1)


def test_samples_are_followed_by_their_rows(tmp_path: Path) -> None:
    run = record_blobs(tmp_path, nn.CrossEntropyLoss(), tracked=40)
    scene, frame = RunStore(tmp_path).scene(run), only_frame(tmp_path, run, EPOCHS)
    assert len(scene.tracked_index) == 40
    assert np.isfinite(frame.tracked_grad_norm).all()
    logits = torch.from_numpy(frame.tracked_logits.astype(np.float32))
    p = logits.softmax(1)[torch.arange(40), torch.from_numpy(scene.tracked_targets)]
    np.testing.assert_allclose(frame.tracked_grad_norm, 1 - p, atol=2e-3)
    assert any("40 of 100 training samples" in note for note in scene.notes)


def test_without_rows_no_sample_is_followed_and_counts_are_those_seen(tmp_path: Path) -> None:
    run = record_blobs(tmp_path, nn.CrossEntropyLoss(), rows=False)
    scene = RunStore(tmp_path).scene(run)
    assert scene.train_counts.tolist() == COUNTS
    assert not len(scene.tracked_index)
    assert any("first recorded epoch" in note for note in scene.notes)


def test_an_epoch_can_be_given_its_test_logits(tmp_path: Path) -> None:
    logits, targets = torch.eye(3)[[0, 1, 1]], torch.tensor([0, 1, 2])
    with harmony_core.record(tmp_path) as run:
        run.step(torch.zeros(4, 3), torch.tensor([0, 0, 1, 2]))
        run.epoch(test_logits=logits, test_targets=targets, train_loss=0.25, lr=0.5)
    frame = only_frame(tmp_path, run.id, 1)
    np.testing.assert_array_equal(frame.confusion, [[1, 0, 0], [0, 1, 0], [0, 1, 0]])
    assert (frame.train_loss, frame.lr) == (0.25, 0.5)


def test_the_last_evaluation_of_an_epoch_counts(tmp_path: Path) -> None:
    right, wrong = torch.eye(2), torch.eye(2).flip(0)
    y = torch.tensor([0, 1])
    with harmony_core.record(tmp_path) as run:
        run.test(wrong, y)  # as a sanity check before training
        run.step(right, y)
        run.test(wrong, y)
        run.step(right, y)
        run.test(right, y)
        run.test(right, y)  # a second batch of the same evaluation
        run.epoch()
    np.testing.assert_array_equal(only_frame(tmp_path, run.id, 1).confusion, [[2, 0], [0, 2]])


def test_an_epoch_without_a_test_has_no_recall(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        run.step(torch.zeros(2, 2), torch.tensor([0, 1]))
        run.epoch()
    frame = only_frame(tmp_path, run.id, 1)
    assert np.isnan(frame.recall).all()
    assert np.isnan(frame.test_loss)


def test_a_function_is_recorded_as_well_as_a_module(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        criterion = run.watch(nn.functional.cross_entropy)
        z = torch.zeros(2, 2, requires_grad=True)
        criterion(z, torch.tensor([0, 1])).backward()
        run.epoch()
    assert z.grad is not None
    np.testing.assert_array_equal(only_frame(tmp_path, run.id, 1).grad_counts.sum(axis=1), [1, 1])


def test_recording_leaves_the_training_as_it_is() -> None:
    def trained(root: Path | None) -> torch.Tensor:
        from .loops import blobs, small_network

        x, y = blobs(COUNTS)
        network, criterion = small_network(), build_loss("harmonized", COUNTS, anneal=0.0)
        optimizer = torch.optim.SGD(network.parameters(), 0.1)
        run = None if root is None else harmony_core.record(root, loss=criterion)
        for index in torch.arange(len(y)).split(16):
            optimizer.zero_grad()
            criterion(network(x[index]), y[index]).backward()
            optimizer.step()
        if run is not None:
            run.epoch()
            run.close()
        return torch.cat([p.detach().flatten() for p in network.parameters()])

    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        assert torch.equal(trained(None), trained(Path(folder)))


def test_epochs_go_up(tmp_path: Path) -> None:
    with harmony_core.record(tmp_path) as run:
        run.step(torch.zeros(2, 2), torch.tensor([0, 1]))
        run.epoch(31)
        with pytest.raises(ConfigError, match="epoch after 31"):
            run.epoch(31)
    assert RunStore(tmp_path).get(run.id).config.epochs == 31


def test_an_epoch_needs_something_to_record(tmp_path: Path) -> None:
    run = harmony_core.record(tmp_path)
    with pytest.raises(RunError, match=r"Watch the criterion with `run\.watch"):
        run.epoch()
    run.close()
    assert RunStore(tmp_path).get(run.id).state == "failed"
