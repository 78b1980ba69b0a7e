"""Frames of long-tailed data sets, written by the recorder from random logits: nothing is trained.

Inputs are images of 4 × 4 random pixels. Gradient norms of an epoch are uniform on [0, 1], which
fills more cells of the histograms than a training, and all weights differ: sizes are upper bounds.
"""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from harmony_core.arrays import Array
from harmony_core.config import ExperimentConfig, MethodConfig, ModelConfig, RecordConfig
from harmony_core.data.dataset import LongTailedDataset
from harmony_core.experiments.complete import complete
from harmony_core.frames import Frame, load_frames, save_frames, save_scene
from harmony_core.losses.base import LossTerms
from harmony_core.training.collector import Collector
from harmony_core.training.lockstep import Lockstep
from harmony_core.training.recorder import Recorder
from harmony_core.training.steppers.thread_pool import ThreadPool

METHODS = ("ce", "balanced_softmax", "ghm", "harmonized")
SIDE = 4
LOGITS = 30.0
"""Factor on the last layer's weights, so that predictions fall on all classes."""
MODEL = ModelConfig("small_cnn", {"width": 16})
CPU = torch.device("cpu")


class Recorded(NamedTuple):
    """What one epoch of `METHODS` takes, and what all epochs of a run do."""

    frames: list[Frame]
    frame_bytes: float
    """Mean of the methods."""
    run_bytes: float
    """With the scene, without checkpoints."""
    write_seconds: float
    read_seconds: float
    read_bytes: int
    """Most memory in use while the frames of one epoch are read, beside what was there before."""


def pareto_counts(samples: int, classes: int, least: int = 2) -> Array:
    """Class counts (c,) that fall with a power of the rank and sum to ``samples``."""
    ranks = np.arange(1, classes + 1, dtype=float)
    counts = np.full(classes, least)
    for power in np.linspace(2, 0, 400):  # the steepest tail that the largest class leaves room for
        share = ranks**-power
        counts = np.maximum((samples * share / share.sum()).astype(int), least)
        if counts.sum() <= samples and counts[0] <= 20 * samples / classes:
            break
    counts[: samples - counts.sum()] += 1
    counts[0] += samples - counts.sum()
    return counts


def dataset(samples: int, classes: int, tests: int) -> LongTailedDataset:
    """Random images in a long tail, and ``tests`` test images of every class."""
    rng = np.random.default_rng(0)
    train = np.repeat(np.arange(classes), pareto_counts(samples, classes))
    test = np.repeat(np.arange(classes), tests)
    pixels = (
        rng.integers(0, 256, (len(targets), SIDE, SIDE, 3), dtype=np.uint8)
        for targets in (train, test)
    )
    names = tuple(f"class {c}" for c in range(classes))
    inputs, tested = pixels
    return LongTailedDataset("synthetic", "images", inputs, train, tested, test, names)


def recorded(samples: int, classes: int, tests: int, epochs: int, record: RecordConfig) -> Recorded:
    """Record one epoch of each of `METHODS`, write it, and read it again."""
    data = dataset(samples, classes, tests)
    frames, scene = [], None
    for loss in METHODS:  # one at a time: the logits of a test set take up to 800 MB
        config = complete(
            ExperimentConfig(
                methods=(MethodConfig(loss),), epochs=epochs, device="cpu", record=record
            )
        )
        engine = Lockstep(replace(config, model=MODEL), data)
        scene = engine.scene()
        recorder = Recorder(engine.config, data, scene, engine.data, 0, ThreadPool(1))
        with torch.no_grad():
            engine.networks.heads()[0].mul_(LOGITS)
        sums, mean = _sums(data, record.bins)
        frames += recorder.frames(engine.networks, engine.losses, 1, 0.1, sums, mean)
    assert scene is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "00001.npz"
        write = _seconds(lambda: save_frames(path, frames))
        read = _seconds(lambda: load_frames(path))
        tracemalloc.start()
        kept = load_frames(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(kept) == len(METHODS)
        epoch = path.stat().st_size
        save_scene(Path(folder) / "scene.npz", scene)
        scene_bytes = (Path(folder) / "scene.npz").stat().st_size
    return Recorded(
        frames, epoch / len(METHODS), epoch * (epochs + 1) + scene_bytes, write, read, peak
    )


def _sums(data: LongTailedDataset, bins: int) -> tuple[torch.Tensor, torch.Tensor]:
    """What a collector counts in an epoch of uniform gradient norms."""
    n, rng = len(data.train_targets), torch.Generator().manual_seed(0)
    collector = Collector(1, len(data.class_names), bins, CPU)
    norm, weight = torch.rand(n, generator=rng), 2 * torch.rand(n, generator=rng)
    terms = [LossTerms(norm, weight, norm, weight, norm)]
    collector.add(torch.from_numpy(data.train_targets)[None], terms, torch.zeros(1))
    return collector.finish()


def _seconds(task: Callable[[], object], repeats: int = 5) -> float:
    """The median time of a call."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        task()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))
