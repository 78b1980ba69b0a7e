"""One seed of the pilot: a small network trained with several methods on a part of the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from ...arrays import Array
from ...config import ExperimentConfig, MethodConfig, ModelConfig, RecordConfig, Seeds, quick_recipe
from ...frames import Frame
from .data import PilotData

METHODS: dict[str, MethodConfig] = {
    "cross-entropy": MethodConfig("ce"),
    "re-weighting": MethodConfig("class_balanced"),
    "balanced softmax": MethodConfig("balanced_softmax"),
    "LDAM-DRW": MethodConfig("ldam", deferral="drw"),
    "harmonized": MethodConfig("harmonized"),
}
BASE = "cross-entropy"
STEPS = 800
"""Steps of training, about: what a small network needs on simple features."""
EPOCHS = (8, 60)
BATCH = 64
RATE, DECAY = 0.03, 5e-3
"""Learning rate and weight decay at which no method diverges; 0.1 is too much for re-weighting."""
HIDDEN = 64
BINS = 20


def pilot_config(
    methods: tuple[MethodConfig, ...], samples: int, seed: int, steps: int = STEPS
) -> ExperimentConfig:
    """The experiment of one seed: a small network, about ``steps`` steps, one frame at the end."""
    batch = min(BATCH, max(samples // 4, 2))
    per_epoch = -(-samples // batch)
    epochs = int(np.clip(round(steps / per_epoch), *EPOCHS))
    return ExperimentConfig(
        model=ModelConfig("mlp", {"hidden": HIDDEN, "depth": 1}),
        methods=methods,
        optim=replace(quick_recipe(batch), lr=RATE, weight_decay=DECAY),
        epochs=epochs,
        seeds=Seeds(data=seed, init=seed, order=seed),
        device="cpu",
        record=RecordConfig(every=epochs, grid=8, tracked=1, bins=BINS),
    )


def final_frames(
    config: ExperimentConfig,
    data: PilotData,
    train: Array,
    test: Array,
    report: Callable[[float], None],
) -> list[Frame]:
    """The frames of the last epoch, one a method."""
    from ...training.lockstep import Lockstep

    last: list[Frame] = []
    with _one_thread():
        run = Lockstep(config, data.dataset(train, test))
        for frames in run.run():
            last = frames or last
            report(run.epoch / run.epochs)
    return last


@contextmanager
def _one_thread() -> Iterator[None]:
    """Hold torch to one thread: a network this small spends more time waiting for threads."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
