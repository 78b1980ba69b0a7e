"""Train several methods in lockstep and record each of them after every epoch.

`train` knows nothing of disks, pages or jobs: it yields frames, and leaving its loop cancels it.
Perceptrons are one batched network and are stepped jointly (`steppers.joint`); other networks are
stepped beside each other (`steppers.separate`). Nothing in a step waits for the device.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..arrays import Array
from ..config import CLASS_BALANCE, ExperimentConfig, MethodConfig, deferral_epoch
from ..data.dataset import LongTailedDataset
from ..data.streamed.store import as_stream
from ..errors import ConfigError, RunError
from ..frames import Frame, Scene
from ..losses import LOSSES, build_loss
from ..losses.weighted import class_balanced_weights
from ..models import build_model
from .batch_norms import local_batch_norms
from .collector import Collector
from .device_data import DeviceData
from .distributed import check_batches, world
from .epoch_plan import draw_epoch, generator
from .memory import estimate
from .networks import build_ensemble
from .recorder import Recorder
from .scene import build_scene
from .schedule import learning_rate
from .steppers.cuda_graph import MakeStream, choose_stream
from .steppers.joint import JointStepper
from .steppers.separate import SeparateStepper
from .steppers.stepper import Stepper, Training
from .steppers.streamed import StreamedStepper
from .steppers.thread_pool import ThreadPool
from .test_set import held_scores


def train(
    config: ExperimentConfig, dataset: LongTailedDataset, repeat: int = 0
) -> Iterator[list[Frame]]:
    """Train one repeat of an experiment; yields the frames of every epoch from 0 (untrained) on."""
    return Lockstep(config, dataset, repeat).run()


class Lockstep:
    """One repeat of an experiment, stepped epoch by epoch; can be saved and continued.

    ``config`` is complete; ``dataset`` was drawn with the repeat's data seed.
    On a CPU the same config gives the same frames, also across a checkpoint. Networks that share no
    computation are stepped beside each other: on a CPU by ``threads`` threads, on a GPU on separate
    streams, with steps replayed from CUDA graphs unless ``HARMONY_CUDA_GRAPHS=0``. ``make_stream``
    sets the streams instead, for tests without a GPU.
    """

    stepper: Stepper
    """Takes the networks through an epoch."""

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: LongTailedDataset,
        repeat: int = 0,
        *,
        threads: int = 1,
        make_stream: MakeStream | None = None,
    ) -> None:
        self.config, self.dataset, self.repeat = config, dataset, repeat
        self.seeds = config.seeds.of_repeat(repeat)
        self.device = choose_device(config.device)
        self.epochs, self.epoch = config.epochs, 0
        self._untrained, self._interrupted = True, False
        self._mixes = any(method.mix != "none" for method in config.methods)
        check_batches(len(dataset.train_targets), config.optim.batch_size)
        self.data = data = DeviceData(dataset, self.device)
        self.targets = torch.from_numpy(dataset.train_targets)
        self.class_counts = torch.from_numpy(dataset.train_counts)
        self.losses = [
            build_loss(method.loss, self.class_counts, **method.params).to(self.device)
            for method in config.methods
        ]
        shape = data.shape(dataset.train_inputs)
        on_gpu = self.device.type == "cuda"
        networks = [self._network(method, shape) for method in config.methods]
        self.networks = build_ensemble(networks, bf16=on_gpu and dataset.kind == "images")
        self.networks.to(self.device)
        self.optimizer = torch.optim.SGD(
            self.networks.parameters(),
            lr=config.optim.lr,
            momentum=config.optim.momentum,
            weight_decay=config.optim.weight_decay,
            fused=True,
        )
        self.collector = Collector(
            len(config.methods), len(dataset.class_names), config.record.bins, self.device
        )
        pool = ThreadPool(1 if on_gpu else threads)
        self._training = training = Training(
            networks=self.networks,
            methods=config.methods,
            losses=self.losses,
            optimizer=self.optimizer,
            optim=config.optim,
            data=data,
            inputs=(
                data.load(dataset.train_inputs, pad=dataset.augment)
                if data.stream is None
                else torch.empty(0)
            ),
            targets=self.targets.to(self.device),
            class_counts=self.class_counts.to(self.device),
            augment=dataset.augment,
            collector=self.collector,
        )
        eager_reason = ""
        images = as_stream(dataset.train_inputs)
        if make_stream is None and images is None:
            at_once = min(pool.size, len(self.networks.groups()))
            make_stream, eager_reason = choose_stream(self.device, world()[1], at_once)
        if images is not None and data.stream is not None:
            self.stepper = StreamedStepper(training, images, data.stream, pool)
        elif make_stream is None:
            self.stepper = JointStepper(training, eager_reason)
        else:
            self.stepper = SeparateStepper(training, make_stream, pool)
        self._scene = build_scene(dataset, config.record, self.seeds.data)
        if data.stream is not None:
            groups, ranks = self.networks.groups(), world()[1]
            batch = -(-config.optim.batch_size // ranks)  # under torchrun, this process's share
            needed = estimate(
                groups, shape, batch, pool.size if ranks == 1 else len(groups),
                data.stream.bytes_ahead(batch),
                held_scores(dataset, len(config.methods)),
            )  # fmt: skip
            self._scene = replace(self._scene, notes=(*self._scene.notes, str(needed)))
        self._recorder = Recorder(config, dataset, self._scene, data, repeat, pool)

    def _network(self, method: MethodConfig, shape: tuple[int, ...]) -> Any:
        network = build_model(
            self.config.model.name,
            shape,
            len(self.dataset.class_names),
            head=LOSSES[method.loss].head,
            generator=generator(self.seeds.init, 0),
            **self.config.model.params,
        )
        # Batches are (n, h, w, channels) in memory, which is faster on CPUs too.
        network = network.to(memory_format=torch.channels_last)
        if self.device.type == "cuda" and world()[1] > 1:
            return torch.nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        return network

    @property
    def stepping(self) -> str:
        """How steps are started on a GPU, in words for a record; empty on a CPU."""
        return self.stepper.describe()

    @property
    def remark(self) -> str:
        """What differs from a training by one process, for a record; empty if nothing does."""
        ranks = world()[1]
        if ranks == 1 or not local_batch_norms(self.networks):
            return ""
        return (
            f"Batch norms used the statistics of the samples of each of {ranks} processes, since "
            "PyTorch can share them on GPUs only; evaluation used those of the first process. The "
            "curves therefore differ from those of one process."
        )

    def scene(self) -> Scene:
        """What all frames of this repeat have in common."""
        return self._scene

    def run(self, should_stop: Callable[[], bool] | None = None) -> Iterator[list[Frame]]:
        """Yield once an epoch, starting with epoch 0 unless restored from a checkpoint.

        The list is empty after epochs that are not recorded and on ranks other than 0. If
        ``should_stop`` returns True within an epoch, the iterator ends and the epoch is lost:
        continue from the last `checkpoint`.
        """
        if self._untrained:
            self._untrained = False
            yield self._record(0.0)
        while self.epoch < self.epochs:
            rate = self.load_epoch()
            if not self.stepper.run(should_stop):
                self._interrupted = True
                return
            self.epoch += 1
            sums, loss = self.collector.finish()
            recorded = self.config.records(self.epoch)
            yield self._record(rate, sums, loss) if recorded else []

    def load_epoch(self) -> float:
        """Prepare `stepper` for the epoch after ``self.epoch``; the learning rate at its end.

        Applies every schedule, in place, and draws the samples.
        """
        for method, loss in zip(self.config.methods, self.losses, strict=True):
            loss.train()
            loss.on_epoch_start(self.epoch, self.epochs)
            if method.deferral == "drw" and self.epoch >= deferral_epoch(self.epochs):
                loss.set_class_weight(class_balanced_weights(self.class_counts, CLASS_BALANCE))
        samplers = [self._sampler(method) for method in self.config.methods]
        plan = draw_epoch(
            self.targets, self.class_counts, frozenset(samplers), self.seeds.order, self.epoch,
            self.dataset.augment, self.device, self.config.optim.batch_size if self._mixes else 0,
            self.data.resized,
        )  # fmt: skip
        steps = self._training.steps
        rates = [
            learning_rate(self.config.optim, self.epoch, step, steps, self.epochs)
            for step in range(steps)
        ]
        self.optimizer.param_groups[0]["lr"] = rates[-1]  # for checkpoints alone
        self.stepper.load(plan, samplers, rates)
        return rates[-1]

    def _sampler(self, method: MethodConfig) -> str:
        if method.deferral == "drs" and self.epoch >= deferral_epoch(self.epochs):
            return "class_balanced"
        return method.sampler

    def _record(
        self, rate: float, sums: Tensor | None = None, loss: Tensor | None = None
    ) -> list[Frame]:
        if world()[0] != 0:
            return []
        return self._recorder.frames(self.networks, self.losses, self.epoch, rate, sums, loss)

    def log_probabilities(self, inputs: Array) -> Array:
        """log softmax of the methods' networks (m, n, c) for ``inputs`` (n, …) as in the data set.

        After the last epoch they are those after the methods' post-hoc steps.
        """
        return self._recorder.log_probabilities(
            self.networks, self.losses, self.epoch, self.data.source(inputs)
        )

    def checkpoint(self) -> bytes:
        """Everything needed to continue after the last finished epoch."""
        if self._interrupted:
            raise RunError("Expected a checkpoint between epochs, but this epoch was interrupted.")
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
        """Continue from `checkpoint`'s bytes; `RunError` if they are of another config or version.

        Too little memory raises as it does.
        """
        try:
            state = torch.load(io.BytesIO(data), map_location=self.device, weights_only=True)
            self.networks.load_state_dict(state["networks"])
            self.optimizer.load_state_dict(state["optimizer"])
            for loss, saved in zip(self.losses, state["losses"], strict=True):
                loss.load_state_dict(saved)
            self.epoch = int(state["epoch"])
            self.stepper.forget()
            self.collector.forget()
        except (MemoryError, torch.OutOfMemoryError):
            raise
        except Exception as error:
            raise RunError(
                "Expected a checkpoint of this experiment and version, but it cannot be restored "
                f"({type(error).__name__}: {str(error)[:200]}). Use the version that wrote it, or "
                "start a new experiment with its config."
            ) from error
        self._untrained = self._interrupted = False


def choose_device(name: str) -> torch.device:
    """The device that a config names; ``auto`` is the GPU if there is one."""
    available = torch.cuda.is_available()
    if name == "cuda" and not available:
        raise ConfigError(
            "Expected a CUDA device, but PyTorch sees none. Choose device `auto` or `cpu`."
        )
    if name == "cpu" or not available:
        return torch.device("cpu")
    return torch.device("cuda", torch.cuda.current_device())
