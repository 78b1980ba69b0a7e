"""The maps on disk of one repeat, checked against the experiment before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from harmony_core.analysis.embedding import (
    EmbeddingFrame,
    EmbeddingSettings,
    Landmarks,
    Panel,
    load_embedding,
)
from harmony_core.analysis.embedding.pictures import picture_epochs
from harmony_core.errors import RunError
from harmony_core.experiments.method_text import method_labels
from harmony_core.frames import Scene
from harmony_core.runs.embedding.process import Drawing
from harmony_core.runs.embedding.store import (
    embedding_path,
    landmarks_of,
    last_path,
    stored_epochs,
)
from harmony_core.runs.record import ExperimentRecord
from harmony_core.runs.store import RunStore

from .._shared.backend import store


@dataclass(frozen=True)
class StoredMaps:
    """The maps of one repeat of an experiment with some settings."""

    runs: RunStore
    record: ExperimentRecord
    repeat: int
    scene: Scene
    landmarks: Landmarks
    settings: EmbeddingSettings

    @cached_property
    def wanted(self) -> list[int]:
        """The recorded epochs that get a map."""
        recorded = set(self.runs.epochs(self.record.id, self.repeat))
        return [epoch for epoch in picture_epochs(self.record.config) if epoch in recorded]

    @cached_property
    def epochs(self) -> list[int]:
        """The epochs that could be shown when this was first asked."""
        return self.drawn_by_now()

    def drawn_by_now(self) -> list[int]:
        """The epochs that can be shown now: of a sequence without the last, the last alone."""
        sequence = self.sequence()
        last = self.wanted[-1:]
        alone = last and last[0] not in sequence and self._alone(last[0]).exists()
        return last if alone else sequence

    def sequence(self) -> list[int]:
        """The epochs whose maps, each drawn from the one before, are on disk now."""
        found = stored_epochs(self.runs.root, self.record.id, self.repeat, self.settings)
        return [epoch for epoch in found if epoch in self.wanted]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The methods' names, no two alike."""
        return tuple(method_labels(self.record.config.methods))

    @property
    def shipped(self) -> bool:
        """Whether they came with the app, so that no link can name them."""
        return self.runs.root != store().root

    @property
    def drawing(self) -> Drawing:
        return Drawing(self.record.id, self.repeat, self.settings)

    def path(self, epoch: int | None = None) -> Path:
        """The folder of the maps, or the file of one epoch."""
        return embedding_path(self.runs.root, self.record.id, self.repeat, self.settings, epoch)

    def _alone(self, epoch: int) -> Path:
        folder = last_path(self.runs.root, self.record.id, self.repeat, self.settings)
        return folder / f"{epoch:05d}.npz"

    def read(self, epoch: int) -> EmbeddingFrame:
        """One epoch's maps; `RunError` if the file is damaged or belongs to other samples."""
        path = self.path(epoch)
        if not path.exists() and self._alone(epoch).exists():
            path = self._alone(epoch)
        try:
            changed = path.stat().st_mtime_ns
        except OSError as error:
            raise RunError(
                f"Expected the picture of epoch {epoch}, but got: {error.strerror or error}. "
                "Draw the pictures again."
            ) from error
        frame = _load(path, changed)
        samples, classes = len(self.landmarks.targets), len(self.landmarks.train_counts)
        if not frame.panels or not all(_fits(panel, samples, classes) for panel in frame.panels):
            raise RunError(
                f"Expected {path.name} to show the {samples} samples and {classes} classes of this "
                "experiment, but it holds something else. Draw the pictures again."
            )
        if not all(0 <= panel.method < len(self.labels) for panel in frame.panels):
            raise RunError(
                f"Expected {path.name} to show the {len(self.labels)} methods of this experiment, "
                "but it holds something else. Draw the pictures again."
            )
        panels = (replace(panel, label=self.labels[panel.method]) for panel in frame.panels)
        return replace(frame, panels=tuple(panels))


def stored_maps(
    record: ExperimentRecord,
    repeat: int,
    settings: EmbeddingSettings | None = None,
    runs: RunStore | None = None,
) -> StoredMaps:
    """The maps of one repeat; `RunError` if it has no recorded features.

    ``runs`` is the folder of the experiment, that of the app unless given.
    """
    runs = runs or store()
    scene, settings = runs.scene(record.id, repeat), settings or EmbeddingSettings()
    return StoredMaps(runs, record, repeat, scene, landmarks_of(scene), settings)


@lru_cache(maxsize=64)
def _load(path: Path, changed: int) -> EmbeddingFrame:
    del changed
    return load_embedding(path)


def _fits(panel: Panel, samples: int, classes: int) -> bool:
    dots = (panel.predicted, panel.confidence, panel.map_class)
    regions = panel.region_class, panel.region_purity
    return (
        panel.positions.shape == (samples, 2)
        and all(array.shape == (samples,) for array in dots)
        and regions[0].ndim == 2
        and regions[0].shape == regions[1].shape
        and all(int(array.max(initial=0)) < classes for array in (*dots[::2], regions[0]))
        and bool(np.isfinite(panel.positions).all() and np.isfinite(panel.extent).all())
    )
