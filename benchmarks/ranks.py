"""Training over two processes (gloo, one machine) against one process and PyTorch's DDP.

    python benchmarks/ranks.py [--repeats 5] [--steps 10] [--only mlp small_cnn resnet32]

One process has two threads, each of two processes has one. What is measured in a round is measured
in turn, the rest of the time the second process waits. Images are random, in the shape of CIFAR-10;
DDP trains one network by cross-entropy on the batches that lockstep cuts. Its collectives overlap
with the backward pass and are not timed. The fastest of all rounds counts, since other work on the
machine only slows down.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import torch
import torch.distributed as dist
from torch import multiprocessing
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel

from benchmarks._markdown_table import print_table
from harmony_core.bench.machine import describe
from harmony_core.bench.training import FOUR, cifar_shaped
from harmony_core.config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
)
from harmony_core.data import LongTailedDataset, build_dataset
from harmony_core.experiments.complete import complete
from harmony_core.models import build_model
from harmony_core.training import Lockstep
from harmony_core.training.device_data import DeviceData
from harmony_core.training.epoch_plan import draw_epoch
from harmony_core.training.malloc import keep_freed

BATCH, RANKS = 128, 2
CPU = torch.device("cpu")
Epoch = Callable[[], object]
PLANE = DataConfig("clouds", {"n_max": 2000, "test_per_class": 20}, imbalance_factor=10)
"""For the perceptrons, which train several methods as one network."""
ALONE, TOGETHER, COLLECTIVES, CALLS = "one", "two", "collectives", "calls"


def in_lockstep(dataset: LongTailedDataset, model: str, methods: tuple[str, ...]) -> Epoch:
    """An epoch of training as `Lockstep` does it."""
    config = ExperimentConfig(
        data=PLANE if model == "mlp" else DataConfig("digits"),  # only its kind matters
        model=ModelConfig(model),
        methods=tuple(MethodConfig(name) for name in methods),
        optim=OptimConfig(batch_size=BATCH),
        record=RecordConfig(tracked=10),
        device="cpu",
    )
    lockstep = Lockstep(complete(config), dataset)

    def epoch() -> None:
        lockstep.load_epoch()
        lockstep.stepper.run()

    return epoch


def in_ddp(dataset: LongTailedDataset, model: str) -> Epoch:
    """An epoch of one network under DDP, by cross-entropy."""
    data = DeviceData(dataset, CPU)
    inputs = data.load(dataset.train_inputs, pad=dataset.augment)
    targets = torch.from_numpy(dataset.train_targets)
    counts = torch.from_numpy(dataset.train_counts)
    shape = data.shape(dataset.train_inputs)
    network = build_model(model, shape, len(counts)).to(memory_format=torch.channels_last)
    ddp = DistributedDataParallel(network)
    sgd = torch.optim.SGD(ddp.parameters(), 0.1, momentum=0.9, weight_decay=2e-4, fused=True)

    def epoch() -> None:
        plan = draw_epoch(targets, counts, frozenset({"uniform"}), 0, 0, dataset.augment, CPU)
        for start in range(dist.get_rank(), len(targets), BATCH):
            rows = slice(start, min(start - start % BATCH + BATCH, len(targets)), RANKS)
            index = plan.index["uniform"][rows]
            crop, flip = (None if part is None else part[rows] for part in (plan.crop, plan.flip))
            loss = F.cross_entropy(ddp(data.batch(inputs, index, crop, flip)), targets[index])
            sgd.zero_grad(set_to_none=True)
            loss.backward()
            sgd.step()

    return epoch


@contextmanager
def timed_collectives() -> Iterator[list[float]]:
    """The seconds of each collective, with the time that it waits for the other process."""
    plain, taken = dist.all_reduce, []

    def timed(*given: Any, **more: Any) -> None:
        start = time.perf_counter()
        plain(*given, **more)
        taken.append(time.perf_counter() - start)

    dist.all_reduce = timed
    try:
        yield taken
    finally:
        dist.all_reduce = plain


def seconds(epoch: Epoch, steps: int) -> float:
    """Seconds a step."""
    start = time.perf_counter()
    epoch()
    return (time.perf_counter() - start) / steps


def _rank(rank: int, folder: str, given: argparse.Namespace) -> None:
    keep_freed()
    taken: dict[str, dict[str, dict[str, list[float]]]] = {}
    for model in given.only:
        points = model == "mlp"
        dataset = build_dataset(PLANE, 0) if points else cifar_shaped(BATCH * given.steps)
        steps = -(-len(dataset.train_targets) // BATCH)
        sets = [FOUR] if points else [("ce",), ("harmonized",)]
        engines = {" + ".join(names): in_lockstep(dataset, model, names) for names in sets}
        found = taken[model] = {name: {} for name in [*engines, "DDP, ce"]}

        def note(name: str, way: str, value: float, found: dict[str, Any] = found) -> None:
            found[name].setdefault(way, []).append(value)

        for turn in range(given.repeats + 1):  # the first warms up
            if rank == 0:
                torch.set_num_threads(RANKS)
                for name, epoch in engines.items():
                    note(name, ALONE, seconds(epoch, steps))
                torch.set_num_threads(1)
            torch.set_num_threads(1)
            meet = f"file://{folder}/{model}{turn}"
            dist.init_process_group("gloo", init_method=meet, rank=rank, world_size=RANKS)
            for name, epoch in engines.items():
                dist.barrier()
                with timed_collectives() as waits:
                    note(name, TOGETHER, seconds(epoch, steps))
                note(name, COLLECTIVES, sum(waits) / steps)
                note(name, CALLS, len(waits) / steps)
            if not points:
                epoch = in_ddp(dataset, model)
                epoch()
                dist.barrier()
                note("DDP, ce", TOGETHER, seconds(epoch, steps))
            dist.barrier()
            dist.destroy_process_group()
    if rank == 0:
        Path(folder, "taken.json").write_text(json.dumps(taken))


def rows(taken: dict[str, dict[str, dict[str, list[float]]]]) -> Iterator[tuple[str, ...]]:
    for model, tasks in taken.items():
        peer = tasks["DDP, ce"].get(TOGETHER, [])[1:]
        for name, ways in tasks.items():
            if not ways:
                continue
            one, both = (ways.get(way, [])[1:] for way in (ALONE, TOGETHER))
            waits, calls = ways.get(COLLECTIVES, [])[1:], ways.get(CALLS, [])[1:]
            yield (
                model,
                name,
                rate(one),
                rate(both),
                ratio(one, both),
                f"{1000 * min(waits):.2f} ms in {calls[0]:.0f}" if waits else "",
                ratio(peer, both),
            )


def rate(taken: list[float]) -> str:
    return f"{1 / min(taken):.2f}" if taken else ""


def ratio(its: list[float], mine: list[float]) -> str:
    """How many times as fast as the other."""
    return f"{min(its) / min(mine):.2f} ×" if its else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5, metavar="N")
    parser.add_argument("--steps", type=int, default=10, metavar="N", help="steps of an epoch")
    models = ("mlp", "small_cnn", "resnet32")
    parser.add_argument("--only", nargs="+", choices=models, default=models)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(_rank, args=(folder, given), nprocs=RANKS)
        taken = json.loads(Path(folder, "taken.json").read_text())
    print_table(
        ("network", "methods", "steps/s, one process", "steps/s, two processes", "speed-up",
         "collectives, a step", "against DDP"),
        rows(taken),
    )  # fmt: skip
    print(f"Batch {BATCH}. Fastest of {given.repeats} rounds each. {describe()}.")


if __name__ == "__main__":
    main()
