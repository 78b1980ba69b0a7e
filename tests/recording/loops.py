"""A plain training loop, as a user writes it, on the data and in the order of the engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import harmony_core
from harmony_core.config import DataConfig, ExperimentConfig, MethodConfig, RecordConfig
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.experiments.complete import complete
from harmony_core.losses import LOSSES, build_loss
from harmony_core.models import build_model
from harmony_core.recording import Recording
from harmony_core.runs.store import RunStore
from harmony_core.training.device_data import DeviceData
from harmony_core.training.epoch_plan import draw_epoch, generator
from harmony_core.training.schedule import learning_rate

EPOCHS = 3
COUNTS = [60, 30, 10]


def blobs(counts: list[int], seed: int = 0) -> tuple[Tensor, Tensor]:
    """Points (n, 2) of three classes around three centres, and their classes (n,)."""
    draw = torch.Generator().manual_seed(seed)
    centres = torch.tensor([[0.0, 0.0], [1.5, 0.0], [0.0, 1.5]])
    y = torch.repeat_interleave(torch.arange(3), torch.tensor(counts))
    return centres[y] + 0.7 * torch.randn(len(y), 2, generator=draw), y


def small_network(seed: int = 0) -> nn.Sequential:
    """Two layers, with weights that depend on ``seed`` alone."""
    network = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3))
    draw = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.uniform_(-0.6, 0.6, generator=draw)
    return network


def record_blobs(
    root: Path, criterion: Any, *, epochs: int = EPOCHS, rows: bool = True, **settings: Any
) -> str:
    """Record a training on `blobs`; the experiment's id."""
    x, y = blobs(COUNTS)
    test_x, test_y = blobs([20, 20, 20], seed=1)
    network = small_network()
    optimizer = torch.optim.SGD(network.parameters(), 0.1)
    known = {"train_targets": y} if rows else {}
    with harmony_core.record(
        root, loss=criterion, epochs=epochs, optimizer=optimizer, **known, **settings
    ) as run:
        train(run, network, optimizer, criterion, (x, y), (test_x, test_y), epochs, rows=rows)
    return run.id


def train(
    run: Recording,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    criterion: Callable[..., Tensor],
    training: tuple[Tensor, Tensor],
    test: tuple[Tensor, Tensor],
    epochs: int,
    *,
    rows: bool = True,
) -> None:
    """The loop itself."""
    x, y = training
    for epoch in range(epochs):
        for index in torch.randperm(len(y), generator=generator(0, epoch)).split(32):
            if rows:
                run.rows(index)
            loss = criterion(network(x[index]), y[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            criterion(network(test[0]), test[1])
        run.epoch()


def engine_config(loss: str) -> ExperimentConfig:
    """A short experiment of the engine with one method."""
    return complete(
        ExperimentConfig(
            data=DataConfig("moons", params={"n_max": 120, "test_per_class": 40}),
            methods=(MethodConfig(loss),),
            epochs=EPOCHS,
            device="cpu",
            record=RecordConfig(grid=8, tracked=50, embedding=False),
        )
    )


def record_as_the_engine(root: Path, config: ExperimentConfig) -> str:
    """The training that the engine makes of ``config``, by a plain loop; the experiment's id."""
    dataset: LongTailedDataset = build_dataset(config.data, config.seeds.data)
    data = DeviceData(dataset, torch.device("cpu"))
    x, y = data.load(dataset.train_inputs), torch.from_numpy(dataset.train_targets)
    test_x, test_y = data.load(dataset.test_inputs), torch.from_numpy(dataset.test_targets)
    counts = torch.from_numpy(dataset.train_counts)
    method, optim = config.methods[0], config.optim
    criterion = build_loss(method.loss, counts, **method.params)
    linear = LOSSES[method.loss].head == "linear"  # the rows of the other count as of norm 1
    network = build_model(
        config.model.name, tuple(x.shape[1:]), len(counts), head=LOSSES[method.loss].head,
        generator=generator(config.seeds.init, 0), **config.model.params,
    )  # fmt: skip
    optimizer = torch.optim.SGD(
        network.parameters(), optim.lr, optim.momentum, weight_decay=optim.weight_decay
    )
    with harmony_core.record(
        root, loss=criterion, classes=dataset.class_names, train_targets=y, epochs=config.epochs,
        optimizer=optimizer, tracked=50, head=network.head if linear else None,
    ) as run:  # fmt: skip
        for epoch in range(config.epochs):
            network.train()
            criterion.on_epoch_start(epoch, config.epochs)
            plan = draw_epoch(
                y, counts, frozenset({"uniform"}), config.seeds.order, epoch, False, y.device
            )
            batches = plan.index["uniform"].split(optim.batch_size)
            for step, index in enumerate(batches):
                rate = learning_rate(optim, epoch, step, len(batches), config.epochs)
                optimizer.param_groups[0]["lr"] = rate
                run.rows(index)
                features = network.features(x[index])
                given = (features,) if criterion.needs_features else ()
                loss = criterion(network.head(features), y[index], *given)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            network.eval()
            with torch.no_grad():
                run.test(network(test_x), test_y)
            run.epoch()
    return run.id


def only_frame(root: Path, run: str, epoch: int) -> Any:
    """The frame of an epoch of an experiment with one method."""
    (frame,) = RunStore(root).frames(run, 0, epoch)
    return frame
