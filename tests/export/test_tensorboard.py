"""Events that TensorBoard's own reader reads back."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from harmony_core.cli import main
from harmony_core.runs.store import RunStore
from tests.recording.loops import EPOCHS, only_frame, record_blobs


def test_events_hold_what_was_recorded(tmp_path: Path) -> None:
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="tensorboard is not installed",
    )
    run = record_blobs(tmp_path / "runs", nn.CrossEntropyLoss(), classes=["a", "b", "c"])
    command = ["export", "latest", "--runs", str(tmp_path / "runs"), "--tensorboard"]
    assert main([*command, str(tmp_path / "events")]) == 0
    (place,) = (tmp_path / "events").rglob("events.out*")
    found = reader.EventAccumulator(str(place.parent))
    found.Reload()
    assert place.parent.name == "1-Cross-entropy"
    frames = [only_frame(tmp_path / "runs", run, epoch) for epoch in range(1, EPOCHS + 1)]
    recall = found.Scalars("recall/c")
    assert [event.step for event in recall] == [1, 2, 3]
    np.testing.assert_allclose(
        [event.value for event in recall], [frame.recall[2] for frame in frames], rtol=1e-6
    )
    np.testing.assert_allclose(
        [event.value for event in found.Scalars("train/loss")],
        [frame.train_loss for frame in frames],
        rtol=1e-6,
    )
    last = found.Histograms("gradient norm/b")[-1].histogram_value
    assert last.num == 30
    np.testing.assert_allclose(last.bucket, frames[-1].grad_counts[1])
    assert main([*command, str(tmp_path / "events")]) == 2  # not two trainings in one curve


def test_classes_of_one_name_have_curves_of_their_own(tmp_path: Path) -> None:
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="tensorboard is not installed",
    )
    names = ["crane", "a/../b\x1b[31m", "crane"]
    run = record_blobs(tmp_path / "runs", nn.CrossEntropyLoss(), classes=names, label="../../up")
    command = ["export", "latest", "--runs", str(tmp_path / "runs"), "--tensorboard"]
    assert main([*command, str(tmp_path / "events")]) == 0
    (place,) = (tmp_path / "events").rglob("events.out*")
    assert place.parent.parent.parent == tmp_path / "events" / run
    found = reader.EventAccumulator(str(place.parent))
    found.Reload()
    assert {"recall/crane (0)", "recall/a/../b�[31m", "recall/crane (2)"} <= set(
        found.scalars.Keys()
    )
    assert len(found.Scalars("recall/crane (2)")) == EPOCHS


def test_a_missing_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    record_blobs(tmp_path / "runs", nn.CrossEntropyLoss(), epochs=1)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    command = ["export", "latest", "--runs", str(tmp_path / "runs"), "--tensorboard"]
    assert main([*command, str(tmp_path / "events")]) == 2
    assert "pip install tensorboard" in capsys.readouterr().err
    assert RunStore(tmp_path / "runs").list()
