"""Two processes train as one does, whatever the methods ask for."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing as mp

from harmony_core.config import ExperimentConfig, MethodConfig
from tests.training.test_steppers import PLAIN, engine, points

RANKS = 2
METHODS = (
    MethodConfig("harmonized", {"warmup": 1}, mix="mixup", sam="imbsam"),
    MethodConfig("ce", mix="remix"),
    MethodConfig("balanced_softmax", sam="imbsam", weight_decay=0.01),
    MethodConfig("ldam", deferral="drw"),
)


def config() -> ExperimentConfig:
    return points(methods=METHODS, epochs=3, optim=replace(PLAIN, batch_size=60))


def _worker(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    store = f"file://{folder}/rendezvous"
    dist.init_process_group("gloo", init_method=store, rank=rank, world_size=RANKS)
    frames = list(engine(config()).run())
    if rank == 0:
        last = [torch.from_numpy(frame.tracked_logits) for frame in frames[-1]]
        torch.save((last, [frame.train_loss for frame in frames[-1]]), f"{folder}/frames.pt")
    dist.barrier()
    dist.destroy_process_group()


@pytest.mark.slow
@pytest.mark.skipif(not dist.is_available(), reason="this build of torch has no distributed part")
def test_two_processes_train_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    mp.spawn(_worker, args=(str(tmp_path),), nprocs=RANKS)
    logits, losses = torch.load(tmp_path / "frames.pt")
    for frame, found, loss in zip(list(engine(config()).run())[-1], logits, losses, strict=True):
        np.testing.assert_allclose(found.float(), frame.tracked_logits.astype(float), atol=0.02)
        assert loss == pytest.approx(frame.train_loss, rel=1e-4)
