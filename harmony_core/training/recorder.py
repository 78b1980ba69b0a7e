"""Record the state of a training at the end of an epoch as frames."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..analysis.embedding.pictures import picture_epochs
from ..arrays import Array
from ..cells import DENSE_CLASSES
from ..config import ExperimentConfig
from ..data.dataset import LongTailedDataset
from ..data.streamed.store import rows_of
from ..frames import Frame, Scene
from ..losses.base import Loss, LossTerms
from .compact import as_numpy, confusion_of, logits_of, table_of
from .device_data import DeviceData, Source
from .evaluate import Evaluation, most_likely
from .networks import Ensemble
from .new_heads import LastLayers
from .pull import terms_and_pull
from .scene import every_input, has_plane, plane_points
from .steppers.thread_pool import ThreadPool
from .test_set import TestSet


class Recorder:
    """Keeps what is evaluated (test set, tracked samples, plane, landmarks) on the device."""

    def __init__(
        self,
        config: ExperimentConfig,
        dataset: LongTailedDataset,
        scene: Scene,
        data: DeviceData,
        repeat: int,
        pool: ThreadPool,
    ) -> None:
        self.repeat = repeat
        self.evaluation = Evaluation(data, pool)
        self.last_epoch = config.epochs
        self.last_layers = LastLayers(config, dataset, data, self.evaluation, repeat)
        self.methods, self.bins = len(config.methods), config.record.bins
        self.classes = len(dataset.class_names)
        self.side = config.record.grid
        self.train_counts = dataset.train_counts
        self.test = TestSet(dataset, data, self.evaluation)
        self.tracked = data.source(rows_of(dataset.train_inputs, scene.tracked_index))
        self.tracked_targets = torch.from_numpy(scene.tracked_targets).to(data.device)
        self.gallery: Source | None = None
        if scene.gallery_index is not None:
            self.gallery = data.source(rows_of(dataset.test_inputs, scene.gallery_index))
            self.gallery_targets = torch.from_numpy(scene.gallery_targets).to(data.device)
        self.plane: Tensor | None = None
        if has_plane(dataset) and scene.extent is not None:
            self.plane = data.load(plane_points(scene.extent, self.side))
        self.landmarks: Source | None = None
        self.pictures = frozenset(picture_epochs(config))
        if scene.landmark_index is not None:
            self.landmarks = data.source(rows_of(every_input(dataset), scene.landmark_index))
            self.landmark_targets = torch.from_numpy(scene.landmark_targets).to(data.device)

    @torch.no_grad()
    def frames(
        self,
        networks: Ensemble,
        losses: list[Loss],
        epoch: int,
        rate: float,
        sums: Tensor | None,
        mean_loss: Tensor | None,
    ) -> list[Frame]:
        """One frame for each method; ``sums`` and ``mean_loss`` are the collector's, if any.

        Those of the last epoch are of the networks after the methods' post-hoc steps.
        """
        if epoch == self.last_epoch:
            networks = self.last_layers.after_training(networks, losses)
        shape = (4, self.methods, self.classes, self.bins)
        counts = np.zeros(shape) if sums is None else sums.cpu().numpy()
        train_loss = np.full(self.methods, np.nan) if mean_loss is None else mean_loss.cpu().numpy()
        tested = self.test.measure(networks, losses, epoch == self.last_epoch)
        tracked, tracked_features = self.evaluation.forward(networks, self.tracked)
        grids = self._grids(networks, losses)
        marks = self._landmarks(networks, losses, epoch)
        shown = self._gallery(networks, losses)
        head_weight, _ = networks.heads()
        frames = []
        for i, loss in enumerate(losses):
            scale = loss.scale
            figures, auprc = tested[i]
            terms, pull = terms_and_pull(
                loss, tracked[i], self.tracked_targets, tracked_features[i], self.train_counts
            )
            frames.append(
                Frame(
                    method=i,
                    repeat=self.repeat,
                    epoch=epoch,
                    lr=rate,
                    train_loss=float(train_loss[i]),
                    test_loss=float(figures.loss),
                    ece=float(figures.ece),
                    confusion=confusion_of(figures),
                    grad_counts=table_of(counts[0, i]),
                    grad_weights=table_of(counts[1, i]),
                    grad_pull=table_of(counts[2, i]),
                    weight_square=counts[3, i].sum(axis=1),
                    head_norms=as_numpy(head_weight[i].norm(dim=1), np.float32),
                    tracked_weight=as_numpy(terms.weight, np.float32),
                    tracked_grad_norm=as_numpy(terms.difficulty, np.float32),
                    tracked_logits=logits_of(tracked[i] * scale, self.tracked_targets),
                    tracked_loss=(
                        as_numpy(terms.cross_entropy, np.float32)
                        if self.classes > DENSE_CLASSES
                        else None
                    ),
                    auprc=auprc,
                    class_pull=pull.astype(np.float32),
                    inter_weight=as_numpy(loss.inter_weight(), np.float32),
                    **learned_of(loss),
                    **density_of(loss),
                    **grids[i],
                    **marks[i],
                    **shown[i],
                )
            )
        return frames

    @torch.no_grad()
    def log_probabilities(
        self, networks: Ensemble, losses: list[Loss], epoch: int, source: Source
    ) -> Array:
        """log softmax (m, n, c) for the rows of ``source``, of the networks that `frames` judges
        after ``epoch``."""
        if epoch == self.last_epoch:
            networks = self.last_layers.after_training(networks, losses)
        logits = self.evaluation.logits(networks, source)
        scales = logits.new_tensor([loss.scale for loss in losses])
        return as_numpy((logits * scales[:, None, None]).log_softmax(dim=2), np.float32)

    def _gallery(self, networks: Ensemble, losses: list[Loss]) -> list[dict[str, Any]]:
        if self.gallery is None:
            return [{} for _ in losses]
        logits, features = self.evaluation.forward(networks, self.gallery)
        found = []
        for i, loss in enumerate(losses):
            terms = terms_of(loss, logits[i], self.gallery_targets, features[i])
            found.append(
                {
                    "gallery_logits": logits_of(logits[i] * loss.scale, self.gallery_targets),
                    "gallery_weight": as_numpy(terms.weight, np.float32),
                    "gallery_grad_norm": as_numpy(terms.difficulty, np.float32),
                }
            )
        return found

    def _grids(self, networks: Ensemble, losses: list[Loss]) -> list[dict[str, Array]]:
        if self.plane is None:
            return [{} for _ in losses]
        logits = self.evaluation.logits(networks, self.plane)
        shape = (self.side, self.side)
        grids = []
        for i, loss in enumerate(losses):
            confidence, label = most_likely(logits[i] * loss.scale)
            in_255ths = (confidence * 255).round()
            grids.append(
                {
                    "grid_class": as_numpy(label, np.uint8).reshape(shape),
                    "grid_confidence": as_numpy(in_255ths, np.uint8).reshape(shape),
                }
            )
        return grids

    def _landmarks(
        self, networks: Ensemble, losses: list[Loss], epoch: int
    ) -> list[dict[str, Any]]:
        if self.landmarks is None or epoch not in self.pictures:
            return [{} for _ in losses]
        logits, features = self.evaluation.forward(networks, self.landmarks)
        weight, bias = networks.heads()
        few = self.classes <= DENSE_CLASSES
        return [
            {
                "landmark_features": as_numpy(features[i], np.float16),
                "landmark_logits": logits_of(logits[i] * loss.scale, self.landmark_targets),
                "head_weight": as_numpy(weight[i], np.float32) if few else None,
                "head_bias": as_numpy(bias[i], np.float32) if few else None,
            }
            for i, loss in enumerate(losses)
        ]


def terms_of(loss: Loss, logits: Tensor, targets: Tensor, features: Tensor) -> LossTerms:
    """The loss's terms of samples, without adding them to the loss's statistics."""
    if len(logits) == 0:
        return LossTerms(*logits.new_zeros(5, 0))
    loss.eval()
    terms = loss.terms(logits, targets, features)
    loss.train()
    return terms


def learned_of(loss: Loss) -> dict[str, Array]:
    """The frame's field of what the loss has learned to add to the logits, if it has one."""
    offset = loss.learned_offset()
    return {} if offset is None else {"learned_offset": as_numpy(offset, np.float32)}


def density_of(loss: Loss) -> dict[str, Array]:
    """The frame's fields of the loss's own gradient density, if it keeps one."""
    state = loss.density_state()
    if state is None:
        return {}
    density, regions, weight = state
    kind = np.float32 if len(density) <= DENSE_CLASSES else np.float16
    return {
        "density": as_numpy(density, kind),
        "regions": as_numpy(regions, np.int64),
        "region_weight": as_numpy(weight, kind),
    }
