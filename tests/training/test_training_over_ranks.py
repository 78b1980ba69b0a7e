"""One, two and four processes train alike, and go on from one another's checkpoints."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import distributed as dist
from torch import multiprocessing as mp

from harmony_core.config import ExperimentConfig, MethodConfig, ModelConfig
from harmony_core.losses import LOSSES, build_loss
from harmony_core.training import Lockstep
from tests.training.test_steppers import PLAIN, engine, images, points

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not dist.is_available(), reason="this torch has no distributed part"),
]

SIZES = (1, 2, 4)
"""Numbers of processes that are compared."""
CHANGES = ((2, 1), (1, 2), (2, 4), (4, 2))
"""From how many processes to how many a training goes on after its first epoch."""
MIXING = (
    MethodConfig("harmonized", {"warmup": 1}, mix="mixup", sam="imbsam"),
    MethodConfig("ce", mix="remix"),
    MethodConfig("balanced_softmax", sam="imbsam", weight_decay=0.01),
    MethodConfig("ldam", deferral="drw"),
    MethodConfig("loce"),
    MethodConfig("lade"),
)


def dense() -> tuple[MethodConfig, ...]:
    """Every loss with a density, in each of its presets."""
    return tuple(
        MethodConfig(name, dict(params))
        for name, spec in LOSSES.items()
        for params in ({}, *spec.presets.values())
        if build_loss(name, [3, 1], **params).density_state() is not None
    )


def configs() -> dict[str, ExperimentConfig]:
    """257 points in batches of 64, 304 images in batches of 101: the last batch has one sample."""
    few, many = replace(PLAIN, batch_size=64), replace(PLAIN, batch_size=101)
    pair = (MethodConfig("harmonized", {"warmup": 1}), MethodConfig("ce", sam="imbsam"))
    return {
        "densities": points(methods=dense(), epochs=2, optim=few),
        "mixing": points(methods=MIXING, epochs=3, optim=few),
        "images": replace(images(methods=pair, epochs=2), optim=many),
    }


def train(config: ExperimentConfig, checkpoint: bytes = b"", until: int = 0) -> dict[str, Any]:
    """What a training comes to: mean losses of each epoch, weights and the losses' state."""
    lockstep = engine(config)
    if checkpoint:
        lockstep.restore(checkpoint)
    curves = {}
    for frames in lockstep.run():
        curves[lockstep.epoch] = torch.tensor([frame.train_loss for frame in frames])
        if until and lockstep.epoch == until:
            break
    return {
        "curves": curves,
        "weights": dict(lockstep.networks.state_dict()),
        "losses": [dict(loss.state_dict()) for loss in lockstep.losses],
        "checkpoint": lockstep.checkpoint(),
    }


class Group:
    """As many of the started processes as take part; the first one's results are kept."""

    def __init__(self, rank: int, folder: str) -> None:
        self.rank, self.folder, self.met = rank, folder, 0

    def train(self, name: str, size: int, *given: object) -> None:
        """Train ``size`` processes as one, or this one alone."""
        self.met += 1
        path = Path(self.folder, f"{name}.pt")
        if self.rank < size:
            if size > 1:
                store = f"file://{self.folder}/meet{self.met}"
                dist.init_process_group("gloo", init_method=store, rank=self.rank, world_size=size)
            found = train(*given)
            if self.rank == 0:
                torch.save(found, path)
            if size > 1:
                dist.barrier()
                dist.destroy_process_group()


def _worker(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    group = Group(rank, folder)
    for name, config in configs().items():
        for size in SIZES[1:]:
            group.train(f"{name} {size}", size, config)
    config = configs()["mixing"]
    for size in SIZES:
        group.train(f"first {size}", size, config, b"", 1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/all", rank=rank, world_size=4)
    dist.barrier()  # the checkpoints are written
    dist.destroy_process_group()
    for first, second in CHANGES:
        checkpoint = torch.load(f"{folder}/first {first}.pt")["checkpoint"]
        group.train(f"{first} to {second}", second, config, checkpoint)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where four processes have left what they trained, all together and some of them."""
    path = tmp_path_factory.mktemp("ranks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "OMP_NUM_THREADS", "1")
        mp.spawn(_worker, args=(str(path),), nprocs=max(SIZES))
    return path


def assert_alike(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    for epoch, loss in found["curves"].items():
        other = wanted["curves"][epoch]  # NaN before the first step
        torch.testing.assert_close(loss, other, rtol=1e-4, atol=1e-5, equal_nan=True)
    for key, value in found["weights"].items():
        torch.testing.assert_close(value, wanted["weights"][key], rtol=1e-3, atol=1e-3, msg=key)
    for mine, others in zip(found["losses"], wanted["losses"], strict=True):
        for key, value in mine.items():
            torch.testing.assert_close(value, others[key], rtol=1e-3, atol=1e-3, msg=key)


def test_two_and_four_processes_train_as_one(folder: Path) -> None:
    for name, config in configs().items():
        wanted = train(config)
        assert len(wanted["curves"]) == config.epochs + 1
        for size in SIZES[1:]:
            assert_alike(torch.load(folder / f"{name} {size}.pt"), wanted)


def test_a_training_goes_on_with_another_number_of_processes(folder: Path) -> None:
    config = configs()["mixing"]
    wanted = train(config)
    for first, second in CHANGES:
        found = torch.load(folder / f"{first} to {second}.pt")
        assert list(found["curves"]) == [2, 3]
        assert_alike(found, wanted)


def _with_batch_norms(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    config = replace(configs()["images"], methods=(MethodConfig("ce"),), epochs=1)
    lockstep: Lockstep = engine(replace(config, model=ModelConfig("resnet32", {"blocks": 1})))
    for _ in lockstep.run():
        pass
    torch.save((lockstep.remark, dict(lockstep.networks.state_dict())), f"{folder}/{rank}.pt")
    dist.barrier()
    dist.destroy_process_group()


def test_each_process_keeps_batch_statistics_of_its_own_and_says_so(tmp_path: Path) -> None:
    """A process without a sample in the last batch learns nothing from it, not even NaN."""
    mp.spawn(_with_batch_norms, args=(str(tmp_path),), nprocs=2)
    (remark, first), (_, second) = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert "each of 2 processes" in remark
    for key, value in first.items():
        assert torch.isfinite(second[key]).all(), key
        if "num_batches" in key:
            assert (value, second[key]) == (4, 3)  # one of four batches is empty
        elif "running" not in key:
            assert torch.equal(value, second[key]), key
    assert any(not torch.equal(first[key], second[key]) for key in first if "running" in key)
