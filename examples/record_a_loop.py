"""Record a training loop with mixup under two losses, and put both into one experiment.

    python examples/record_a_loop.py [--runs runs] [--epochs 10]
    python -m harmony_core show latest

The loop is a plain one: only the lines with ``run`` are there for recording. The criterion of
cross-entropy gets shares of classes, as mixup makes them; the other loss gets the classes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import harmony_core
from harmony_core.recording import join

COUNTS = (400, 120, 40, 12)
NAMES = ("head", "upper", "lower", "tail")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", default="runs", metavar="FOLDER")
    parser.add_argument("--epochs", type=int, default=10, metavar="N")
    given = parser.parse_args()
    plain = train(given.runs, nn.CrossEntropyLoss(), "Cross-entropy with mixup", given.epochs, 0.4)
    ours = train(given.runs, harmony_core.HarmonizedLoss(COUNTS), "Harmonized", given.epochs)
    print(join(given.runs, [plain, ours], "Two losses in one loop"))


def train(root: str, criterion: nn.Module, title: str, epochs: int, mixup: float = 0.0) -> str:
    """Train and record one network; the experiment's id."""
    draw = torch.Generator().manual_seed(0)
    x, y = points(COUNTS, draw)
    test_x, test_y = points((50, 50, 50, 50), draw)
    network = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, len(COUNTS)))
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    with harmony_core.record(
        root, title=title, label=title, classes=NAMES, train_targets=y, loss=criterion,
        epochs=epochs, optimizer=optimizer, head=network[2], data="points", model="MLP",
    ) as run:  # fmt: skip
        for epoch in range(epochs):
            if isinstance(criterion, harmony_core.HarmonizedLoss):
                criterion.on_epoch_start(epoch, epochs)
            for index in torch.randperm(len(y), generator=draw).split(64):
                run.rows(index)
                inputs, targets = x[index], y[index]
                if mixup:
                    inputs, targets = mixed(inputs, targets, mixup, draw)
                loss = criterion(network(inputs), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            with torch.no_grad():
                criterion(network(test_x), test_y)
            run.epoch()
    return run.id


def mixed(x: Tensor, y: Tensor, most: float, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Each sample with a share of another one, and the shares of their classes."""
    share = most * torch.rand((), generator=draw)
    partner = torch.randperm(len(y), generator=draw)
    classes = F.one_hot(y, len(COUNTS)).float()
    return x.lerp(x[partner], share), classes.lerp(classes[partner], share)


def points(counts: tuple[int, ...], draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Points of classes around the corners of a square."""
    centres = torch.tensor([[0.0, 0.0], [1.6, 0.0], [0.0, 1.6], [1.6, 1.6]])
    y = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    return centres[y] + 0.6 * torch.randn(len(y), 2, generator=draw), y


if __name__ == "__main__":
    main()
