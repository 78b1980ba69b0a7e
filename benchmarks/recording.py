"""What recording adds to a training step: the same steps with and without it, as a ratio.

    python benchmarks/recording.py [--rounds 9] [--steps 20]

A small network on points, ResNet-32 on images and 1,000 classes, each under cross-entropy and the
harmonized loss. Rounds with and without recording alternate; the ratio is that of the medians of
their processor time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from _markdown_table import print_table
from torch import Tensor, nn

import harmony_core
from harmony_core.losses import build_loss
from harmony_core.models import build_model

CASES = {
    "MLP, 10 classes, batch 64": ("mlp", (2,), 10, 64),
    "MLP, 1,000 classes, batch 256": ("mlp", (64,), 1000, 256),
    "ResNet-32, 32 × 32, 100 classes, batch 128": ("resnet32", (3, 32, 32), 100, 128),
}
HEADS = ("Step", "Loss", "Without, ms", "Recorded, ms", "Ratio", "End of an epoch, ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9, metavar="N")
    parser.add_argument("--steps", type=int, default=20, metavar="N", help="steps of a round")
    given = parser.parse_args()
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, 1 thread\n")
    print_table(HEADS, rows(given.rounds, given.steps))


def rows(rounds: int, steps: int) -> Iterator[list[str]]:
    for title, (name, shape, classes, batch) in CASES.items():
        for loss in ("cross-entropy", "harmonized"):
            plain, recorded, closing = measure(name, shape, classes, batch, loss, rounds, steps)
            ratio = f"{recorded / plain:.2f}"
            yield [title, loss, f"{plain:.2f}", f"{recorded:.2f}", ratio, f"{closing:.1f}"]


def measure(
    name: str,
    shape: tuple[int, ...],
    classes: int,
    batch: int,
    loss: str,
    rounds: int,
    steps: int,
) -> tuple[float, float, float]:
    """Processor time of a step without and with recording, and of closing an epoch, in ms."""
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(batch, *shape, generator=draw)
    y = torch.randint(0, classes, (batch,), generator=draw)
    rows = torch.arange(batch)
    plain = Step(name, shape, classes, loss)
    with tempfile.TemporaryDirectory() as root:
        run = harmony_core.record(root, train_targets=y, classes=classes, epochs=rounds)
        recorded = Step(name, shape, classes, loss)
        run.watch(recorded.criterion)
        times: dict[str, list[float]] = {"plain": [], "recorded": [], "closing": []}
        for _ in range(rounds + 1):
            times["plain"].append(timed(lambda: [plain(x, y) for _ in range(steps)]) / steps)

            def one() -> None:
                run.rows(rows)
                recorded(x, y)

            times["recorded"].append(timed(lambda: [one() for _ in range(steps)]) / steps)
            times["closing"].append(timed(run.epoch))
        run.close()
    medians = {key: statistics.median(values[1:]) for key, values in times.items()}
    return medians["plain"], medians["recorded"], medians["closing"]


class Step:
    """Forward, backward and update of one network."""

    def __init__(self, name: str, shape: tuple[int, ...], classes: int, loss: str) -> None:
        self.network: Any = build_model(name, shape, classes)
        self.optimizer = torch.optim.SGD(self.network.parameters(), 0.01, 0.9)
        counts = [5000 // (c + 1) + 1 for c in range(classes)]
        ours = loss == "harmonized"
        self.criterion = (
            build_loss("harmonized", counts, anneal=0.0) if ours else nn.CrossEntropyLoss()
        )

    def __call__(self, x: Tensor, y: Tensor) -> None:
        self.optimizer.zero_grad()
        self.criterion(self.network(x), y).backward()
        self.optimizer.step()


def timed(work: Any) -> float:
    """Milliseconds of processor time that a call takes: others may use the machine too."""
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


if __name__ == "__main__":
    main()
