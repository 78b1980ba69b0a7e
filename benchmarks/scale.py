"""How time and memory grow with samples, classes, methods and ranks, and what breaks first.

    python benchmarks/scale.py [--repeats 5] [--only frames classes methods samples ranks]

``frames`` writes frames of long-tailed data sets with the recorder; the others measure parts of a
step on synthetic data. ``ranks`` starts two processes that communicate over gloo.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import torch
import torch.distributed as dist
from torch import multiprocessing

from benchmarks._markdown_table import print_table
from benchmarks._recorded_frames import METHODS, recorded
from harmony_core.bench.losses import long_tail
from harmony_core.bench.machine import describe
from harmony_core.bench.table import seconds
from harmony_core.bench.timing import interleaved
from harmony_core.config import RecordConfig
from harmony_core.losses import build_loss
from harmony_core.losses.base import LossTerms
from harmony_core.training.collector import Collector
from harmony_core.training.epoch_plan import draw_epoch
from harmony_core.training.evaluate import judge
from harmony_core.training.malloc import keep_freed

DATA = {
    "CIFAR-10-LT": (12_406, 10, 1_000, 200),
    "CIFAR-100-LT": (10_847, 100, 100, 200),
    "Places-LT": (62_500, 365, 100, 30),
    "ImageNet-LT": (115_846, 1_000, 50, 90),
    "iNaturalist 2018": (437_513, 8_142, 3, 90),
}
"""Training images, classes, test images of a class, epochs of the usual recipe."""
BINS, BATCH = 50, 128
CLASSES = (10, 100, 1000, 8142)
CPU = torch.device("cpu")


def size(count: float) -> str:
    for power, unit in ((3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.3g} {unit}"
    return f"{count:.0f} B"


def frames(repeats: int) -> None:
    print(f"### What {len(METHODS)} methods record, from frames that were written\n")

    def rows() -> Iterator[tuple[str, ...]]:
        for name, (n, c, tests, epochs) in DATA.items():
            found = recorded(n, c, tests, epochs, RecordConfig(embedding=False))
            yield (
                name, f"{n:,}", f"{c:,}", f"{epochs}", size(found.frame_bytes),
                size(found.run_bytes), seconds(found.write_seconds), seconds(found.read_seconds),
                size(found.read_bytes),
            )  # fmt: skip

    print_table(
        ("data", "n", "C", "epochs", "frame", f"run of {len(METHODS)} methods", "write an epoch",
         "read an epoch", "memory for reading it"),
        rows(),
    )  # fmt: skip


def classes(repeats: int) -> None:
    print(f"### Parts of a step against the number of classes, batch {BATCH}, CPU\n")

    def rows() -> Iterator[tuple[str, ...]]:
        for c in CLASSES:
            rng = torch.Generator().manual_seed(0)
            logits = torch.randn(BATCH, c, generator=rng).requires_grad_()
            targets = torch.randint(0, c, (BATCH,), generator=rng)
            loss = build_loss("harmonized", long_tail(c))
            loss.on_epoch_start(10)
            collector = Collector(1, c, BINS, CPU)
            values = torch.rand(BATCH, generator=rng)
            terms = [LossTerms(values, values, values, values, values)]
            test = torch.randn(2 * c, c, generator=rng)
            truth = torch.arange(2 * c) % c

            def step(loss: torch.nn.Module = loss, z: torch.Tensor = logits,
                     y: torch.Tensor = targets) -> None:  # fmt: skip
                z.grad = None
                loss(z, y).backward()

            def whole_table(loss: torch.nn.Module = loss) -> None:
                loss.memory.weights(0.3, 1.0, True)

            def count(collector: Collector = collector, terms: list[LossTerms] = terms,
                      y: torch.Tensor = targets) -> None:  # fmt: skip
                collector.add(y[None], terms, torch.zeros(1))

            def figures(test: torch.Tensor = test, truth: torch.Tensor = truth) -> None:
                judge(test, truth)

            tasks = {"step": step, "table": whole_table, "count": count, "judge": figures}
            times = interleaved(tasks, repeats, min_seconds=0.02)
            state = sum(b.numel() * b.element_size() for b in loss.buffers())
            yield (f"{c:,}", *(seconds(times[name].median) for name in tasks), size(state))

    print_table(
        ("C", "harmonized, forward + backward", "whole table of weights", "collector",
         "confusion and ECE, 2 test samples per class", "buffers of the loss"),
        rows(),
    )  # fmt: skip


def methods(repeats: int) -> None:
    from harmony_core.bench.training import FOUR, plane

    print("### Methods in the plane, default scenario, 10 epochs with grids, CPU\n")
    tasks = {
        str(m): plane(tuple(FOUR[i % 4] for i in range(m)), epochs=10) for m in (1, 2, 4, 8, 16)
    }
    times = interleaved(tasks, repeats)
    one = times["1"]
    print_table(
        ("methods", "seconds", "against one", "per method"),
        (
            (m, seconds(t.median), f"{t.ratio_to(one):.2f} ×", seconds(t.median / int(m)))
            for m, t in times.items()
        ),
    )


def samples(repeats: int) -> None:
    print("### Drawing an epoch against the number of samples, CPU\n")

    def rows() -> Iterator[tuple[str, ...]]:
        for n in (1_000, 10_000, 100_000, 437_513):
            targets = torch.from_numpy(np.arange(n) % 10)
            counts = torch.bincount(targets)

            def draw(
                names: frozenset[str], targets: torch.Tensor = targets,
                counts: torch.Tensor = counts,
            ) -> Callable[[], object]:  # fmt: skip
                return lambda: draw_epoch(targets, counts, names, 0, 0, True, CPU)

            tasks = {"u": draw(frozenset({"uniform"})), "b": draw(frozenset({"class_balanced"}))}
            times = interleaved(tasks, repeats)
            yield f"{n:,}", seconds(times["u"].median), seconds(times["b"].median)

    print_table(("n", "shuffle, crops and flips", "class-balanced, crops and flips"), rows())


def ranks(repeats: int) -> None:
    print("### The density summed over 2 processes (gloo, one machine), batch 64 each, CPU\n")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        multiprocessing.spawn(_rank, args=(folder, repeats), nprocs=2)
        found = np.load(place / "times.npy")

    def rows() -> Iterator[tuple[str, ...]]:
        for c, (apart, together) in zip(CLASSES, found, strict=True):
            regions = int(build_loss("harmonized", long_tail(c)).memory.counts.shape[1])
            yield (
                f"{c:,}", size(c * regions * 4 + 4), seconds(apart), seconds(together),
                seconds(together - apart),
            )  # fmt: skip

    print_table(
        ("C", "summed per step and rank", "step, not summed", "step, summed", "difference"), rows()
    )


def _rank(rank: int, folder: str, repeats: int) -> None:
    torch.set_num_threads(1)
    keep_freed()
    found = []
    prepared = []
    for c in CLASSES:
        rng = torch.Generator().manual_seed(rank)
        logits = torch.randn(64, c, generator=rng).requires_grad_()
        prepared.append((logits, torch.randint(0, c, (64,), generator=rng)))
    alone = [_median(c, *made, repeats) for c, made in zip(CLASSES, prepared, strict=True)]
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=2)
    for c, made, before in zip(CLASSES, prepared, alone, strict=True):
        dist.barrier()
        found.append((before, _median(c, *made, repeats)))
    if rank == 0:
        np.save(Path(folder) / "times.npy", np.array(found))
    dist.destroy_process_group()


def _median(c: int, logits: torch.Tensor, targets: torch.Tensor, repeats: int) -> float:
    """Seconds of a step; the same number of steps on every rank."""
    loss = build_loss("harmonized", long_tail(c))
    taken = []
    steps = 20
    for _ in range(repeats + 1):
        start = time.perf_counter()
        for _ in range(steps):
            logits.grad = None
            loss(logits, targets).backward()  # type: ignore[no-untyped-call]
        taken.append((time.perf_counter() - start) / steps)
    return statistics.median(taken[1:])


PARTS = {
    "frames": frames, "classes": classes, "methods": methods, "samples": samples, "ranks": ranks,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N")
    parser.add_argument("--only", nargs="+", choices=tuple(PARTS), default=tuple(PARTS))
    given = parser.parse_args()
    keep_freed()
    for name in given.only:
        PARTS[name](given.repeats)
    print(f"Medians of {given.repeats} runs. {describe()}.")


if __name__ == "__main__":
    main()
