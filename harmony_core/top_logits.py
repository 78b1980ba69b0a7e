"""Logits of samples among many classes: the likeliest classes, the own class, and the whole.

    logits = frame.tracked_logits             # an array (k, c) for few classes, else TopLogits
    predicted_of(logits), own_probability(logits, targets), cross_entropy_of(logits, targets)
    all_logits(logits)                        # refused where only the likeliest were recorded

Axes: k samples, c classes, t likeliest classes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Array
from .cells import DENSE_CLASSES
from .errors import DataError

TOP = 10
ONLY_TOP = "Recorded with the ten most likely classes only"


@dataclass(frozen=True, eq=False)
class TopLogits:
    """Of each sample the t largest logits, the logit of its own class, and log Σ exp of all.

    The largest are kept as log softmax, which float16 holds best where it matters: near 0.
    """

    shape: tuple[int, int]
    """(k, c) of the logits that are described."""
    classes: Array
    """(k, t) unsigned: the likeliest classes, likeliest first."""
    log_p: Array
    """(k, t) float16: their log softmax."""
    targets: Array
    """(k,) unsigned: the own class of each sample."""
    own: Array
    """(k,) float32: its logit."""
    total: Array
    """(k,) float32: log Σ_c exp(z_c)."""

    def __len__(self) -> int:
        return self.shape[0]

    def cross_entropy(self) -> Array:
        """(k,) float64: −log softmax(z) of the own class."""
        return np.maximum(self.total.astype(np.float64) - self.own, 0)

    def known(self, sample: int) -> Array:
        """(c,) bool: the classes of which the logit of a sample was recorded."""
        found = np.zeros(self.shape[1], dtype=bool)
        found[self.classes[sample]] = True
        found[self.targets[sample]] = True
        return found

    def spread(self, samples: Array | None = None) -> Array:
        """(k, c) float32 logits of ``samples`` (all: None), the unknown ones equally likely.

        softmax of the known ones, and of all unknown ones together, is as recorded.
        """
        at = np.arange(len(self)) if samples is None else np.asarray(samples)
        rows = np.arange(len(at))
        classes, targets = self.classes[at].astype(np.int64), self.targets[at].astype(np.int64)
        total = self.total[at].astype(np.float64)
        own = self.own[at].astype(np.float64)
        among = (classes == targets[:, None]).any(axis=1)
        share = np.exp(self.log_p[at].astype(np.float64)).sum(axis=1)
        share += np.where(among, 0, np.exp(own - total))
        left = self.shape[1] - classes.shape[1] - ~among
        rest = np.log(np.maximum(1 - share, 1e-12) / np.maximum(left, 1)) + total
        full = np.repeat(rest[:, None], self.shape[1], axis=1).astype(np.float32)
        full[rows[:, None], classes] = self.log_p[at] + total[:, None]
        full[rows, targets] = own
        return full

    def parts(self) -> dict[str, Array]:
        """The arrays that a file keeps."""
        shape = np.array(self.shape, dtype=np.int64)
        return {
            "shape": shape, "classes": self.classes, "log_p": self.log_p,
            "targets": self.targets, "own": self.own, "total": self.total,
        }  # fmt: skip

    @classmethod
    def from_parts(cls, parts: dict[str, Array]) -> TopLogits:
        """What `parts` gave."""
        k, c = (int(n) for n in parts["shape"])
        return cls((k, c), *(parts[n] for n in ("classes", "log_p", "targets", "own", "total")))


Logits = Array | TopLogits
"""(k, c) float16 up to `cells.DENSE_CLASSES` classes."""


def predicted_of(logits: Logits) -> Array:
    """(k,) int64: the class of the largest logit of each sample."""
    if isinstance(logits, TopLogits):
        return logits.classes[:, 0].astype(np.int64)
    return np.asarray(np.asarray(logits, dtype=np.float32).argmax(axis=1))


def own_probability(logits: Logits, targets: Array) -> Array:
    """(k,) softmax probability of the own class of each sample."""
    if isinstance(logits, TopLogits):
        return np.exp(-logits.cross_entropy())
    z = np.asarray(logits, dtype=np.float32)
    shifted = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(shifted[np.arange(len(targets)), targets] / shifted.sum(axis=1))


def all_logits(logits: Logits) -> Array:
    """(k, c) as recorded; `DataError` where only the likeliest classes were."""
    if isinstance(logits, TopLogits):
        raise DataError(
            f"Expected the logits of all classes, but got the largest {TOP} of "
            f"{logits.shape[1]:,}. {ONLY_TOP}, as are all experiments with more than "
            f"{DENSE_CLASSES}; choose data with fewer to see this."
        )
    return logits
