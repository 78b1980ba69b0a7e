"""Processes that share the batches of images on disk train as one process does."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing as mp

from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, quick_recipe
from harmony_core.data import build_dataset
from harmony_core.experiments.complete import complete
from harmony_core.training.lockstep import Lockstep

METHODS = (
    MethodConfig("harmonized", {"warmup": 1}, mix="mixup"),
    MethodConfig("ce", sampler="class_balanced"),
    MethodConfig("balanced_softmax", mix="remix"),
)


def engine(folder: str) -> Lockstep:
    """Batches of 13 of 27 images: the last one has a single image."""
    values = {"source": folder, "size": 16, "stream": "always"}
    config = complete(
        ExperimentConfig(
            DataConfig("images", values, profile="as_is"),
            methods=METHODS,
            optim=quick_recipe(13),
            epochs=2,
        )
    )
    return Lockstep(config, build_dataset(config.data, 0))


def _worker(rank: int, ranks: int, folder: str, out: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"file://{out}/rendezvous", rank=rank, world_size=ranks
    )
    frames = list(engine(folder).run())
    if rank == 0:
        found = {
            "loss": [[frame.train_loss for frame in epoch] for epoch in frames],
            "counts": [torch.from_numpy(frame.grad_counts.sum(axis=1)) for frame in frames[-1]],
            "logits": [torch.from_numpy(frame.tracked_logits) for frame in frames[-1]],
        }
        torch.save(found, f"{out}/frames.pt")
    dist.barrier()
    dist.destroy_process_group()


@pytest.mark.slow
@pytest.mark.skipif(not dist.is_available(), reason="this build of torch has no distributed part")
@pytest.mark.parametrize("ranks", [2, 4])
def test_ranks_share_the_batches(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ranks: int
) -> None:
    monkeypatch.setitem(os.environ, "OMP_NUM_THREADS", "1")
    wanted = list(engine(str(folder)).run())
    mp.spawn(_worker, args=(ranks, str(folder), str(tmp_path)), nprocs=ranks)
    found = torch.load(tmp_path / "frames.pt")
    for losses, epoch in zip(found["loss"][1:], wanted[1:], strict=True):
        assert losses == pytest.approx([frame.train_loss for frame in epoch], rel=1e-4)
    for frame, counts, logits in zip(wanted[-1], found["counts"], found["logits"], strict=True):
        assert counts.tolist() == frame.grad_counts.sum(axis=1).tolist()
        np.testing.assert_allclose(logits.float(), frame.tracked_logits.astype(float), atol=0.02)
