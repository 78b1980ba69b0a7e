"""The recorded results of a run that a lesson needs, live from the store or prepared in a file.

A prepared file is a compressed ``.npz``: the config, and for every repeat the scene, the last
frame of each method and the balanced accuracy of every recorded epoch; of repeat 0 also a few
epochs in between, for the picture.
"""

from __future__ import annotations

import dataclasses
import io
import json
import math
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import Array
from ...config import ExperimentConfig
from ...errors import RunError
from ...files import read_npz, write_atomically, write_npz
from ...frames import Frame, Scene
from ...runs.record import ExperimentRecord
from ...runs.store import RunStore
from ...top_logits import all_logits

FILM = 6
"""Epochs of repeat 0 that a prepared file keeps."""
NOT_SHOWN = ("landmark_features", "landmark_logits", "head_weight", "head_bias")


@dataclass(frozen=True)
class Outcome:
    """A finished experiment as a lesson sees it; r repeats, e recorded epochs, m methods."""

    config: ExperimentConfig
    scenes: tuple[Scene, ...]
    """(r,)"""
    last: tuple[tuple[Frame, ...], ...]
    """(r, m) frames of the last epoch"""
    curves: tuple[Array, ...]
    """(r,) tables of (e, 1 + m): epoch, then the balanced accuracy of each method in [0, 1]"""
    film: tuple[tuple[Frame, ...], ...]
    """Some epochs of repeat 0, by epoch then method; the first and the last are among them"""
    probes: tuple[tuple[float, ...], ...]
    """(r, m) `probe` of the last epoch; NaN where no features were kept"""


def from_store(store: RunStore, record: ExperimentRecord) -> Outcome:
    """The outcome of a finished experiment; one without a last epoch raises `RunError`."""
    scenes, last, curves = [], [], []
    film: tuple[tuple[Frame, ...], ...] = ()
    for repeat in range(record.config.seeds.repeats):
        epochs = store.epochs(record.id, repeat)
        if record.config.epochs not in epochs:
            raise RunError(
                f"Expected experiment {record.id} to be finished, but repeat {repeat + 1} is not. "
                "Wait for it, or resume it."
            )
        scenes.append(store.scene(record.id, repeat))
        rows = [tuple(store.frames(record.id, repeat, epoch)) for epoch in epochs]
        last.append(rows[-1])
        curves.append(
            np.array([[row[0].epoch, *(f.balanced_accuracy for f in row)] for row in rows])
        )
        if repeat == 0:
            chosen = np.unique(np.linspace(0, len(rows) - 1, FILM).round().astype(int))
            film = tuple(rows[i] for i in chosen)
    probes = tuple(
        tuple(probe(scene, frame) for frame in row) for scene, row in zip(scenes, last, strict=True)
    )
    return Outcome(record.config, tuple(scenes), tuple(last), tuple(curves), film, probes)


def probe(scene: Scene, frame: Frame) -> float:
    """Accuracy that the features of a network allow, independent of its last layer, in [0, 1].

    A linear classifier by least squares (ridge 1, standardised features) on every second test
    landmark of each class, judged by its mean class recall on the others. NaN without features.
    """
    if frame.landmark_features is None or scene.landmark_targets is None:
        return math.nan
    index = np.asarray(scene.landmark_index)
    test = index >= int(scene.train_counts.sum())
    targets = scene.landmark_targets[test]
    h = np.asarray(frame.landmark_features[test], dtype=float)
    place = np.zeros(len(targets), dtype=int)
    classes = np.unique(targets)
    for c in classes:
        place[targets == c] = np.arange((targets == c).sum())
    learn, judge = place % 2 == 0, place % 2 == 1
    h = (h - h[learn].mean(axis=0)) / (h[learn].std(axis=0) + 1e-6)
    h = np.column_stack([h, np.ones(len(h))])
    wanted = (targets[learn, None] == classes).astype(float)
    gram = h[learn].T @ h[learn] + np.eye(h.shape[1])
    decided = classes[(h[judge] @ np.linalg.solve(gram, h[learn].T @ wanted)).argmax(axis=1)]
    hit = decided == targets[judge]
    return float(np.mean([hit[targets[judge] == c].mean() for c in classes]))


def save(path: Path, outcome: Outcome) -> None:
    """Write a prepared outcome, small enough to come with the app."""
    parts: list[tuple[dict[str, Any], dict[str, Array]]] = [
        (
            {
                "config": outcome.config.to_dict(),
                "methods": len(outcome.config.methods),
                "probes": _json(outcome.probes),
            },
            {f"curve{r}": curve for r, curve in enumerate(outcome.curves)},
        )
    ]
    parts += [_plain(scene) for scene in outcome.scenes]
    for row in outcome.last[1:]:  # those of repeat 0 end the film
        parts += [_plain(_light(frame)) for frame in row]
    for i, row in enumerate(outcome.film, start=1):
        parts += [_plain(_light(frame, picture_only=i < len(outcome.film))) for frame in row]
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = path.with_suffix(".raw")
    try:
        write_npz(raw, parts)
        packed = io.BytesIO()
        with zipfile.ZipFile(raw) as loose, zipfile.ZipFile(packed, "w") as tight:
            for name in loose.namelist():
                entry = zipfile.ZipInfo(name)  # no time stamp: the same run gives the same file
                tight.writestr(entry, loose.read(name), zipfile.ZIP_DEFLATED, 9)
        write_atomically(path, packed.getvalue())
    finally:
        raw.unlink(missing_ok=True)


def load(path: Path) -> Outcome:
    """Read what `save` wrote; a missing or damaged file raises `RunError`."""
    (head, curves), *parts = read_npz(path)
    config = ExperimentConfig.from_json(json.dumps(head["config"]))
    repeats, methods = config.seeds.repeats, int(head["methods"])
    try:
        scenes = tuple(_scene({**plain, **arrays}) for plain, arrays in parts[:repeats])
        frames = [_frame({**plain, **arrays}) for plain, arrays in parts[repeats:]]
        rows = [tuple(frames[i : i + methods]) for i in range(0, len(frames), methods)]
        others, film = rows[: repeats - 1], rows[repeats - 1 :]
        return Outcome(
            config,
            scenes,
            (film[-1], *others),
            tuple(curves[f"curve{r}"] for r in range(repeats)),
            tuple(film),
            tuple(tuple(math.nan if x is None else x for x in row) for row in head["probes"]),
        )
    except (TypeError, KeyError, IndexError) as error:
        raise RunError(
            f"Expected {path.name} to hold a prepared run of this version, but got: {error}. "
            "Run scripts/make-lesson-runs to make it again."
        ) from error


def _light(frame: Frame, *, picture_only: bool = False) -> Frame:
    """The frame with less to store: fields that no lesson reads are 0, and confidence has 16 steps.

    ``picture_only``: for the film, which needs no histograms.
    """
    logits = all_logits(frame.tracked_logits)
    less: dict[str, Any] = {"grad_pull": np.zeros_like(frame.grad_pull)}
    if frame.grid_confidence is not None:
        less["grid_confidence"] = frame.grid_confidence & 0xF0 | 8
    if picture_only:
        less["grad_counts"] = np.zeros_like(frame.grad_counts)
        less["grad_weights"] = np.zeros_like(frame.grad_weights)
        less |= dict.fromkeys(("density", "regions", "region_weight"))
        less["tracked_logits"] = logits.astype(np.float32).round(1).astype(np.float16)
        less["tracked_weight"] = frame.tracked_weight.astype(np.float16).astype(np.float32)
        less["tracked_grad_norm"] = frame.tracked_grad_norm.round(2)
    return replace(frame, **less)


def _plain(value: Frame | Scene) -> tuple[dict[str, Any], dict[str, Array]]:
    plain: dict[str, Any] = {}
    arrays: dict[str, Array] = {}
    for item in dataclasses.fields(value):
        content = getattr(value, item.name)
        if item.name in NOT_SHOWN or content is None:
            continue
        if isinstance(content, np.ndarray):
            wide = content.dtype == np.float64
            arrays[item.name] = content.astype(np.float32) if wide else content
        else:
            plain[item.name] = content
    return plain, arrays


def _json(probes: tuple[tuple[float, ...], ...]) -> list[list[float | None]]:
    return [[None if math.isnan(x) else x for x in row] for row in probes]


def _frame(values: dict[str, Any]) -> Frame:
    return Frame(**values)


def _scene(values: dict[str, Any]) -> Scene:
    for name in ("class_names", "notes", "extent"):
        if isinstance(values.get(name), list):
            values[name] = tuple(values[name])
    return Scene(**values)
