"""One picture after another, as epochs arrive.

The same frames in the same order give the same pictures, whether they arrive live or are read from
disk: each depends only on the one before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...errors import ConfigError, DataError
from .features import broken_rows, check_model_output, mixed, probabilities, radius_of
from .fidelity import agreement, drift, mean_recall, silhouette, trustworthiness
from .layout import Placed, flat_layouts, lay_out, start_positions, task
from .neighbours import nearest, overlap
from .regions import SIDE, Extent, draw_regions, enclosing_extent, read_map
from .result import EmbeddingFrame, Fidelity, Landmarks, Panel
from .settings import EmbeddingSettings


@dataclass(frozen=True)
class View:
    """The output of one network for the landmarks."""

    features: Any
    """(l, d)"""
    logits: Any
    """(l, c), already multiplied by the loss's own scale"""
    label: str = ""
    method: int = 0
    balanced_accuracy: float | None = None
    """On the whole test set, if known."""


@dataclass(frozen=True)
class _Seen:
    """A view that can be embedded."""

    at: int
    view: View
    features: Array
    p: Array
    rows: Array


class EmbeddingMovie:
    """Layouts of the same landmarks under the same methods, epoch by epoch.

    ``plane`` (l, 2) are the landmarks' own coordinates, for ``layout="plane"``. `step` takes one
    view a method; the first one is the reference that others are pulled toward. A view with NaN
    (training diverged) keeps its dots in place, says so, and makes no claims.
    """

    def __init__(
        self,
        landmarks: Landmarks,
        settings: EmbeddingSettings | None = None,
        plane: Array | None = None,
    ) -> None:
        self.landmarks, self.settings = landmarks, settings or EmbeddingSettings()
        self.extent: Extent | None = None
        self._past: list[Placed | None] = []
        if self.settings.layout == "plane":
            plane = None if plane is None else np.asarray(plane)
            if plane is None or plane.shape != (len(landmarks.targets), 2):
                raise ConfigError(
                    "Expected points in the plane for layout `plane`, but these samples have no "
                    "two coordinates. Choose `umap` or `pca`."
                )
        self._plane = plane

    def step(
        self, epoch: int, views: Sequence[View], anchors: Sequence[Placed | None] | None = None
    ) -> EmbeddingFrame:
        """The picture of one epoch.

        ``anchors`` are finished layouts of the same landmarks, one per view, to which views align
        instead of to the first view; so a repeat with other seeds is aligned to repeat 0.
        """
        if not views:
            raise DataError("Expected at least one method to embed, but got none.")
        self._past = self._past or [None] * len(views)
        if len(views) != len(self._past):
            raise DataError(
                f"Expected {len(self._past)} methods as before, but got {len(views)}. "
                "Start another sequence for other methods."
            )
        seen, broken = self._look(views)
        goals = anchors or [None] * len(views)
        tied: dict[int, Array] = {}
        now: list[Placed | None] = list(self._past)
        for one, found in zip(seen, self._place(epoch, seen, goals), strict=True):
            goal = goals[one.at] or (now[seen[0].at] if one is not seen[0] else None)
            now[one.at] = found
            if goal is not None:
                tied[one.at] = overlap(found.neighbours, goal.neighbours)
        self._grow([placed for placed in now if placed is not None])
        panels = []
        fine = {one.at: one for one in seen}
        for i, view in enumerate(views):
            placed = now[i]
            if i in fine and placed is not None:
                panels.append(self._panel(fine[i], placed, self._past[i], tied.get(i)))
            else:
                panels.append(self._empty_panel(view, placed, broken[i]))
        self._past = now
        return EmbeddingFrame(epoch, self.settings, tuple(panels))

    def restore(self, frame: EmbeddingFrame, views: Sequence[View]) -> None:
        """Continue after ``frame``, which an equal sequence made from ``views``."""
        seen, _ = self._look(views)
        self._past = [None] * len(views)
        for one in seen:
            self._past[one.at] = self.placed(frame.panels[one.at], one.rows)
        self.extent = frame.extent

    def anchors(self, frame: EmbeddingFrame, views: Sequence[View]) -> list[Placed | None]:
        """The layouts of ``frame`` as anchors for another sequence of the same landmarks."""
        goals: list[Placed | None] = [None] * len(views)
        for one in self._look(views)[0]:
            goals[one.at] = self.placed(frame.panels[one.at], one.rows)
        return goals

    def placed(self, panel: Panel, rows: Array) -> Placed:
        return Placed(panel.positions, nearest(rows, self.settings.n_neighbors).index)

    def _look(self, views: Sequence[View]) -> tuple[list[_Seen], dict[int, int]]:
        """The views that can be embedded, and for the others their number of rows with NaN."""
        seen, broken = [], {}
        for i, view in enumerate(views):
            features, logits = np.asarray(view.features), np.asarray(view.logits)
            if features.ndim == logits.ndim == 2 and len(features) == len(logits) > 0:
                bad = broken_rows(features, logits)
                if bad:
                    broken[i] = bad
                    continue
            features, logits = check_model_output(features, logits)
            if len(features) != len(self.landmarks.targets):
                raise DataError(
                    f"Expected {len(self.landmarks.targets)} landmarks, but got {len(features)} "
                    "rows of features."
                )
            p = probabilities(logits)
            rows = mixed(features, p, self.settings.mixing, self.settings.metric)
            seen.append(_Seen(i, view, features, p, rows))
        return seen, broken

    def _place(self, epoch: int, seen: list[_Seen], goals: Sequence[Placed | None]) -> list[Placed]:
        if not seen:
            return []
        settings = self.settings
        past = [self._past[one.at] for one in seen]
        anchors = [goals[one.at] for one in seen]
        if settings.layout == "umap":
            tasks = [
                task(one.rows, settings.n_neighbors, before, goal)
                for one, before, goal in zip(seen, past, anchors, strict=True)
            ]
            start = None
            if any(
                before is None and goal is None for before, goal in zip(past, anchors, strict=True)
            ):
                start = start_positions(seen[0].rows, settings.seed)
            found = lay_out(tasks, start, settings.seed, epoch, settings.min_dist)
            return [Placed(y, t.index) for y, t in zip(found, tasks, strict=True)]
        if settings.layout == "pca":
            found = flat_layouts([one.rows for one in seen], past, anchors)
        else:
            found = [np.array(self._plane, dtype=np.float32) for _ in seen]
        index = [nearest(one.rows, settings.n_neighbors).index for one in seen]
        return [Placed(y, i) for y, i in zip(found, index, strict=True)]

    def _grow(self, placed: list[Placed]) -> None:
        if placed:
            dots = np.concatenate([one.positions for one in placed])
            self.extent = enclosing_extent(dots, self.extent)

    def _panel(
        self, one: _Seen, placed: Placed, before: Placed | None, tied: Array | None
    ) -> Panel:
        assert self.extent is not None
        dots, p, landmarks = placed.positions, one.p, self.landmarks
        predicted = p.argmax(axis=1)
        reading = read_map(dots, dots, p, leave_out_self=True)
        radius = radius_of(dots)
        kept = None if before is None else overlap(placed.neighbours, before.neighbours)
        moved = None
        if before is not None and kept is not None:
            moved = drift(before.positions, dots, kept, radius)
        known = one.view.balanced_accuracy
        fidelity = Fidelity(
            agreement=agreement(landmarks, predicted, reading),
            trustworthiness=trustworthiness(one.features, dots, self.settings.metric),
            balanced_accuracy=mean_recall(landmarks, predicted) if known is None else known,
            silhouette=silhouette(one.features, landmarks, self.settings.metric),
            drift=moved,
        )
        region_class, region_purity = draw_regions(self.extent, dots, p)
        return Panel(
            label=one.view.label,
            method=one.view.method,
            positions=dots,
            predicted=predicted.astype(np.uint16),
            confidence=p.max(axis=1).astype(np.float16),
            map_class=reading.label.astype(np.uint16),
            map_purity=_byte(reading.purity),
            region_class=region_class,
            region_purity=region_purity,
            extent=self.extent,
            radius=radius,
            fidelity=fidelity,
            kept=None if kept is None else _byte(kept),
            tied=None if tied is None else _byte(tied),
            notes=self._notes(one, predicted),
        )

    def _notes(self, one: _Seen, predicted: Array) -> tuple[str, ...]:
        notes = []
        if not np.ptp(one.features, axis=0).any():
            notes.append(
                "All samples have the same features, so the places of the dots show at most the "
                "network's answers."
            )
        else:
            different = len({row.tobytes() for row in one.features})
            if different <= len(predicted) / 2:
                notes.append(
                    f"Only {different:,} of {len(predicted):,} samples have features of their own; "
                    "the others are copies of them and are placed nearly on top of each other."
                )
        if len(np.unique(self.landmarks.targets)) == 1:
            notes.append("All samples are of one class, so the map cannot show classes apart.")
        if len(np.unique(predicted)) == 1:
            notes.append(
                "The network gives every sample the same class, so the map always agrees with it."
            )
        if len(predicted) <= self.settings.n_neighbors:
            notes.append(
                f"{len(predicted)} samples are fewer than a neighbourhood of "
                f"{self.settings.n_neighbors}: nearly all samples are neighbours of each other."
            )
        return tuple(notes)

    def _empty_panel(self, view: View, placed: Placed | None, bad: int) -> Panel:
        n, c = len(self.landmarks.targets), len(self.landmarks.train_counts)
        dots = np.zeros((n, 2), dtype=np.float32) if placed is None else placed.positions
        return Panel(
            label=view.label,
            method=view.method,
            positions=dots,
            predicted=np.zeros(n, dtype=np.uint16),
            confidence=np.zeros(n, dtype=np.float16),
            map_class=np.zeros(n, dtype=np.uint16),
            map_purity=np.zeros(n, dtype=np.uint8),
            region_class=np.zeros((SIDE, SIDE), dtype=np.uint8 if c <= 256 else np.uint16),
            region_purity=np.zeros((SIDE, SIDE), dtype=np.uint8),
            extent=self.extent or enclosing_extent(dots),
            radius=radius_of(dots),
            fidelity=Fidelity(balanced_accuracy=view.balanced_accuracy),
            notes=(
                f"NaN or infinity in {bad} of {n} rows: training diverged, so there is nothing to "
                "draw. Lower the learning rate, or look at an earlier epoch.",
            ),
        )


def _byte(share: Array) -> Array:
    return np.asarray(np.round(share * 255), dtype=np.uint8)
