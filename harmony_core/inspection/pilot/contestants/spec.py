"""What a contestant of the pilot is, and what it is given to train on.

Axes: n samples, d features, c classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ....arrays import Array
from ....config import MethodConfig

FAMILIES = ("linear", "forest", "boosting", "network", "backbone")
REMEDIES = ("", "balanced", "adjusted", "thresholds", "resampled", "loss")


class Task(Protocol):
    """One split: its training samples, and the features of its test samples."""

    @property
    def features(self) -> Array:
        """(n, d) float32 of the training samples"""

    @property
    def codes(self) -> Array:
        """(n,) classes of the training samples in [0, c); not every class need occur"""

    @property
    def test_features(self) -> Array:
        """(n_test, d)"""

    @property
    def images(self) -> Array | None:
        """(N, 32, 32, 3) uint8 thumbnails of all samples of the `PilotData`; ``None`` for tables"""

    @property
    def rows(self) -> tuple[Array, Array]:
        """Positions (n,) and (n_test,) in the `PilotData`"""

    @property
    def classes(self) -> int:
        """c"""

    @property
    def seed(self) -> int:
        """Of all that is random in the contestant"""

    @property
    def metric(self) -> str:
        """What settings are chosen by (`metrics.inner_score`)"""

    @property
    def kept(self) -> dict[str, Any]:
        """The contestant's own notes for later splits: ``settings``, and ``recipe`` in words"""

    def check(self) -> None:
        """Raises if the time is up or the user has cancelled: call it between trainings"""

    def inner(self) -> tuple[tuple[Array, Array], ...]:
        """Positions among the n to train and to judge settings on; copies stay on one side"""

    def notes_of(self, name: str) -> dict[str, Any]:
        """What another contestant has kept"""

    def of(self, name: str) -> Array:
        """(n_test, c) log-probabilities of another contestant on this split"""

    def out_of_fold(self, name: str) -> Array:
        """(n, c) log-probabilities of another contestant on the training samples, each by a model
        that has not seen it; NaN for classes with too few samples to be held out"""


@dataclass(frozen=True)
class Contestant:
    """A way to tell the classes apart, with or without a remedy for the tail."""

    name: str
    label: str
    family: str
    """One of `FAMILIES`"""
    simplicity: int
    """Lower is simpler; among contestants that tie, the simplest is advised."""
    fit: Callable[[Task], Array] | None = None
    """(n_test, c) log-probabilities of the test samples; ``None`` for networks, which train in
    lockstep (`networks.fit`)"""
    remedy: str = ""
    """One of `REMEDIES`"""
    plain: str = ""
    """Name of the contestant without the remedy; ``""`` for that itself"""
    method: MethodConfig | None = None
    """Of a network: its loss"""
    default: tuple[str, ...] = ("table", "points")
    """Kinds of data (`PilotData.kind`) for which it runs unless others are chosen"""
    unavailable: Callable[[], str] = str
    """Why it cannot run on this machine, and what to do; ``""`` if it can"""
