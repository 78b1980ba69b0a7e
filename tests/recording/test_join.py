"""Two recordings become one experiment with both methods."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from torch import nn

import harmony_core
from harmony_core.errors import DataError, RunError
from harmony_core.experiments.differences import differences, same_test_samples
from harmony_core.losses import build_loss
from harmony_core.recording import join
from harmony_core.runs.results import summaries_of
from harmony_core.runs.store import RunStore

from .loops import COUNTS, EPOCHS, only_frame, record_blobs


def test_methods_are_beside_each_other(tmp_path: Path) -> None:
    ours = record_blobs(tmp_path, build_loss("balanced_softmax", COUNTS), tracked=60)
    plain = record_blobs(tmp_path, nn.CrossEntropyLoss(), tracked=40, epochs=EPOCHS + 1)
    store = RunStore(tmp_path)
    both = join(tmp_path, [ours, plain], "ours and theirs")
    record = store.get(both)
    assert (record.state, record.title, record.epoch) == ("done", "ours and theirs", EPOCHS)
    assert [method.loss for method in record.config.methods] == ["balanced_softmax", "ce"]
    names = [summary.label for summary in summaries_of(store, record)]
    assert names == ["Balanced softmax", "Cross-entropy"]
    frames = store.frames(both, 0, EPOCHS)
    for frame, alone in zip(frames, (ours, plain), strict=True):
        before = only_frame(tmp_path, alone, EPOCHS)
        np.testing.assert_array_equal(frame.confusion, before.confusion)
        rows = store.scene(alone).tracked_index
        kept = np.isin(rows, store.scene(both).tracked_index)
        np.testing.assert_array_equal(frame.tracked_grad_norm, before.tracked_grad_norm[kept])
    assert store.get(ours).config.methods != record.config.methods  # they stay as they are


def test_other_training_sets_are_not_joined(tmp_path: Path) -> None:
    first = record_blobs(tmp_path, nn.CrossEntropyLoss(), epochs=1)
    other = record_blobs(
        tmp_path, nn.CrossEntropyLoss(), epochs=1, rows=False, train_counts=[60, 30, 11]
    )
    named = record_blobs(tmp_path, nn.CrossEntropyLoss(), epochs=1, classes=["x", "y", "z"])
    with pytest.raises(DataError, match="same training counts"):
        join(tmp_path, [first, other])
    with pytest.raises(DataError, match="same classes"):
        join(tmp_path, [first, named])
    with harmony_core.record(tmp_path) as run, pytest.raises(RunError, match="still running"):
        join(tmp_path, [first, run.id])


def test_what_is_known_to_differ_is_said(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    a = store.get(record_blobs(tmp_path, nn.CrossEntropyLoss(), epochs=1, data="blobs")).config
    b = store.get(record_blobs(tmp_path, nn.CrossEntropyLoss(), epochs=2, data="blobs")).config
    assert ("epochs", "1", "2") in differences(a, b)
    assert ("model", "not recorded", "not recorded") in differences(a, b)
    assert not same_test_samples(a, b)
