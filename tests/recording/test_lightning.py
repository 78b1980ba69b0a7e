"""The callback for Lightning, with Lightning itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from harmony_core.errors import ConfigError
from harmony_core.losses import build_loss
from harmony_core.runs.store import RunStore

from .loops import COUNTS, blobs, only_frame, small_network

pytestmark = pytest.mark.filterwarnings("ignore")  # what Lightning warns of is its own

lightning = pytest.importorskip("pytorch_lightning", reason="pytorch_lightning is not installed")
EPOCHS = 2


def module(criterion: nn.Module, stop_at: int | None = None) -> Any:
    """A module as users write it, which raises after the training step ``stop_at``."""

    class Module(lightning.LightningModule):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.network, self.criterion = small_network(), criterion

        def training_step(self, batch: list[Tensor], number: int) -> Tensor:
            if stop_at is not None and self.global_step >= stop_at:
                raise ZeroDivisionError("as a bug would")
            loss: Tensor = self.criterion(self.network(batch[0]), batch[1])
            return loss

        def validation_step(self, batch: list[Tensor], number: int) -> None:
            self.criterion(self.network(batch[0]), batch[1])

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), 0.1)

    return Module()


def fit(root: Path, loss: nn.Module, *, stop_at: int | None = None, **settings: Any) -> Any:
    """Fit on `blobs` with the callback; the callback, whether or not fitting raises."""
    from harmony_core.recording.lightning import HarmonyCallback

    callback = HarmonyCallback(root, classes=["a", "b", "c"], **settings)
    trainer = lightning.Trainer(
        max_epochs=EPOCHS, callbacks=[callback], accelerator="cpu", logger=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    training = DataLoader(TensorDataset(*blobs(COUNTS)), batch_size=25)
    validation = DataLoader(TensorDataset(*blobs([20, 20, 20], seed=1)), batch_size=30)
    trainer.fit(module(loss, stop_at), training, validation)
    return callback


def test_lightning_is_recorded(tmp_path: Path) -> None:
    run = fit(tmp_path, build_loss("harmonized", COUNTS, anneal=0.0)).recording.id
    record = RunStore(tmp_path).get(run)
    assert (record.state, record.epoch) == ("done", EPOCHS)
    assert record.config.recorded is not None
    assert record.config.recorded.loop == "Lightning"
    for epoch in (1, EPOCHS):
        frame = only_frame(tmp_path, run, epoch)
        np.testing.assert_array_equal(frame.grad_counts.sum(axis=1), COUNTS)
        np.testing.assert_array_equal(frame.tested, 20)  # without the sanity check
        assert frame.lr == pytest.approx(0.1)
        assert frame.density is not None


def test_a_bug_leaves_a_failed_recording(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        fit(tmp_path, nn.CrossEntropyLoss(), stop_at=5)
    (record,) = RunStore(tmp_path).list()
    assert (record.state, record.epoch) == ("failed", 1)
    assert "ZeroDivisionError: as a bug would" in record.error


def test_the_criterion_has_to_be_found(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="module named 'loss_function'"):
        fit(tmp_path, nn.CrossEntropyLoss(), criterion="loss_function")
