"""Lockstep training compared with a plain PyTorch loop, and four methods with one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..config import (
    DataConfig,
    ExperimentConfig,
    MethodConfig,
    ModelConfig,
    OptimConfig,
    RecordConfig,
)
from ..data.dataset import LongTailedDataset
from ..experiments.complete import complete
from .table import Row, per_second, seconds
from .timing import Timing, interleaved, wait_for

if TYPE_CHECKING:
    import torch

FOUR = ("ce", "ldam", "balanced_softmax", "harmonized")
PLANE_SECONDS, PLANE_RATIO, LOOP_RATIO = 2.0, 1.6, 2.0
BATCH = 128


def train(config: ExperimentConfig, dataset: LongTailedDataset) -> None:
    """Train with frames, on as many threads as an experiment uses."""
    from ..training import Lockstep
    from ..training.cpu_threads import divided

    with divided(config.model.name, dataset, len(config.methods)) as division:
        for _ in Lockstep(config, dataset, threads=division.pool).run():
            pass


def plane(methods: tuple[str, ...], epochs: int = 60) -> Callable[[], None]:
    """A training on the default points in the plane, with decision grids."""
    from ..data import build_dataset

    config = complete(
        ExperimentConfig(
            methods=tuple(MethodConfig(name) for name in methods), epochs=epochs, device="cpu"
        )
    )
    dataset = build_dataset(config.data, 0)
    return lambda: train(config, dataset)


def plane_rows(repeats: int) -> Iterator[Row]:
    """60 epochs on the default points, with four methods and with one."""
    tasks = {"four": plane(FOUR), **{name: plane((name,)) for name in ("ce", "harmonized")}}
    times = interleaved(tasks, repeats)
    four = times["four"]
    yield Row(
        "plane, default scenario, 60 epochs, 4 methods, with grids", seconds(four.median),
        _range(four), "", None, f"≤ {PLANE_SECONDS:g} s", four.median <= PLANE_SECONDS,
    )  # fmt: skip
    for name, most in (("harmonized", PLANE_RATIO), ("ce", None)):
        ratio = four.ratio_to(times[name])
        target = ("",) if most is None else (f"≤ {most:g} ×", ratio <= most)
        yield Row(
            "the same", seconds(four.median), "",
            f"{name} alone {seconds(times[name].median)}", ratio, *target,
        )  # fmt: skip


def cifar_shaped(n: int, classes: int = 10) -> LongTailedDataset:
    """Random colour images with a long tail, as speed does not depend on their content."""
    rng = np.random.default_rng(0)
    share = 100.0 ** -(np.arange(classes) / (classes - 1))
    counts = np.maximum(share / share.sum() * n, 1).astype(int)
    counts[0] += n - counts.sum()
    targets = rng.permutation(np.repeat(np.arange(classes), counts))
    images = rng.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8)
    test_targets = np.repeat(np.arange(classes), 2)
    names = tuple(f"class {c}" for c in range(classes))
    return LongTailedDataset(
        "random images", "images", images, targets, images[: len(test_targets)], test_targets,
        names, augment=True,
    )  # fmt: skip


def digits() -> LongTailedDataset:
    """The digits of scikit-learn with a long tail."""
    from ..data import build_dataset

    return build_dataset(DataConfig("digits", imbalance_factor=50), 0)


def in_lockstep(
    dataset: LongTailedDataset, model: str, methods: tuple[str, ...], epochs: int, device: str
) -> Callable[[], None]:
    """A training that records no frames."""
    from ..training import Lockstep
    from ..training.cpu_threads import divided

    config = complete(
        ExperimentConfig(
            model=ModelConfig(model),
            data=DataConfig("digits", imbalance_factor=50),
            methods=tuple(MethodConfig(name) for name in methods),
            optim=OptimConfig(batch_size=BATCH, warmup_epochs=0, schedule="constant", lr=0.01),
            epochs=epochs,
            device=device,
            record=RecordConfig(every=10_000, tracked=20),
        )
    )
    lockstep: Lockstep | None = None

    def run() -> None:
        """The first call also builds the networks; later calls continue to train them."""
        nonlocal lockstep
        with divided(model, dataset, len(methods)) as division:
            if lockstep is None:
                lockstep = Lockstep(config, dataset, threads=division.pool)
            for lockstep.epoch in range(epochs):
                lockstep.load_epoch()
                lockstep.stepper.run()
            lockstep.collector.finish()

    return run


def in_a_loop(
    dataset: LongTailedDataset, model: str, epochs: int, workers: int, device: str
) -> Any:
    """The reference loop with cross-entropy; its workers start at the first call and persist."""
    import torch

    from ..models import build_model
    from . import reference_loop as loop

    batches = loop.loader(
        dataset.train_inputs, dataset.train_targets, augment=dataset.augment, batch_size=BATCH,
        workers=workers,
    )  # fmt: skip
    _, height, width, channels = dataset.train_inputs.shape
    network = build_model(model, (channels, height, width), len(dataset.class_names))
    counts = np.asarray(dataset.train_counts)
    return lambda: loop.train(
        network,
        loop.WeightedCrossEntropy(),
        batches,
        counts,
        epochs=epochs,
        lr=0.01,
        device=torch.device(device),
    )


def network_alone(
    dataset: LongTailedDataset, model: str, epochs: int, device: str
) -> Callable[[], None]:
    """The lower bound: as many steps of the network on one batch that is already on the device."""
    import torch
    from torch.nn import functional as F

    from ..models import build_model

    _, height, width, channels = dataset.train_inputs.shape
    network = build_model(model, (channels, height, width), len(dataset.class_names))
    network = network.to(device).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, fused=True)
    rng = torch.Generator().manual_seed(0)
    images = torch.randn(BATCH, channels, height, width, generator=rng).to(device)
    images = images.contiguous(memory_format=torch.channels_last)
    targets = torch.randint(0, 2, (BATCH,), generator=rng).to(device)
    n = len(dataset.train_targets)
    batches = [BATCH] * (n // BATCH) + [n % BATCH] * (n % BATCH > 0)

    def run() -> None:
        for size in batches * epochs:
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(network(images[:size]), targets[:size]).backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    return run


def image_rows(
    title: str,
    dataset: LongTailedDataset,
    model: str,
    repeats: int,
    *,
    epochs: int = 1,
    workers: tuple[int, ...] = (0, 2),
    device: str = "cpu",
) -> Iterator[Row]:
    """Images per second of one network and of four in lockstep, and the fastest reference loop."""
    tasks = {
        "one": in_lockstep(dataset, model, ("ce",), epochs, device),
        "four": in_lockstep(dataset, model, FOUR, epochs, device),
        "alone": _divided(network_alone(dataset, model, epochs, device), model, dataset),
    }
    for count in workers if dataset.augment else (0,):
        loop = in_a_loop(dataset, model, epochs, count, device)
        tasks[f"loop, {count} workers"] = _divided(loop, model, dataset)
    times = interleaved(tasks, repeats, finish=wait_for(device))
    n = len(dataset.train_targets) * epochs
    loops = [name for name in times if name.startswith("loop")]
    fastest = min(loops, key=lambda name: times[name].median)
    yield Row(
        f"{title}, {model}, the network alone on one batch (the floor)",
        per_second(n, times["alone"].median), "",
        f"1 network in lockstep: {per_second(n, times['one'].median)}",
        times["one"].ratio_to(times["alone"]),
    )  # fmt: skip
    for name, networks in (("one", 1), ("four", 4)):
        what = f"{title}, {model}, {networks} network{'s' * (networks > 1)} in lockstep"
        rate = per_second(n * networks, times[name].median)
        spread = (
            f"{per_second(n * networks, times[name].high, '')}– "
            f"{per_second(n * networks, times[name].low, '')}"
        )
        ratio = networks * times[fastest].ratio_to(times[name])
        yield Row(
            what, rate, spread, f"{fastest}: {per_second(n, times[fastest].median)}", ratio,
            f"≥ {LOOP_RATIO:g} ×", ratio >= LOOP_RATIO,
        )  # fmt: skip


def _divided(
    task: Callable[[], object], model: str, dataset: LongTailedDataset
) -> Callable[[], None]:
    """A task on as many threads as one network uses."""
    from ..training.cpu_threads import divided

    def run() -> None:
        with divided(model, dataset, 1):
            task()

    return run


def _range(timing: Timing) -> str:
    return f"{seconds(timing.low)} – {seconds(timing.high)}"


def gpu_rows(repeats: int, device: torch.device) -> Iterator[Row]:
    """ResNet-32 on a GPU with CUDA graphs: one, four and sixteen networks."""
    dataset = cifar_shaped(12_406)
    targets = {1: 45_000, 4: 0, 16: 120_000}
    for networks, target in targets.items():
        methods = tuple(FOUR[i % 4] for i in range(networks))
        task = in_lockstep(dataset, "resnet32", methods, 2, "cuda")
        time = interleaved({"train": task}, repeats, finish=wait_for("cuda"))["train"]
        n = 2 * networks * len(dataset.train_targets)
        verdict = (f"≥ {target:,}/s", n / time.median >= target) if target else ("", None)
        yield Row(
            f"ResNet-32, batch {BATCH}, {networks} at once, {device.type.upper()}",
            per_second(n, time.median), "", "", None, *verdict,
        )  # fmt: skip
