"""Train several methods in lockstep and show what each looked like after every epoch.

`train` knows nothing of disks, pages or jobs: it yields frames, and leaving its loop is cancelling.
Perceptrons are one batched network: a step is a gather, one forward pass, each method's loss on its
own slice, one backward pass and one optimiser step. Other networks do such steps beside each other
(`lanes`). Nothing in a step waits for the device.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from ..config import CLASS_BALANCE, ExperimentConfig, MethodConfig, deferral_epoch
from ..data.dataset import LongTailedDataset
from ..errors import ConfigError, RunError
from ..frames import Frame, Scene
from ..losses import LOSSES, build_loss
from ..losses.weighted import class_balanced_weights
from ..models import build_model
from .capture import HostTrack, MakeTrack, tracks_for
from .collector import Collector
from .crew import Crew
from .descent import Descent
from .distributed import average_gradients, check_batches, world
from .inputs import Inputs
from .lanes import STOP_EVERY, Lanes, Places
from .networks import gather
from .order import EpochPlan, draw_epoch, generator
from .recorder import Recorder
from .scene import build_scene
from .schedule import learning_rate
from .step import backward


def train(
    config: ExperimentConfig, dataset: LongTailedDataset, repeat: int = 0
) -> Iterator[list[Frame]]:
    """Train one repeat of an experiment; yields the frames of every epoch from 0 (untrained) on."""
    return Lockstep(config, dataset, repeat).run()


class Lockstep:
    """One repeat of an experiment, stepped epoch by epoch; can be saved and continued.

    ``config`` is complete; ``dataset`` was drawn with the repeat's data seed.
    On a CPU the same config gives the same frames, also across a checkpoint. Networks that share no
    computation are stepped beside each other (`lanes`): on a CPU by ``crew`` threads, on a GPU on
    streams of their own, with steps replayed unless ``HARMONY_CUDA_GRAPHS=0``; ``make_track`` does
    so elsewhere, for tests.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: LongTailedDataset,
        repeat: int = 0,
        *,
        crew: int = 1,
        make_track: MakeTrack | None = None,
    ) -> None:
        self.config, self.dataset, self.repeat = config, dataset, repeat
        self.seeds = config.seeds.of_repeat(repeat)
        self.device = choose_device(config.device)
        self.epochs, self.epoch = config.epochs, 0
        self._fresh, self._torn = True, False
        check_batches(len(dataset.train_targets), config.optim.batch_size)
        self.inputs = Inputs(dataset, self.device)
        self.targets = torch.from_numpy(dataset.train_targets)
        self._targets = self.targets.to(self.device)
        self._source = self.inputs.load(dataset.train_inputs, pad=dataset.augment)
        counts = torch.from_numpy(dataset.train_counts)
        self.class_counts = counts
        self.losses = [
            build_loss(method.loss, counts, **method.params).to(self.device)
            for method in config.methods
        ]
        shape = self.inputs.shape(dataset.train_inputs)
        on_gpu = self.device.type == "cuda"
        networks = [self._network(method, shape) for method in config.methods]
        self.networks = gather(networks, bf16=on_gpu and dataset.kind == "images").to(self.device)
        self._parameters = list(self.networks.parameters())
        self.optimizer = torch.optim.SGD(
            self._parameters,
            lr=config.optim.lr,
            momentum=config.optim.momentum,
            weight_decay=config.optim.weight_decay,
            fused=True,
        )
        self._descent = Descent(self._parameters, self.optimizer, config.optim)
        self.collector = Collector(
            len(config.methods), len(dataset.class_names), config.record.bins, self.device
        )
        self._crew = Crew(1 if on_gpu else crew)
        reason = ""
        if make_track is None:
            beside = min(self._crew.size, len(self.networks.members()))
            make_track, reason = tracks_for(self.device, world()[1], beside)
        self._on_host = make_track is HostTrack
        self._together_because = reason
        self._lanes = None if make_track is None else self._in_lanes(make_track)
        self._scene = build_scene(dataset, config.record, self.seeds.data)
        self._recorder = Recorder(config, dataset, self._scene, self.inputs, repeat, self._crew)

    def _network(self, method: MethodConfig, shape: tuple[int, ...]) -> Any:
        network = build_model(
            self.config.model.name,
            shape,
            len(self.dataset.class_names),
            head=LOSSES[method.loss].head,
            generator=generator(self.seeds.init, 0),
            **self.config.model.params,
        )
        # Batches lie as (n, h, w, channels) in memory, which is faster on CPUs too.
        network = network.to(memory_format=torch.channels_last)
        if self.device.type == "cuda" and world()[1] > 1:
            return torch.nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        return network

    def _in_lanes(self, make_track: MakeTrack) -> Lanes:
        places = Places(
            self.inputs, self._source, self._targets, self.dataset.augment,
            self.config.optim.batch_size,
        )  # fmt: skip
        return Lanes(
            self.networks.members(), self.losses, places, self.collector, self.optimizer,
            self.config.optim, make_track, self._crew,
        )  # fmt: skip

    @property
    def stepping(self) -> str:
        """How steps are done on a GPU, in words for a record; empty on a CPU."""
        if self._on_host:
            return ""
        if self._lanes is None:
            on_gpu = self.device.type == "cuda"
            return f"eager steps: {self._together_because}" if on_gpu else ""
        lanes, reasons = self._lanes.lanes, self._lanes.reasons()
        if not reasons:
            return "CUDA graphs"
        eager = f"{len(reasons)} of {len(lanes)} eager: {reasons[0]}"
        return eager if len(reasons) == len(lanes) else f"CUDA graphs, {eager}"

    def scene(self) -> Scene:
        """What all frames of this repeat share."""
        return self._scene

    def run(self, should_stop: Callable[[], bool] | None = None) -> Iterator[list[Frame]]:
        """Yield once an epoch, beginning with epoch 0 unless restored from a checkpoint.

        The list is empty after epochs that are not recorded and on ranks other than 0. If
        ``should_stop`` says so amid an epoch the iterator ends and the epoch is lost: continue from
        the last `checkpoint`.
        """
        if self._fresh:
            self._fresh = False
            yield self._record(0.0)
        while self.epoch < self.epochs:
            rate = self._train_epoch(should_stop)
            if rate is None:
                self._torn = True
                return
            self.epoch += 1
            sums, loss = self.collector.finish()
            every = self.config.record.every
            recorded = self.epoch % every == 0 or self.epoch == self.epochs
            yield self._record(rate, sums, loss) if recorded else []

    def _train_epoch(self, should_stop: Callable[[], bool] | None) -> float | None:
        """One pass over the data; the last learning rate, or None if stopped."""
        samplers = [self._sampler(method) for method in self.config.methods]
        plan = self._begin_epoch(frozenset(samplers))
        n, size = len(self.targets), self.config.optim.batch_size
        steps = -(-n // size)
        rates = [
            learning_rate(self.config.optim, self.epoch, step, steps, self.epochs)
            for step in range(steps)
        ]
        if self._lanes is not None:
            self._lanes.load(plan, samplers, rates)
            return rates[-1] if self._lanes.run(should_stop) else None
        rank, ranks = world()
        for step, rate in enumerate(rates):
            if should_stop is not None and step % STOP_EVERY == 0 and should_stop():
                return None
            self.optimizer.param_groups[0]["lr"] = rate
            rows = slice(step * size + rank, min((step + 1) * size, n), ranks)
            self._step(*self._batch(plan, samplers, rows))
        return rates[-1]

    def _begin_epoch(self, samplers: frozenset[str]) -> EpochPlan:
        """Turn every schedule to this epoch, in place, and draw it."""
        for method, loss in zip(self.config.methods, self.losses, strict=True):
            loss.train()
            loss.on_epoch_start(self.epoch, self.epochs)
            if method.deferral == "drw" and self.epoch >= deferral_epoch(self.epochs):
                loss.set_class_weight(class_balanced_weights(self.class_counts, CLASS_BALANCE))
        return draw_epoch(
            self.targets, self.class_counts, samplers, self.seeds.order, self.epoch,
            self.dataset.augment, self.device,
        )  # fmt: skip

    def _sampler(self, method: MethodConfig) -> str:
        if method.deferral == "drs" and self.epoch >= deferral_epoch(self.epochs):
            return "class_balanced"
        return method.sampler

    def _batch(self, plan: EpochPlan, samplers: list[str], rows: slice) -> tuple[Tensor, Tensor]:
        """Inputs (m, n, …) and targets (m, n) of one step, shared by methods with one sampler."""
        made = {}
        for name, order in plan.index.items():
            index = order[rows]
            if plan.crop is not None and plan.flip is not None:
                cut = self.inputs.cut(self._source, index, plan.crop[rows], plan.flip[rows])
            else:
                cut = self._source[index]
            made[name] = (self.inputs.finish(cut), self._targets[index])
        if len(made) == 1:
            inputs, targets = made[samplers[0]]
            m = len(samplers)
            return inputs.expand(m, *inputs.shape), targets.expand(m, -1)
        parts = [made[name] for name in samplers]
        return torch.stack([x for x, _ in parts]), torch.stack([y for _, y in parts])

    def _step(self, inputs: Tensor, targets: Tensor) -> None:
        terms, losses = backward(self.networks, self.losses, self._parameters, inputs, targets)
        average_gradients(self._parameters)
        self._descent(self.optimizer.param_groups[0]["lr"])
        self.collector.add(targets, terms, losses)

    def _record(
        self, rate: float, sums: Tensor | None = None, loss: Tensor | None = None
    ) -> list[Frame]:
        if world()[0] != 0:
            return []
        return self._recorder.frames(self.networks, self.losses, self.epoch, rate, sums, loss)

    def checkpoint(self) -> bytes:
        """Everything needed to continue after the last finished epoch."""
        if self._torn:
            raise RunError("Expected a checkpoint between epochs, but this one was cut short.")
        buffer = io.BytesIO()
        state = {
            "epoch": self.epoch,
            "networks": self.networks.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "losses": [loss.state_dict() for loss in self.losses],
        }
        torch.save(state, buffer)
        return buffer.getvalue()

    def restore(self, data: bytes) -> None:
        """Continue from `checkpoint`'s bytes; damage or another config's bytes raise `RunError`."""
        try:
            state = torch.load(io.BytesIO(data), map_location=self.device, weights_only=True)
            self.networks.load_state_dict(state["networks"])
            self.optimizer.load_state_dict(state["optimizer"])
            for loss, saved in zip(self.losses, state["losses"], strict=True):
                loss.load_state_dict(saved)
            self.epoch = int(state["epoch"])
            self._descent.forget()
            self.collector.forget()
            if self._lanes is not None:
                self._lanes.forget()
        except Exception as error:
            raise RunError(
                "Expected a checkpoint of this experiment, but it cannot be read "
                f"({type(error).__name__}). Start the experiment again."
            ) from error
        self._fresh = self._torn = False


def choose_device(name: str) -> torch.device:
    """The device a config asks for; ``auto`` is the GPU where there is one."""
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise ConfigError(
            "Expected a CUDA device, but PyTorch sees none. Choose device `auto` or `cpu`."
        )
    if name == "cpu" or not available:
        return torch.device("cpu")
    return torch.device("cuda", torch.cuda.current_device())
