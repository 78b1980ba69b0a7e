"""What a criterion makes of each sample: its weight and its gradient norm.

For Harmony's losses both are the loss's own, as is the gradient density. For any other criterion
the gradient norm is that of cross-entropy, g = ½‖p − q‖₁ with p the plain softmax and q
the target, and the weight is the class's in `nn.CrossEntropyLoss` and 1 elsewhere.

Axes: n samples, c classes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from ..config import OTHER_LOSS, MethodConfig
from ..errors import ConfigError
from ..losses import LOSSES
from ..losses.base import Loss, LossTerms
from ..losses.forms import read_call
from ..losses.joined import measure
from ..losses.samples import distance, gradient_norm, sample_cross_entropy
from ..parameters import Value
from ..training.recorder import density_of, learned_of
from .samples import Samples, smoothed

UNKNOWN = (
    "{} is not one of Harmony's losses: its gradient norms are those of cross-entropy on the "
    "logits, and every sample counts with weight 1."
)
WEIGHTED = (
    "The weights are the class weights of nn.CrossEntropyLoss; the gradient norms do not include "
    "them."
)
BY_LARGEST = "A mixed sample is counted in the class with its largest share."


@dataclass(frozen=True)
class Measured:
    """What a criterion makes of n samples, detached, each (n,)."""

    weight: Tensor
    grad_norm: Tensor
    difficulty: Tensor
    cross_entropy: Tensor
    """In nats, of the logits the loss trains on."""


class Criterion:
    """A criterion that is none of Harmony's losses; `criterion_of` finds the right kind."""

    def __init__(self, call: Callable[..., Any] | None = None, label: str = "") -> None:
        name = getattr(call, "__name__", type(call).__name__) if call is not None else ""
        self.label = label or name or "Own loss"
        form = getattr(call, "form", call)
        self.ignore_index: int | None = getattr(form, "ignore_index", _default(call))
        self.class_dim = int(getattr(form, "class_dim", 1))

    @property
    def method(self) -> MethodConfig:
        """The method as an experiment's config names it."""
        return MethodConfig(OTHER_LOSS, label=self.label)

    @property
    def scale(self) -> float:
        """What multiplies the logits before the softmax that gives probabilities."""
        return 1.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the record should know about its weights."""
        return (UNKNOWN.format(self.label),)

    @property
    def class_counts(self) -> Tensor | None:
        """(c,) training samples, if the criterion knows them."""
        return None

    def weights_of(self, samples: Samples) -> Tensor:
        """(n,) the weight of each sample."""
        return torch.ones_like(samples.targets, dtype=samples.logits.dtype)

    def shares_of(self, samples: Samples) -> Tensor | None:
        """(n, c) what the criterion trains towards; ``None`` for the class alone."""
        return samples.shares

    def measure(self, samples: Samples) -> Measured:
        """What the criterion makes of the samples."""
        shares = self.shares_of(samples)
        if shares is None:
            entropy = sample_cross_entropy(samples.logits, samples.targets)
            norm = gradient_norm(entropy)
        else:
            log_p = samples.logits.log_softmax(1)
            entropy, norm = -(shares * log_p).sum(1), distance(log_p, shares)
        return Measured(self.weights_of(samples), norm, norm, entropy)

    def state(self, classes: int) -> dict[str, Any]:
        """The fields of a frame that describe the criterion itself."""
        return {"inter_weight": torch.ones(classes)}


class CrossEntropy(Criterion):
    """`nn.CrossEntropyLoss`, with its class weights and label smoothing."""

    def __init__(self, loss: nn.CrossEntropyLoss, label: str = "") -> None:
        super().__init__(loss, label)
        self._loss = loss
        smoothing, weight = loss.label_smoothing, loss.weight
        if not label:
            extras = ["class weights"] if weight is not None else []
            extras += [f"smoothing {smoothing:g}"] if smoothing else []
            self.label = "Cross-entropy" + (f" ({', '.join(extras)})" if extras else "")

    @property
    def method(self) -> MethodConfig:
        """Plain cross-entropy is a loss of Harmony's too."""
        plain = self._loss.weight is None and not self._loss.label_smoothing
        return MethodConfig("ce" if plain else OTHER_LOSS, label=self.label)

    @property
    def notes(self) -> tuple[str, ...]:
        return () if self._loss.weight is None else (WEIGHTED,)

    def weights_of(self, samples: Samples) -> Tensor:
        if self._loss.weight is None:
            return super().weights_of(samples)
        weight = self._loss.weight.detach().to(samples.logits)
        return weight[samples.targets] if samples.shares is None else samples.shares @ weight

    def shares_of(self, samples: Samples) -> Tensor | None:
        smoothing = self._loss.label_smoothing
        return smoothed(samples, smoothing) if smoothing else samples.shares

    def state(self, classes: int) -> dict[str, Any]:
        weight = self._loss.weight
        return super().state(classes) if weight is None else {"inter_weight": weight.detach()}


class OwnLoss(Criterion):
    """One of Harmony's losses: it is asked for the terms of the samples, without learning."""

    def __init__(self, loss: Loss, label: str = "") -> None:
        super().__init__(loss, label)
        self._loss = loss
        self._method = _named(loss, label)
        self.label = label or self._method.label or type(loss).__name__

    @property
    def method(self) -> MethodConfig:
        return self._method

    @property
    def scale(self) -> float:
        return float(self._loss.scale)

    @property
    def notes(self) -> tuple[str, ...]:
        return ()

    @property
    def class_counts(self) -> Tensor | None:
        return self._loss.class_counts

    def measure(self, samples: Samples) -> Measured:
        training = self._loss.training
        self._loss.eval()
        try:
            terms = self._terms(samples)
        finally:
            self._loss.train(training)
        norm, difficulty = terms.grad_norm, terms.difficulty
        return Measured(terms.weight, norm, difficulty, terms.cross_entropy.detach())

    def state(self, classes: int) -> dict[str, Any]:
        return {
            "inter_weight": self._loss.inter_weight(),
            **learned_of(self._loss),
            **density_of(self._loss),
        }

    def _terms(self, samples: Samples) -> LossTerms:
        """The loss's own reading of the samples, soft targets and label smoothing included."""
        loss = self._loss
        targets = samples.targets if samples.shares is None else samples.shares
        form = replace(loss.form, class_dim=1)
        called = read_call(loss.classes, form, samples.logits, targets, samples.features)
        return measure([loss], [called.samples])[0][0]


def criterion_of(call: object, label: str = "") -> Criterion:
    """What is known of a criterion: a loss of Harmony's, cross-entropy, or any other callable."""
    if isinstance(call, Loss):
        return OwnLoss(call, label)
    if isinstance(call, nn.CrossEntropyLoss):
        return CrossEntropy(call, label)
    if isinstance(call, nn.MultiLabelSoftMarginLoss | nn.MultiLabelMarginLoss):
        raise ConfigError(
            "Expected a criterion for one class a sample, but got "
            f"{type(call).__name__}, which takes several. Such trainings cannot be recorded."
        )
    if not callable(call):
        raise ConfigError(
            f"Expected a criterion that can be called, but got {type(call).__name__}. "
            "Hand over the loss itself, as in `run.watch(nn.CrossEntropyLoss())`."
        )
    return Criterion(call, label)


def _default(call: object) -> int | None:
    """The ``ignore_index`` of a function such as `F.cross_entropy` that is not told another."""
    if call is None or isinstance(call, nn.Module):
        return None
    try:
        parameter = inspect.signature(call).parameters.get("ignore_index")  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    value = None if parameter is None else parameter.default
    return value if isinstance(value, int) else None


def _named(loss: Loss, label: str) -> MethodConfig:
    """The method of a loss as configs name it, or one without a formula if it is not declared."""
    kind = type(loss)
    for spec in LOSSES.values():
        module, _, attribute = spec.factory.partition(":")
        if (module, attribute) == (kind.__module__, kind.__qualname__):
            names = list(inspect.signature(kind.__init__).parameters)[2:]
            given: dict[str, Value] = dict(zip(names, loss.given[0], strict=False))
            given |= loss.given[1]
            known = {parameter.name for parameter in spec.parameters}
            params = {name: value for name, value in given.items() if name in known}
            return MethodConfig(spec.name, spec.resolve(params), label=label)
    return MethodConfig(OTHER_LOSS, label=label or kind.__name__)
