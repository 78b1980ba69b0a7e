"""What a user tells a recording about the training, checked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..arrays import Array
from ..errors import DataError
from ..parameters import check_number
from ..training.scene import stratified

COUNTED = (
    "The training samples of each class were counted in the first recorded epoch, as no counts "
    "were given."
)
NOT_FOLLOWED = (
    "No samples are followed one by one: that needs `train_targets` and the rows of each batch."
)
FOLLOWED = (
    "{k:,} of {n:,} training samples are followed one by one, the rarest classes first; weight, "
    "gradient norm and logits are those of the last step that contained the sample."
)
UNTESTED = (
    "No test pass was seen: those are calls without gradients, as under torch.no_grad(). A "
    "validation with gradients is counted as training."
)
STEPS = (
    "Recorded from {loop}: gradient norms and sample weights are those of each training step, "
    "before it changes the network."
)


@dataclass(frozen=True)
class Setting:
    """What is known before the first step; all of it is optional.

    ``classes`` are their names, or how many there are; ``train_counts`` (c,) the training samples
    of each, and ``train_targets`` (n,) the class of each, which gives the counts too.
    """

    classes: Sequence[str] | int | None = None
    train_counts: object = None
    train_targets: object = None
    tracked: int = 2000
    follow: Array = field(init=False)
    """(k,) rows of the training set that are followed, ascending."""
    follow_targets: Array = field(init=False)
    targets: Array = field(init=False)
    """(n,) the class of each training sample; empty without ``train_targets``."""
    known_counts: Array | None = field(init=False)

    def __post_init__(self) -> None:
        check_number(self.tracked, "tracked", 0, 20_000, whole=True)
        counts = None if self.train_counts is None else _whole(self.train_counts, "train_counts")
        targets = np.zeros(0, np.int64)
        if self.train_targets is not None:
            targets = _whole(self.train_targets, "train_targets")
            found = np.bincount(targets, minlength=self._given() or 0)
            if counts is not None and not np.array_equal(counts, found):
                raise DataError(
                    f"Expected train_counts to be those of train_targets, {found[:10].tolist()}, "
                    f"but got {counts[:10].tolist()}. Leave one of the two out."
                )
            counts = found
        rng = np.random.default_rng(7)
        rows = stratified(targets, self.tracked, rng) if len(targets) else targets
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "follow", rows)
        object.__setattr__(self, "follow_targets", targets[rows])
        object.__setattr__(self, "known_counts", counts)

    @property
    def samples(self) -> int:
        """How many training samples there are, as far as their classes are known."""
        return len(self.targets)

    def _given(self) -> int | None:
        if self.classes is None:
            return None
        return self.classes if isinstance(self.classes, int) else len(self.classes)

    def names(self, c: int) -> tuple[str, ...]:
        """The names of the c classes that the logits have."""
        for name, number in (
            ("classes", self._given()),
            ("train_counts", None if self.known_counts is None else len(self.known_counts)),
        ):
            if number is not None and number != c:
                raise DataError(
                    f"Expected {name} for the {c} classes of the logits, but got {number}. If "
                    "the classes are another dimension of the logits, name it with `class_dim`."
                )
        if self.classes is None or isinstance(self.classes, int):
            return tuple(str(label) for label in range(c))
        return tuple(str(name) for name in self.classes)

    def notes(self, loop: str, counted: bool, k: int) -> tuple[str, ...]:
        """What a reader should know about the record, which follows k samples."""
        n = 0 if self.known_counts is None else int(self.known_counts.sum())
        followed = FOLLOWED.format(k=k, n=n) if k else NOT_FOLLOWED
        return (STEPS.format(loop=loop), followed, *((COUNTED,) if counted else ()))


def _whole(values: object, name: str) -> Array:
    found = np.asarray(getattr(values, "tolist", lambda: values)())
    if found.ndim != 1 or not len(found) or found.dtype.kind not in "iuf" or (found < 0).any():
        raise DataError(
            f"Expected {name} to be a list of whole numbers from 0 up, but got "
            f"{found.dtype} of shape {found.shape}."
        )
    whole = found.astype(np.int64)
    if (whole != found).any():
        raise DataError(f"Expected {name} to be whole numbers, but got {found[:10].tolist()}.")
    return whole
