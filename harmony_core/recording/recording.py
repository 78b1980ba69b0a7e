"""`record` and `Recording`: an experiment written by somebody else's training loop.

Axes: n samples of a step, c classes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ..arrays import Array
from ..config import DataConfig, ExperimentConfig, ModelConfig, RecordConfig, RecordedConfig
from ..errors import ConfigError, DataError, RunError
from ..losses.over_ranks import distributed
from ..parameters import check_number
from .arguments import Arguments, arguments_of
from .criterion import BY_LARGEST, Criterion, criterion_of
from .experiment import Experiment
from .frames import KIND, frame_of, scene_of
from .over_ranks import gathered, writes
from .samples import Samples, samples_of
from .setting import UNTESTED, Setting
from .test_tally import TestPart, TestTally
from .train_tally import Memory, TrainPart, TrainTally
from .value_checks import check_targets, looks, rows_of

C = TypeVar("C", bound=Callable[..., Any])
UNPLANNED = 1
"""Epochs of a recording that was not told how many there will be, before the first."""


class Recording:
    """Records one training; `record` makes it, and as a context manager it ends with the loop.

    Passes with gradients are training steps, passes without are test passes. The test figures of an
    epoch are those of its last evaluation: test passes after a training step begin a new one.

    An exception inside ``with`` marks the experiment failed, Ctrl-C stopped, and a killed process
    leaves it interrupted; the epochs so far stay readable. Under `torch.distributed` every rank
    records and calls `epoch` and `close`, which gather what they counted; rank 0 alone writes.
    """

    def __init__(
        self,
        root: Path | str | None,
        config: ExperimentConfig,
        setting: Setting,
        *,
        title: str = "",
        label: str = "",
        optimizer: torch.optim.Optimizer | None = None,
        head: nn.Module | None = None,
        class_dim: int | None = None,
        ignore_index: int | None = None,
    ) -> None:
        self._setting, self._bins = setting, config.record.bins
        self._label, self._optimizer, self._head = label, optimizer, head
        self._class_dim, self._ignore_index = class_dim, ignore_index
        self._criterion: Criterion | None = None
        self._hooks: list[torch.utils.hooks.RemovableHandle] = []
        self._watched: list[object] = []
        self._train: TrainTally | None = None
        self._test: TestTally | None = None
        self._memory: Memory | None = None
        self._names: tuple[str, ...] = ()
        self._counts: Array | None = None
        self._following: bool | None = None
        """Whether rows were given in the first epoch; None before it has ended."""
        self._stepped = self._soft = self._closed = False
        self._calls = self._written_calls = 0
        self._rate = math.nan
        self._rows: Tensor | None = None
        self.last_epoch = 0
        """The last epoch that was recorded; 0 before the first."""
        self._experiment = Experiment.begin(root, config, title) if writes() else None

    @property
    def id(self) -> str:
        """The experiment's id, empty on ranks other than 0."""
        return "" if self._experiment is None else self._experiment.record.id

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked for a stop in the app; a loop may end its epochs then."""
        return self._experiment is not None and self._experiment.stop_requested

    # What a loop calls

    def watch(self, criterion: C) -> C:
        """Record every call of ``criterion(logits, targets)``; the criterion, to be called.

        A module is returned as it is, with a hook; of a function a recording one is returned. The
        first one watched is the method that the experiment shows, and further ones, such as another
        criterion for validation, are only listened to.
        """
        if any(criterion is known for known in self._watched):
            return criterion  # a second hook would count every call twice
        own = criterion_of(criterion, self._label)
        if self._criterion is None:
            self._adopt(own)
        if isinstance(criterion, nn.Module):
            self._watched.append(criterion)
            forward = criterion.forward
            hook = criterion.register_forward_hook(
                lambda _, *call: self._called(own, forward, *call), with_kwargs=True
            )
            self._hooks.append(hook)
            return criterion

        def recorded(*given: Any, **named: Any) -> Any:
            result = criterion(*given, **named)
            self._called(own, criterion, given, named, result)
            return result

        self._watched.append(recorded)

        return recorded  # type: ignore[return-value]

    def rows(self, index: Tensor) -> None:
        """Say which rows (n,) of the training set the next training step has."""
        self._rows = index

    def step(
        self,
        logits: Tensor,
        targets: Tensor,
        *,
        index: Tensor | None = None,
        loss: Tensor | None = None,
        features: Tensor | None = None,
    ) -> None:
        """Record a training step, for loops whose criterion is not watched.

        ``logits`` (n, c) and ``targets`` (n,), or what else a criterion takes (`samples_of`);
        ``index`` (n,) are rows of the training set, ``loss`` is what the step minimised.
        """
        self._step(self._known(), Arguments(logits, targets, features), index, loss)

    def test(self, logits: Tensor, targets: Tensor) -> None:
        """Record a test pass, for loops whose criterion is not watched."""
        self._pass(self._known(), Arguments(logits, targets))

    def epoch(
        self,
        number: int | None = None,
        *,
        test_logits: Tensor | None = None,
        test_targets: Tensor | None = None,
        train_loss: float | None = None,
        lr: float | None = None,
    ) -> None:
        """Close an epoch: write its frame, and begin to count anew.

        ``number`` counts from 1, and by default goes on; 0 is a test before training. With
        ``test_logits`` (n, c) and ``test_targets`` (n,) no test pass has to be recorded. Without a
        training step and a test pass there is nothing to write: `RunError`.
        """
        if test_logits is not None and test_targets is not None:
            self._stepped = True  # no earlier pass belongs to this test
            self.test(test_logits, test_targets)
        if self._closed:
            raise RunError(
                "Expected an epoch before the recording was closed, but got one after. Begin "
                "another with `harmony_core.record`."
            )
        at = self._next(number)
        idle = self._calls == self._written_calls and not distributed()
        if self._train is None or self._test is None or self._memory is None or idle:
            raise RunError(
                "Expected a training step or a test pass before the epoch ends, but none was seen. "
                "Watch the criterion with `run.watch(criterion)`, or call `run.step`, and "
                "`run.epoch` once an epoch."
            )
        self._written_calls = self._calls
        if not math.isfinite(self._rate):
            self._read_rate()
        rate = self._rate if lr is None else lr
        parts = gathered((self._train.finish(), self._test.finish()))
        self._stepped = False
        self.last_epoch = at
        if self._experiment is not None and parts:
            train = TrainPart.joined([part for part, _ in parts])
            if train_loss is not None:
                train = TrainPart(train.sums, float(train_loss), 1)
            test = TestPart.joined([part for _, part in parts])
            self._memory.update([part for part, _ in parts])
            if self._following is None and train.steps:
                self._following = self._memory.known
            self._write(self._experiment, at, rate, train, test, self._memory)

    def close(self, error: BaseException | None = None) -> None:
        """End the recording; with ``error`` as failed, or as stopped by Ctrl-C."""
        self._closed = True
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        if self._experiment is not None:
            self._experiment.end(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(error)

    # How the calls are counted

    @torch.compiler.disable  # type: ignore[untyped-decorator]
    def _called(self, own: Criterion, call: Any, given: Any, named: Any, result: Any) -> None:
        """Record a call of a watched criterion."""
        arguments = arguments_of(call, given, named)
        if "ignore_index" in named:
            own.ignore_index = named["ignore_index"]
        if torch.is_grad_enabled():
            self._step(own, arguments, None, result if isinstance(result, Tensor) else None)
        else:
            self._pass(own, arguments)

    def _step(
        self, form: Criterion, given: Arguments, index: Tensor | None, loss: Tensor | None
    ) -> None:
        """A training step; ``form`` is the criterion that is called."""
        with torch.inference_mode(False), torch.no_grad():
            samples = self._samples(form, given)
            train, _, _ = self._tallies(samples)
            index = self._rows if index is None else index
            rows = rows_of(index, samples, self._setting, self._calls)
            train.add(samples, self._known().measure(samples), loss, rows)
        self._rows, self._stepped = None, True
        self._read_rate()

    def _pass(self, form: Criterion, given: Arguments) -> None:
        """A test pass."""
        with torch.inference_mode(False), torch.no_grad():
            samples = self._samples(form, given)
            _, test, _ = self._tallies(samples)
            if self._stepped:
                test.forget()
                self._stepped = False
            test.add(samples)

    def _read_rate(self) -> None:
        if self._optimizer is not None:
            self._rate = float(self._optimizer.param_groups[0]["lr"])

    def _adopt(self, criterion: Criterion) -> None:
        self._criterion = criterion
        if self._experiment is not None:
            self._experiment.set_method(criterion.method)

    def _known(self) -> Criterion:
        if self._criterion is None:
            self._adopt(Criterion(None, self._label))
        assert self._criterion is not None
        return self._criterion

    def _samples(self, form: Criterion, given: Arguments) -> Samples:
        dim = form.class_dim if self._class_dim is None else self._class_dim
        ignored = form.ignore_index if self._ignore_index is None else self._ignore_index
        samples = samples_of(given.logits, given.targets, dim, ignored, given.features)
        self._calls += 1
        if looks(self._calls, samples.logits.device):
            check_targets(samples)
        self._soft = self._soft or samples.shares is not None
        return samples

    def _tallies(self, samples: Samples) -> tuple[TrainTally, TestTally, Memory]:
        """The tallies, made for the classes and the device of the first samples."""
        if self._train is None or self._test is None or self._memory is None:
            c, device = samples.logits.shape[1], samples.logits.device
            self._names = self._setting.names(c)
            follow = self._setting.follow
            self._train = TrainTally(c, self._bins, device, follow)
            self._test = TestTally(c, device, self._known().scale)
            self._memory = Memory.blank(len(follow), c)
            if self._experiment is not None:
                self._experiment.set_device(str(device))
        if samples.logits.shape[1] != len(self._names):
            raise DataError(
                f"Expected logits of {len(self._names)} classes as before, but got "
                f"{samples.logits.shape[1]}."
            )
        return self._train, self._test, self._memory

    def _next(self, number: int | None) -> int:
        if number is None:
            return self.last_epoch + 1
        check_number(number, "the number of an epoch", 0, 10_000, whole=True)
        if number < self.last_epoch or (number == self.last_epoch and number > 0):
            raise ConfigError(
                f"Expected an epoch after {self.last_epoch}, but got {number}. Leave the number "
                "out to continue the count."
            )
        return number

    def _write(
        self,
        experiment: Experiment,
        epoch: int,
        rate: float,
        train: TrainPart,
        test: TestPart,
        memory: Memory,
    ) -> None:
        criterion, setting = self._known(), self._setting
        follow, targets = setting.follow, setting.follow_targets
        if not self._following:
            memory, follow, targets = memory.none(), follow[:0], targets[:0]
        if not experiment.has_scene or self._counts is None or test.samples:
            counts, counted = self._train_counts(train)
            notes = [*setting.notes(experiment.loop, counted, len(follow)), *criterion.notes]
            notes += [BY_LARGEST] if self._soft else []
            tested = np.asarray(test.confusion(len(self._names)).sum(axis=1))
            notes += [] if tested.any() else [UNTESTED]
            experiment.save_scene(scene_of(self._names, counts, tested, follow, targets, notes))
            self._counts = counts if train.steps else None
        head = getattr(self._head, "weight", None)
        frame = frame_of(criterion, epoch, rate, train, test, memory, targets, head)
        experiment.save_epoch(frame)

    def _train_counts(self, train: TrainPart) -> tuple[Array, bool]:
        """The training samples of each class, and whether the first epoch had to count them."""
        if self._setting.known_counts is not None:
            return self._setting.known_counts, False
        own = self._known().class_counts
        if own is not None:
            return own.round().long().cpu().numpy(), False
        if self._counts is not None:
            return self._counts, True
        return train.sums[0].sum(axis=1).round().astype(np.int64), True


def record(
    root: Path | str | None = None,
    *,
    title: str = "",
    classes: Sequence[str] | int | None = None,
    train_counts: object = None,
    train_targets: object = None,
    loss: object = None,
    label: str = "",
    epochs: int | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    head: nn.Module | None = None,
    class_dim: int | None = None,
    ignore_index: int | None = None,
    tracked: int = 2000,
    bins: int = 50,
    data: str = "",
    model: str = "",
    loop: str = "a loop of its own",
) -> Recording:
    """Begin to record a training as an experiment of the runs folder ``root``.

    Everything is optional. ``classes``: their names; ``train_counts`` (c,) or ``train_targets``
    (n,): the training set; ``loss``: the criterion, watched at once; ``label``: the method's name;
    ``epochs``: how many there will be; ``optimizer``: for the learning rate; ``head``: the last
    layer, for the norms of its rows; ``class_dim`` and ``ignore_index``: as the criterion's, which
    are the default; ``tracked``: how many samples to follow one by one, ``bins``: of the gradient
    norm; ``data``, ``model`` and ``loop``: what they are, in words.
    """
    if epochs is not None:
        check_number(epochs, "epochs", 1, 10_000, whole=True)
    method = Criterion(None, label).method
    config = ExperimentConfig(
        data=DataConfig(KIND, profile="as_is"),
        model=ModelConfig(KIND),
        methods=(method,),
        epochs=epochs or UNPLANNED,
        record=RecordConfig(tracked=tracked, bins=bins, embedding=False),
        recorded=RecordedConfig(loop, data, model),
    )
    setting = Setting(classes, train_counts, train_targets, tracked)
    run = Recording(
        root, config, setting, title=title, label=label, optimizer=optimizer, head=head,
        class_dim=class_dim, ignore_index=ignore_index,
    )  # fmt: skip
    if loss is not None:
        run.watch(loss)  # type: ignore[type-var]
    return run
