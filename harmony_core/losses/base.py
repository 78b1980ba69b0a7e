"""The base class of all losses, and what they share.

Conventions for all files of this folder: n samples of a batch, c classes, u unit regions of a
gradient density, d features, m losses. ``logits`` (n, c) are floating point and plain (before any
margin); ``targets`` (n,) are int64 in [0, c); the gradient norm g = 1 − p_y is in [0, 1]. Weights
and gradient norms are constants in the backward pass. Arithmetic is in float32 or wider, under
autocast too. Nothing here copies data to the host, except in the few calls whose values
`value_checks` reads.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, Self, Unpack, final

import torch
from torch import Tensor, nn

from ..errors import ConfigError, DataError, EmptyClassWarning
from .forms import read_call
from .joined import joint_terms, measure, reduce_all
from .loss_terms import LossTerms
from .options import CallForm, Options
from .over_ranks import Pending, distributed, sum_together, world
from .samples import Samples
from .value_checks import check_cosines, check_shares, is_checked, may_look

__all__ = ["DensityState", "Loss", "LossTerms", "Samples", "joint_terms", "reduce_all"]


class DensityState(NamedTuple):
    """The state of a gradient density, to be drawn.

    A loss that keeps one density for all classes repeats it in every row.
    """

    counts: Tensor
    """(c, u) decayed counts A_c; 0 beyond a class's last region."""
    regions: Tensor
    """(c,) int64, number of unit regions M_c."""
    weights: Tensor
    """(c, u) current weight in each region; 0 beyond a class's last region."""


class Loss(nn.Module):
    """Base of all losses: a weighted cross-entropy of adjusted logits.

    A loss overrides `adjust`, which moves the logits, and `weigh`, which weighs the samples. The
    steps in between and the reduction are common to all losses, so that several losses can share
    them (`joint_terms`, `reduce_all`). Either may wait for counts of all ranks (`after_sum`). Over
    several ranks the loss is that of the whole batch, with one collective; a rank may be without
    samples, and its loss is then 0.

    ``class_weight`` (c,) is a static weight per class, 1 unless deferral sets it. It multiplies the
    sample's weight and its share of the denominator, as ``weight`` does in `F.cross_entropy`: a
    formula with (1/n) Σ … becomes Σ v_y … / Σ v_y under deferral.

    ``scale`` multiplies the plain logits before the softmax that gives probabilities: 1, except for
    a loss on cosines. ``head`` is the last layer that the logits have to come from: ``linear``, or
    ``cosine`` (`harmony_core.heads.CosineClassifier`). Soft targets are what `Samples` says, unless
    ``refuses_soft`` says why a loss has no meaning for them.

    ``class_counts`` (c,) are the training samples of each class, in the order of the class index
    (`harmony_core.class_counts`); a class without one counts as one of a single sample, with an
    `EmptyClassWarning`. The state stays in float32 or wider, also under ``half()`` and
    ``bfloat16()``. The options are those of `nn.CrossEntropyLoss`, see `Options`.

    >>> loss = Loss([3, 1])
    >>> loss.terms(torch.zeros(2, 2), torch.tensor([0, 1])).weight
    tensor([1., 1.])
    """

    needs_features = False
    head = "linear"
    refuses_soft = ""
    scale: float = 1.0
    class_counts: Tensor
    class_weight: Tensor
    given: tuple[tuple[Any, ...], dict[str, Any]]
    """The arguments it was built with, by position and by name, so that a record can name them."""

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        """Remember the arguments."""
        loss = super().__new__(cls)
        loss.__dict__["given"] = (args[1:], settings)
        return loss

    def __init__(self, class_counts: object, **options: Unpack[Options]) -> None:
        super().__init__()
        self.form = CallForm.of(options)
        if self.form.label_smoothing and self.refuses_soft:
            smoothing = self.form.label_smoothing
            raise ConfigError(
                f"Expected label_smoothing to be 0, but got {smoothing:g}. {self.refuses_soft}"
            )
        counts = _counts(class_counts)
        self.register_buffer("class_counts", counts.to(torch.float32))
        self.register_buffer("class_weight", torch.ones_like(self.class_counts))
        self._watched_calls = 0

    @property
    def classes(self) -> int:
        """The number of classes c."""
        return self.class_counts.shape[0]

    @property
    def in_training_step(self) -> bool:
        """Whether a call changes the state: in training mode, and only with gradients enabled.

        So a validation pass under ``no_grad`` leaves no trace, though few loops call ``eval()`` of
        their criterion.
        """
        return self.training and torch.is_grad_enabled()

    def forward(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> Tensor:
        """The loss of a batch; in a training step a density, if any, is updated first.

        ``logits`` are (n, c) or (n, c, …) with the classes along ``class_dim``, ``targets``
        integers in that shape without the classes, or probabilities in all of it; features come
        as the logits do, d in the place of c. With two classes, logits (n,) or (n, 1) are those of
        class 1, and targets 0 or 1, or its probability.

        ``mean`` is Σ weight · cross_entropy / Σ unit over the samples that are not ignored, and 0
        if all are; over several ranks it is that of the whole batch. ``sum`` and ``none`` are of
        this rank's samples, and not divided. Raises `DataError` on wrong shapes or types, and,
        in the calls that are checked (`value_checks`), on values for which the loss is undefined.
        """
        called = read_call(self.classes, self.form, logits, targets, features)
        samples = called.samples
        self._refuse(samples, called.single)
        units = []
        if self.form.reduction == "mean" and distributed():
            units = [samples.total(samples.each(self.unit_weight()))]
        (terms,), sums = measure([self], [samples], units)
        if self.form.reduction == "none":
            return (terms.weight * terms.cross_entropy).reshape(called.shape)
        if self.form.reduction == "sum":
            return (terms.weight * terms.cross_entropy).sum()
        denominator = sums[0] / world()[1] if sums else terms.unit.sum()
        tiny = torch.finfo(denominator.dtype).tiny
        return self.reduce(terms, denominator.clamp_min(tiny))

    @final
    def terms(self, logits: Tensor, targets: Tensor, features: Tensor | None = None) -> LossTerms:
        """The terms of each sample, for logits (n, c) and targets (n,) int64, none ignored.

        ``features`` (n, d) only if the loss ``needs_features``.
        """
        samples = Samples(self.check(logits, targets), targets, features)
        return measure([self], [samples])[0][0]

    def adjust(self, samples: Samples) -> Tensor | Pending[Tensor]:
        """z̃ (n, c), the logits the loss trains on; by default the plain ones."""
        return samples.logits

    def weigh(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms | Pending[LossTerms]:
        """The terms of every label, from the cross-entropy of z̃ and its gradient norm.

        All have the shape of ``samples.targets``: (n,), or (n, c) for soft targets. By default a
        label's weight is that of its class. In a training step a density is updated first, if any.
        """
        return self.weighed_by_class(loss, norm, samples)

    @final
    def weighed_by_class(self, loss: Tensor, norm: Tensor, samples: Samples) -> LossTerms:
        """The terms of labels that weigh as much as they add to the denominator."""
        unit = self.units(samples, loss.dtype)
        return LossTerms(loss, unit, norm, unit, norm)

    def unit_weight(self) -> Tensor:
        """(c,) what a sample of each class adds to the denominator, whatever its logits."""
        return self.class_weight

    @final
    def unit(self, targets: Tensor, dtype: torch.dtype) -> Tensor:
        """(n,) `unit_weight` of each sample's class."""
        return self.unit_weight().gather(0, targets).to(dtype)

    @final
    def units(self, samples: Samples, dtype: torch.dtype) -> Tensor:
        """`unit_weight` of every label's class, in the shape of ``samples.targets``."""
        return samples.each(self.unit_weight()).to(dtype)

    def inter_weight(self) -> Tensor:
        """(c,) the factor of a sample's weight that depends on its class only.

        The other factor, `LossTerms.weight` divided by this one, depends on the difficulty.
        """
        return self.class_weight

    def density_state(self) -> DensityState | None:
        """The gradient density and its weights, or ``None`` for a loss without one."""
        return None

    def learned_offset(self) -> Tensor | None:
        """(c,) what is added to the logits, if training changes it; else ``None``.

        An offset that follows from the class counts and the settings is not learned.
        """
        return None

    def on_epoch_start(self, epoch: int, epochs: int | None = None) -> None:
        """Start 0-based ``epoch``: schedules turn weights on or off, random numbers are drawn.

        If ``epochs`` is given, the schedule is shortened to fit a training of that length.
        """

    def set_class_weight(self, weight: Tensor) -> None:
        """Replace the static class weights (c,) in place, as deferred re-weighting does."""
        self.class_weight.copy_(weight)

    @final
    def reduce(self, terms: LossTerms, denominator: Tensor | None = None) -> Tensor:
        """Σ weight · cross_entropy / Σ unit, the denominator averaged over distributed ranks.

        Where ``denominator`` is not given, it is summed over the ranks here.
        """
        if denominator is None:
            denominator = sum_together([terms.unit.sum()])[0] / world()[1]
        return (terms.weight * terms.cross_entropy).sum() / denominator.to(terms.unit.dtype)

    def check(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Raise `DataError` on wrong shapes or dtypes; return the logits in float32 or wider.

        The values of the targets are not copied to the host; one outside [0, c) fails in PyTorch.
        A batch may be empty on one of several ranks only.
        """
        if logits.ndim != 2 or logits.shape[1] != self.classes or not logits.is_floating_point():
            raise DataError(
                f"Expected logits to be floating point of shape (n, {self.classes}), "
                f"but got {logits.dtype} of shape {tuple(logits.shape)}."
            )
        if targets.shape != logits.shape[:1] or targets.dtype != torch.int64:
            raise DataError(
                f"Expected targets to be int64 of shape ({len(logits)},), "
                f"but got {targets.dtype} of shape {tuple(targets.shape)}."
            )
        if len(logits) == 0 and not distributed():
            raise DataError("Expected at least 1 sample in the batch, but got 0.")
        return logits if logits.dtype == torch.float64 else logits.float()

    def extra_repr(self) -> str:
        """The classes, the last layer it needs, and the options."""
        options = ", ".join(f"{name}={value!r}" for name, value in vars(self.form).items())
        return f"classes={self.classes}, head={self.head!r}, {options}"

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Move or convert the state, but to no type narrower than float32.

        A device without float64, such as Apple's, gets float64 values as float32.
        """

        def converted(value: Tensor) -> Tensor:
            try:
                new = fn(value)
            except TypeError:
                if value.dtype != torch.float64:
                    raise
                new = fn(value.float())
            narrow = new.is_floating_point() and new.element_size() < torch.float32.itemsize
            return value.to(new.device) if narrow else new

        super()._apply(converted, recurse)  # type: ignore[no-untyped-call]
        return self

    def _refuse(self, samples: Samples, single: bool) -> None:
        """Raise `DataError` for logits and targets for which the loss is undefined."""
        cosine, soft = self.head == "cosine", samples.given is not None
        if cosine and single:
            raise DataError(
                f"Expected {type(self).__name__} to get the cosines of both classes, but got one "
                "logit. Use harmony_core.heads.CosineClassifier(features, 2)."
            )
        if soft and self.refuses_soft:
            raise DataError(
                f"Expected class indices as targets, but got soft ones. {self.refuses_soft}"
            )
        if (cosine or soft) and may_look(samples):
            self._watched_calls += 1
            if is_checked(self._watched_calls):
                if cosine:
                    check_cosines(type(self).__name__, samples, self.scale)
                check_shares(samples)


def _counts(values: object) -> Tensor:
    """Class counts from any sequence of numbers, as float64 (c,) on the CPU.

    A class without a sample counts as one of a single sample, so that its prior is not 0.
    """
    _refuse_tables(values)
    try:
        counts = torch.as_tensor(values).detach().cpu()
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise DataError(
            f"Expected class_counts to be one number for each class, but got {values!r:.80}. "
            "harmony_core.class_counts finds them for a data set or its labels."
        ) from error
    if counts.ndim != 1 or len(counts) < 1 or counts.is_complex() or counts.dtype == torch.bool:
        raise DataError(
            "Expected class_counts to be one number for each class, "
            f"but got {counts.dtype} of shape {tuple(counts.shape)}."
        )
    counts = counts.to(torch.float64)
    empty = counts == 0
    usable = bool((empty | (counts >= 1)).all()) and bool(torch.isfinite(counts.float()).all())
    if not usable or bool(empty.all()):
        raise DataError(
            "Expected every class count to be finite and at least 1, or 0 for a class without a "
            f"sample, but got {counts[:10].tolist()}. Count the samples of each class anew."
        )
    if bool(empty.any()):
        which = torch.nonzero(empty).flatten().tolist()
        more = f" and {len(which) - 5} more" if len(which) > 5 else ""
        warnings.warn(
            f"Without a training sample: class {', '.join(map(str, which[:5]))}{more}. The loss "
            "counts one sample for each of them, so that priors and weights stay finite.",
            EmptyClassWarning,
            stacklevel=4,
        )
    return counts.masked_fill(empty, 1.0)


def _refuse_tables(values: object) -> None:
    """Raise `DataError` for counts that name their classes in another order than their index."""
    if isinstance(values, dict):
        raise DataError(
            "Expected class_counts to be one number for each class, but got a dict. "
            "harmony_core.class_counts(...) puts its counts in the order of the class index."
        )
    pandas = type(values).__module__.split(".")[0] == "pandas"
    index = list(getattr(values, "index", ())) if pandas else []
    if index != list(range(len(index))):
        raise DataError(
            "Expected class_counts in the order of the class index 0, 1, 2, ..., but got a Series "
            f"with the index {index[:5]}: value_counts() sorts by frequency. Pass "
            "harmony_core.class_counts(labels), with the labels themselves."
        )
