"""The parts of a picture and their file format; NumPy only, so that a page can read it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import HarmonyError, RunError
from ...files import read_npz, write_npz
from ..accuracy import thirds
from ..intervals import wilson
from .settings import EmbeddingSettings

ARRAYS = (
    "positions", "predicted", "confidence", "map_class", "map_purity", "kept", "tied",
    "region_class", "region_purity",
)  # fmt: skip


@dataclass(frozen=True)
class Landmarks:
    """The samples in the picture, the same in every panel and at every epoch."""

    targets: Array
    """(l,) int64 true class"""
    is_test: Array
    """(l,) bool: from the test set"""
    train_counts: Array
    """(c,) int64 training samples of each class"""
    names: tuple[str, ...] = ()

    @cached_property
    def groups(self) -> Array:
        """(c,) 0 head, 1 medium, 2 tail."""
        return thirds(self.train_counts)

    @cached_property
    def judged(self) -> Array:
        """(l,) bool: the samples of the figures: test samples, or all if there are none."""
        return self.is_test if self.is_test.any() else np.ones(len(self.is_test), dtype=bool)


@dataclass(frozen=True)
class Share:
    """``hits`` of ``total`` samples."""

    hits: int
    total: int

    @property
    def rate(self) -> float:
        return self.hits / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval; (0, 1) where there is nothing to count."""
        return wilson(self.hits, self.total)

    def percent(self) -> str:
        """As in "93 % (91–95)"; "–" where there is nothing to count."""
        if not self.total:
            return "–"
        low, high = self.interval
        return f"{100 * self.rate:.0f} % ({100 * low:.0f}–{100 * high:.0f})"


@dataclass(frozen=True)
class Fidelity:
    """How far one panel can be trusted."""

    agreement: Mapping[str, Share] = field(default_factory=dict)
    """Of map and network for ``all``, ``tail``, ``errors`` (the network is wrong), ``clear``
    (purity at least 0.9) and ``pale`` (below 0.7)."""
    trustworthiness: float | None = None
    balanced_accuracy: float | None = None
    """The network's mean class recall."""
    silhouette: Mapping[str, float] = field(default_factory=dict)
    """Of the true classes in feature space: ``all``, ``head``, ``medium``, ``tail``."""
    drift: float | None = None
    """Median move since the previous picture, in radii of the map, of dots that kept at least two
    thirds of their neighbours: how much the map moves where the network stays."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "agreement": {name: [s.hits, s.total] for name, s in self.agreement.items()},
            "trustworthiness": self.trustworthiness,
            "balanced_accuracy": self.balanced_accuracy,
            "silhouette": dict(self.silhouette),
            "drift": self.drift,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Fidelity:
        shares = {name: Share(int(h), int(t)) for name, (h, t) in values["agreement"].items()}
        return cls(**{**values, "agreement": shares})


@dataclass(frozen=True)
class Panel:
    """One network at one epoch."""

    label: str
    method: int
    positions: Array
    """(l, 2) float32"""
    predicted: Array
    """(l,) uint16 the network's class"""
    confidence: Array
    """(l,) float16 its probability"""
    map_class: Array
    """(l,) uint16 the map's class at the dot, found from the other dots"""
    map_purity: Array
    """(l,) uint8, 255 = 1: share of the dot's 15 neighbours predicted as that class"""
    region_class: Array
    """(g, g) uint8 or uint16, row 0 at the lowest y"""
    region_purity: Array
    """(g, g) uint8, 255 = 1; 0 = blank, no data"""
    extent: tuple[float, float, float, float]
    """x low, x high, y low, y high of the regions"""
    radius: float
    """root-mean-square radius of the map, the unit of every distance that is reported"""
    fidelity: Fidelity
    kept: Array | None = None
    """(l,) uint8, 255 = 1: overlap of the dot's neighbours with those at the previous picture"""
    tied: Array | None = None
    """(l,) uint8, 255 = 1: overlap with its neighbours under the reference method"""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class EmbeddingFrame:
    """All panels of one epoch."""

    epoch: int
    settings: EmbeddingSettings
    panels: tuple[Panel, ...]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """One rectangle for all panels."""
        corners = np.array([panel.extent for panel in self.panels])
        low, high = corners.min(axis=0), corners.max(axis=0)
        return (float(low[0]), float(high[1]), float(low[2]), float(high[3]))


def save_embedding(path: Path, frame: EmbeddingFrame) -> None:
    """Write one epoch's panels atomically as one ``.npz``."""
    shared = {"epoch": frame.epoch, "settings": frame.settings.to_dict()}
    parts = []
    for panel in frame.panels:
        plain = {
            **shared,
            "label": panel.label,
            "method": panel.method,
            "extent": list(panel.extent),
            "radius": panel.radius,
            "fidelity": panel.fidelity.to_dict(),
            "notes": list(panel.notes),
        }
        arrays = {name: getattr(panel, name) for name in ARRAYS}
        parts.append((plain, {name: a for name, a in arrays.items() if a is not None}))
    write_npz(path, parts)


def load_embedding(path: Path) -> EmbeddingFrame:
    """Read what `save_embedding` wrote; a missing or damaged file raises `RunError`."""
    parts = read_npz(path)
    try:
        panels = []
        for plain, arrays in parts:
            epoch = int(plain.pop("epoch"))
            settings = EmbeddingSettings.from_dict(plain.pop("settings"))
            plain["extent"] = tuple(plain["extent"])
            plain["notes"] = tuple(plain["notes"])
            plain["fidelity"] = Fidelity.from_dict(plain["fidelity"])
            fields: dict[str, Any] = {**plain, **arrays}
            panels.append(Panel(**fields))
        return EmbeddingFrame(epoch, settings, tuple(panels))
    except (TypeError, KeyError, ValueError, UnboundLocalError, HarmonyError) as error:
        raise RunError(
            f"Expected {path.name} to hold an embedding of this version, but got: {error}. "
            "Delete the file; it is computed again from the recorded features."
        ) from error
